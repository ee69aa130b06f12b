"""The words for orders and late duplicates, where disorder is bounded and where it is not."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

from steppay_mock.ordering.bounding import readable, told_bound
from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Coverage


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
