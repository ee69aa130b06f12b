"""Words for what a verdict rests on: which orders, which bound, which duplicates, whose events."""

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

_READABLE = 10**15


def within(coverage: Coverage) -> str:
    """Which orders were looked at, after the events; empty if all of them were."""
    told = told_bound(coverage.late_by, coverage.distance)
    return f" in which nothing is overtaken by more than {told}" if told else ""


def proved_orders(coverage: Coverage) -> str:
    """Which orders are proved, and that they end the same: ``all 120 orders of 5 events end the same``."""
    bound, events, orders = within(coverage), events_of(coverage), readable(coverage.orders)
    alone = ", each customer alone" if coverage.groups else ""
    if not bound:
        all_of = "all orders" if coverage.groups else f"all {orders} orders"
        return f"{all_of} of {events} end the same{alone}"
    if coverage.orders == 1:
        return f"the one order of {events}{bound} ends as it should"
    return f"every order of {events}{bound} ends the same ({orders} orders){alone}"


def events_of(coverage: Coverage) -> str:
    """How many events there are, and how many of them have an effect; by customer where each was explored alone."""
    if coverage.groups:
        each = " + ".join(map(str, coverage.groups))
        return f"each of {len(coverage.groups)} customers' events ({each})"
    events = f"{coverage.events} event{'' if coverage.events == 1 else 's'}"
    return events if coverage.effective >= coverage.events else f"{events} ({coverage.effective} with an effect)"


def independence(coverage: Coverage) -> str:
    """What a proof of each customer alone assumes."""
    pairs = comb(len(coverage.groups), 2)
    of = "the pair" if pairs == 1 else f"{pairs} pairs"
    return (
        "It assumes that customers do not influence each other beyond what "
        f"{coverage.interleavings} interleavings of {of} of them showed."
    )


def once_more(coverage: Coverage) -> str:
    """Where late duplicates were delivered: in a proof everywhere, or where the bound has them."""
    if coverage.strength is not None:
        return "once more after all others"
    if not coverage.points:
        return "once more at every later place"
    bound = told_bound(coverage.late_by, coverage.distance)
    points = "the end" if coverage.points == 1 else f"{coverage.points} points where all that happened before had come"
    return f"once more at every later place within {bound}, and after that at {points}"


def not_tried(coverage: Coverage) -> str:
    """Why some losses were not tried."""
    if within(coverage) and coverage.strength is None:
        return "not tried: beside a proof with a bound this table costs an eighth of its deliveries at most."
    return f"not tried: that takes a larger {option('budget')}."


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


def span(seconds: float) -> str:
    """A time in words: ``10 minutes``."""
    for noun, size in UNITS.values():
        if seconds >= size and seconds % size == 0:
            return _counted(seconds / size, noun)
    return _counted(seconds, "second")


def told_bound(late_by: float | None, distance: int | None) -> str:
    """The bound in words, after "by more than"; empty where there is none."""
    told = [] if late_by is None else [span(late_by)]
    if distance is not None:
        told.append(_counted(distance, "place"))
    return " or ".join(told)


def readable(count: int) -> str:
    """A number in full, or where that is too long with two digits and a power of ten: ``1.2e+30``."""
    if count < _READABLE:
        return f"{count:,}"
    return f"{Decimal(count):.1e}"


def _counted(count: float, noun: str) -> str:
    return f"{count:,g} {noun}{'' if count == 1 else 's'}"
