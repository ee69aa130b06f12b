"""Words for the numbers of a search: which orders, within which bound, which repeats, about how many customers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import comb
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.bounding import UNITS
from steppay_mock.ordering.face import current_face, option
from steppay_mock.ordering.receiver.identifiers import collect_ids, find_spots, read_identifiers

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Coverage
    from steppay_mock.ordering.receiver.identifiers import Ids
    from steppay_mock.payload.event import Event

_READABLE = 10**15  # the first number that is shown as a power of ten: 20! orders have 19 digits


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``1 state``, ``1,024 states``."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def readable(count: int) -> str:
    """A number in full, or a long one with two digits and a power of ten: ``1.2e+30``."""
    return f"{count:,}" if count < _READABLE else f"{Decimal(count):.1e}"


def span(seconds: float) -> str:
    """A time in words: ``10 minutes``."""
    for noun, size in UNITS.values():
        if seconds >= size and seconds % size == 0:
            return _measured(seconds / size, noun)
    return _measured(seconds, "second")


def bound_text(late_by: float | None, distance: int | None) -> str:
    """The bound in words, to follow "by more than"; empty without a bound."""
    parts = [] if late_by is None else [span(late_by)]
    if distance is not None:
        parts.append(_measured(distance, "place"))
    return " or ".join(parts)


def within(coverage: Coverage) -> str:
    """The bound as a clause after the events; empty without a bound."""
    bound = bound_text(coverage.late_by, coverage.distance)
    return f" in which no event is overtaken by more than {bound}" if bound else ""


def proved_orders(coverage: Coverage) -> str:
    """The orders that are proved: ``all 120 orders of 5 events end the same``."""
    bound, events, orders = within(coverage), events_of(coverage), readable(coverage.orders)
    alone = ", each customer alone" if coverage.groups else ""
    if not bound:
        # The orders of several customers are not one number: each customer has its own.
        all_of = "all orders" if coverage.groups else f"all {orders} orders"
        return f"{all_of} of {events} end the same{alone}"
    if coverage.orders == 1:
        return f"the only order of {events}{bound} ends as it should"
    return f"every order of {events}{bound} ends the same ({orders} orders){alone}"


def events_of(coverage: Coverage) -> str:
    """The number of events, and of those with an effect; for each customer where each was explored alone."""
    if coverage.groups:
        each = " + ".join(map(str, coverage.groups))
        return f"the events of each of {len(coverage.groups)} customers ({each})"
    events = f"{coverage.events} event{'' if coverage.events == 1 else 's'}"
    return events if coverage.effective >= coverage.events else f"{events} ({coverage.effective} with an effect)"


def repeated(coverage: Coverage) -> str:
    """Where each event was repeated: at every later place, or where the bound allows."""
    if coverage.strength is not None:
        return "repeated after all others"
    if not coverage.points:
        return "repeated at every later place"
    bound = bound_text(coverage.late_by, coverage.distance)
    points = "the end" if coverage.points == 1 else f"{coverage.points} points at which no earlier event is missing"
    return f"repeated at every later place within {bound}, and after that at {points}"


def not_tried(coverage: Coverage) -> str:
    """Why some events were not left out."""
    if within(coverage) and coverage.strength is None:
        return "not tried: with a bound, this table uses at most an eighth of the deliveries of the proof."
    return f"not tried: a larger {option('budget')} is needed."


def assumed_independence(coverage: Coverage) -> str:
    """The assumption of a proof of each customer alone."""
    pairs = counted(comb(len(coverage.groups), 2), "pair")
    return (
        "The proof assumes that customers do not influence each other. This was checked in "
        f"{counted(coverage.interleavings, 'interleaving')} of {pairs} of customers."
    )


def only_one_customer(events: Iterable[Event]) -> str:
    """What a proof leaves open if all events are about one customer; empty if they are about several."""
    ids = ids_of(events)
    if ids is None or len(ids.customer_ids) != 1:
        return ""
    other = "--seeds 3" if current_face().is_shell else "another seed"
    return (
        "All events are about one customer: how two customers influence each other was not tested. Explore a story of "
        f"two customers too. A scenario with {other} gives the customer other ids."
    )


def ids_of(events: Iterable[Event]) -> Ids | None:
    """The ids that the events are about; None if an event does not fit the vendor's schemas."""
    listed = tuple(events)
    try:
        spots = find_spots(listed)
        return collect_ids(
            found for event, places in zip(listed, spots, strict=True) for found in read_identifiers(event, places)
        )
    except SteppayMockError:
        return None


def _measured(count: float, noun: str) -> str:
    return f"{count:,g} {noun}{'' if count == 1 else 's'}"
