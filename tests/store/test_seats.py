"""Seats, which are usage of prices with billing unit, and quota that is bought within a period (facts 25 and 26)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store.bursts import COMPLETED, PAID, burst, last_of

from steppay_mock import IllegalAction, SteppayMockError, Store


def seated(*, quantity: int = 1, postpaid: bool = False, price: Any = 3_100, **options: Any) -> Store:
    """A store whose customer has seats for a month of 31 days."""
    store = Store(seed=1, product={"billing": "unit", "price": price, "postpaid": postpaid}, **options)
    store.checkout(quantity=quantity)
    return store


def sums(store: Store) -> tuple[int, int | None]:
    told = last_of(store, "subscription.usage.added")
    return told["accumulatedRecord"], told.get("accumulatedQuota")


# Counting.


@pytest.mark.parametrize("postpaid", [False, True])
def test_fact_26_seats_go_on_after_a_renewal_and_usage_begins_again(postpaid: bool) -> None:  # noqa: FBT001 - a case
    store = seated(quantity=5, postpaid=postpaid)
    first = store.add_usage(amount=3)
    store.advance(days=31)
    quota = None if postpaid else 5
    number = store.subscription.items[0].id
    assert store.state()["usage"] == {number: {"accumulatedRecord": 3, "accumulatedQuota": quota}}
    second = store.add_usage(amount=1)
    assert second.id != first.id
    assert sums(store) == (4, quota)
    begins = last_of(store, "subscription.usage.added")["recordQuotas"][0]
    assert (begins["deltaRecord"], begins["accumulateRecord"], begins["via"]) == (3, 3, "SYSTEM")
    assert begins["influxDate"] == store.subscription.period.start.isoformat()


def test_fact_26_deltas_can_be_negative_and_a_sum_is_never_below_zero() -> None:
    for store in (seated(quantity=5), seated(postpaid=True), Store(seed=1, product={"billing": "usage"})):
        if not store.subscriptions:
            store.checkout()
        store.add_usage(amount=3)
        store.add_usage(amount=-2)
        assert sums(store)[0] == 1
        with pytest.raises(IllegalAction, match=r"is used 1\. Add at least -1: a sum is never below 0 \(assumed\)\."):
            store.add_usage(amount=-2)


def test_fact_26_no_more_seats_are_in_use_than_were_bought() -> None:
    store = seated(quantity=2)
    store.add_usage(amount=2)
    with pytest.raises(IllegalAction, match=r"is used 2 of 2\. Add at most 0, or store\.top_up"):
        store.add_usage(amount=1)
    store.top_up(quota=1)
    store.add_usage(amount=1)
    assert sums(store) == (3, 3)


# Billing.


def test_fact_26_prepaid_seats_bill_the_quota_and_not_the_record() -> None:
    store = seated(quantity=2)
    assert store.order.amount == 6_200
    store.add_usage(amount=1)
    store.top_up(quota=3)
    store.advance(days=31)
    assert (store.order.type, store.order.amount, store.order.lines[0].quantity) == ("RECURRING", 5 * 3_100, 5)
    store.advance(days=28)
    assert store.order.amount == 5 * 3_100, "the bought seats go on"


def test_fact_26_postpaid_seats_bill_the_area_under_the_curve() -> None:
    store = seated(postpaid=True)
    assert store.order.amount == 0
    store.add_usage(amount=4)  # four seats for the whole month
    store.advance(days=10)
    store.add_usage(amount=2)  # two more for 21 of 31 days
    store.advance(days=10)
    store.add_usage(amount=-5)  # and five fewer for 11 of them
    store.advance(days=11)
    assert (store.order.type, store.order.amount) == ("RECURRING", 4 * 3_100 + 2 * 2_100 - 5 * 1_100)
    store.advance(days=28)
    assert store.order.amount == 3_100, "one seat goes on for the whole next period"


def test_fact_26_one_seat_for_a_whole_period_costs_the_price() -> None:
    store = seated(postpaid=True)
    store.add_usage(amount=1)
    store.advance(days=31)
    assert store.order.amount == 3_100


def test_a_last_order_bills_seats_until_the_end() -> None:
    store = seated(postpaid=True)
    store.add_usage(amount=2)
    store.advance(days=10)
    store.cancel()
    assert store.order.amount == 2 * 1_000


def test_seats_cost_on_until_the_time_for_which_they_were_cancelled() -> None:
    store = seated(postpaid=True)
    store.add_usage(amount=2)
    store.cancel(at=store.now + timedelta(days=62))
    store.advance(days=62)
    assert (store.subscription.status, store.order.amount) == ("CANCELED", 2 * 2 * 3_100)


def test_seats_cost_nothing_while_a_pause_outlasts_its_period() -> None:
    store = seated(postpaid=True)
    store.add_usage(amount=2)
    store.pause()
    store.advance(days=100)
    store.resume()
    assert (store.order.type, store.order.amount) == ("RECURRING", 2 * 3_100)


@settings(max_examples=40, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(-4, 5), st.integers(0, 5)), max_size=6))
def test_seats_cost_what_a_count_day_by_day_gives(changes: list[tuple[int, int]]) -> None:
    store = seated(postpaid=True)
    number, day, seat_days = 0, 0, 0
    for more, wanted in changes:
        if more and number + more >= 0 and day < 31:
            store.add_usage(amount=more)
            number += more
        days = min(wanted, 31 - day)
        store.advance(days=days)
        seat_days, day = seat_days + number * days, day + days
    seat_days += number * (31 - day)
    store.advance_to(store.subscription.period.end.replace(tzinfo=store.now.tzinfo) if day < 31 else store.now)
    assert store.order.amount == seat_days * 100


def test_another_quantity_counts_from_the_next_period_and_keeps_the_bought_seats() -> None:
    store = seated(quantity=2)
    store.top_up(quota=1)
    store.change_quantity(quantity=4)
    assert sums(store) == (0, 3)
    store.advance(days=31)
    assert store.order.amount == 5 * 3_100
    store.add_usage(amount=5)
    assert sums(store) == (5, 5)
    store.change_quantity(quantity=1)
    store.advance(days=28)
    assert store.order.amount == 5 * 3_100, "never fewer seats than are in use (assumed)"


def test_another_way_to_count_begins_anew() -> None:
    store = seated(quantity=2)
    afterwards = store.create_price(store.products[0], billing="unit", postpaid=True, price=3_100)
    store.add_usage(amount=2)
    store.change_plan(price=afterwards)
    assert store.state()["usage"] == {}
    store.add_usage(amount=1)
    assert sums(store) == (1, None)
    dearer = store.create_price(store.products[0], billing="unit", postpaid=True, price=6_200)
    store.change_plan(price=dearer)
    store.add_usage(amount=1)
    assert sums(store) == (2, None), "the same way to count goes on"


def test_seats_are_sold_without_usage_too() -> None:
    store = seated(quantity=3)
    store.advance(days=31)
    assert (store.order.amount, store.state()["usage"]) == (9_300, {})


# More quota (fact 25).


@pytest.mark.parametrize(("days", "rest"), [(0, 31), (10, 21), (30, 1)])
def test_fact_25_more_quota_is_paid_at_once_for_the_rest_of_the_period(days: int, rest: int) -> None:
    store = seated(quantity=1)
    store.advance(days=days)
    sent = ["order.created CREATED", *PAID, "subscription.usage.added", COMPLETED]
    assert burst(store, lambda: store.top_up(quota=2)) == sent
    assert (store.order.type, store.order.amount) == ("ADD_USAGE", 2 * 100 * rest)


def test_fact_25_more_quota_of_usage_costs_its_part_of_the_price() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 100, "price": 31_000})
    store.checkout()
    store.advance(days=21)
    store.top_up(quota=25)
    assert store.order.amount == 31_000 * 25 // 100 * 10 // 31
    store.top_up(quota=25, price=7)
    assert store.order.amount == 7


def test_amounts_in_proportion_are_rounded_to_coins() -> None:
    store = Store(seed=1, currency="USD", product={"billing": "unit", "price": Decimal("0.99")})
    store.checkout()
    store.advance(days=16)  # 15 of 31 days
    store.top_up(quota=1)
    assert store.order.amount == Decimal("0.48")
    store = seated(price=1)
    store.advance(days=30)
    store.top_up(quota=1)
    assert store.order.amount == 0


def test_more_quota_costs_nothing_once_the_period_is_over() -> None:
    store = seated()
    store.cancel(at=store.now + timedelta(days=60))
    store.advance(days=40)
    store.top_up(quota=2)
    assert store.order.amount == 0


# What can be chosen.


@pytest.mark.parametrize(
    "fields",
    [
        {"billing": "usage", "quota": 5, "postpaid": True},
        {"billing": "usage", "postpaid": False},
        {"billing": "flat", "postpaid": True},
    ],
)
def test_only_seats_are_either_prepaid_or_postpaid(fields: dict[str, Any]) -> None:
    store = Store(seed=1)
    with pytest.raises(SteppayMockError) as caught:
        store.create_price(store.products[0], **fields)
    assert str(caught.value) == (
        f"postpaid={fields['postpaid']}: billing='usage' is postpaid without a quota and prepaid with one, and only "
        "billing='unit' can be either. Leave postpaid out, or change the billing or the quota."
    )


def test_postpaid_seats_are_told_as_such() -> None:
    assert last_of(seated(postpaid=True), "subscription.created")["items"][0]["claimMethodType"] == "POST"
    assert last_of(seated(), "subscription.created")["items"][0]["claimMethodType"] == "PRE"
    with pytest.raises(IllegalAction, match="without a quota"):
        seated(postpaid=True).top_up(quota=1)
