"""Says whether all events are about one customer: a proof about one says nothing of two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import current_face
from steppay_mock.ordering.receiver.identifiers import collect_ids, find_spots, read_identifiers

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.identifiers import Ids
    from steppay_mock.payload.event import Event


def ids_of(events: Iterable[Event]) -> Ids | None:
    """What the events are about; None if some are no events of StepPay's, as the schemas have them."""
    listed = tuple(events)
    try:
        spots = find_spots(listed)
        return collect_ids(
            found for event, places in zip(listed, spots, strict=True) for found in read_identifiers(event, places)
        )
    except (SteppayMockError, KeyError, TypeError):
        return None


def say_one_customer(events: Iterable[Event]) -> str:
    """The condition of a proof whose events are all about one customer; empty if they are several."""
    ids = ids_of(events)
    if ids is None or len(ids.customer_ids) != 1:
        return ""
    other = "--seeds 3" if current_face().is_shell else "a scenario with other seeds"
    return (
        "All events are about one customer: what two customers do to each other was not tried. Explore a story of two "
        f"as well; {other} tells it of customers with other ids."
    )
