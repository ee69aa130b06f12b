"""The numbers of a search in words: which orders, within which bound, which repeats, of how many customers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import factorial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordering.cases import coverage

from steppay_mock import Event, make_event
from steppay_mock.ordering.face import Face, speaking
from steppay_mock.ordering.report.coverage import (
    assumed_independence,
    bound_text,
    counted,
    events_of,
    not_tried,
    only_one_customer,
    proved_orders,
    readable,
    repeated,
    span,
    within,
)

BOUND = "in which no event is overtaken by more than"
EACH = "the events of each of 2 customers (3 + 4)"
POINTS = "points at which no earlier event is missing"


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (partial(counted, 0, "state"), "0 states"),
        (partial(counted, 1, "state"), "1 state"),
        (partial(counted, 2, "state"), "2 states"),
        (partial(counted, 1_024, "state"), "1,024 states"),
        (partial(counted, 1, "delivery", "deliveries"), "1 delivery"),
        (partial(counted, 5, "delivery", "deliveries"), "5 deliveries"),
        (partial(readable, 120), "120"),
        (partial(readable, 10**15 - 1), "999,999,999,999,999"),
        (partial(readable, 10**15), "1.0e+15"),
        (partial(readable, factorial(20)), "2.4e+18"),
        (partial(span, 0), "0 seconds"),
        (partial(span, 0.5), "0.5 seconds"),
        (partial(span, 1), "1 second"),
        (partial(span, 59), "59 seconds"),
        (partial(span, 60), "1 minute"),
        (partial(span, 90), "90 seconds"),
        (partial(span, 600), "10 minutes"),
        (partial(span, 3_600), "1 hour"),
        (partial(span, 5_400), "90 minutes"),
        (partial(span, 86_400), "1 day"),
        (partial(span, 2 * 86_400), "2 days"),
        (partial(bound_text, None, None), ""),
        (partial(bound_text, 600.0, None), "10 minutes"),
        (partial(bound_text, None, 1), "1 place"),
        (partial(bound_text, 0.0, 3), "0 seconds or 3 places"),
        (partial(within, coverage()), ""),
        (partial(within, coverage(distance=2)), f" {BOUND} 2 places"),
    ],
)
def test_a_number_is_told_with_its_noun(told: Callable[[], str], wanted: str) -> None:
    assert told() == wanted


@given(st.integers(1, 10**6))
def test_a_span_is_the_time_that_it_says_in_the_largest_unit_that_divides_it(seconds: int) -> None:
    count, noun = span(seconds).split(" ")
    sizes = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
    size = sizes[noun.removesuffix("s")]
    assert noun.endswith("s") is (count != "1")
    if float(count.replace(",", "")).is_integer() and seconds < 10**5:
        assert int(count.replace(",", "")) * size == seconds
    assert size == max(one for one in sizes.values() if seconds % one == 0)


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ({"events": 5, "orders": 120}, "all 120 orders of 5 events end the same"),
        ({"events": 1, "orders": 1}, "all 1 orders of 1 event end the same"),
        ({"events": 5, "effective": 4, "orders": 120}, "all 120 orders of 5 events (4 with an effect) end the same"),
        (
            {"events": 7, "groups": (3, 4), "orders": 30},
            f"all orders of {EACH} end the same, each customer alone",
        ),
        (
            {"events": 5, "orders": 8, "distance": 1},
            f"every order of 5 events {BOUND} 1 place ends the same (8 orders)",
        ),
        ({"events": 5, "orders": 1, "late_by": 60.0}, f"the only order of 5 events {BOUND} 1 minute ends as it should"),
        (
            {"events": 7, "groups": (3, 4), "orders": 9, "late_by": 1.0},
            f"every order of {EACH} {BOUND} 1 second ends the same (9 orders), each customer alone",
        ),
    ],
)
def test_the_orders_that_are_proved_are_told(numbers: dict[str, Any], wanted: str) -> None:
    assert proved_orders(coverage(**numbers)) == wanted
    assert events_of(coverage(**numbers)) in wanted


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ({}, "repeated at every later place"),
        ({"strength": 3}, "repeated after all others"),
        ({"strength": 3, "points": 2, "distance": 2}, "repeated after all others"),
        (
            {"points": 1, "distance": 2},
            "repeated at every later place within 2 places, and after that at the end",
        ),
        (
            {"points": 2, "late_by": 3_600.0},
            f"repeated at every later place within 1 hour, and after that at 2 {POINTS}",
        ),
    ],
)
def test_where_events_were_repeated_is_told(numbers: dict[str, Any], wanted: str) -> None:
    assert repeated(coverage(**numbers)) == wanted


def test_why_an_event_was_not_left_out_depends_on_what_the_table_may_spend() -> None:
    eighth = not_tried(coverage(distance=2))
    assert "an eighth of the deliveries" in eighth
    for numbers in ({}, {"strength": 3}, {"distance": 2, "strength": 3}):
        assert not_tried(coverage(**numbers)) == "not tried: a larger budget= is needed."


@pytest.mark.parametrize(
    ("groups", "interleavings", "wanted"),
    [((3, 4), 4, "in 4 interleavings of 1 pair"), ((1, 1, 1), 1, "in 1 interleaving of 3 pairs")],
)
def test_the_pairs_of_customers_are_counted(groups: tuple[int, ...], interleavings: int, wanted: str) -> None:
    assert f"{wanted} of customers." in assumed_independence(coverage(groups=groups, interleavings=interleavings))


def payment(customer: int) -> Event:
    return make_event("payment.completed", seed=7, data={"customerId": str(customer)})


def test_what_one_customer_leaves_open_is_told_and_only_then() -> None:
    assert "All events are about one customer" in only_one_customer([payment(1), payment(1)])
    assert "A scenario with another seed" in only_one_customer([payment(1)])
    with speaking(Face(is_shell=True)):
        assert "A scenario with --seeds 3" in only_one_customer([payment(1)])
    assert only_one_customer([payment(1), payment(2)]) == ""
    assert only_one_customer([payment(1), Event.from_payload({"event": "mine"})]) == ""
