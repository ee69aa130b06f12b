"""How subscriptions bill and end, fact by fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from store.bursts import COMPLETED, PAID, burst, last_of, sent_by, told

from steppay_mock import SteppayMockError, Store

LAST_ORDER = ["order.created CREATED", *PAID]


def used(amount: int, **options: Any) -> Store:
    """A store with a postpaid subscription of 100 won for each unit, and usage of the first period."""
    store = Store(seed=1, **{"product": {"billing": "usage", "price": 100}, **options})
    store.checkout()
    if amount:
        store.add_usage(amount=amount)
    return store


@pytest.mark.parametrize("before", ["nothing", "pause"])
def test_fact_45_a_postpaid_subscription_bills_once_more_when_it_is_cancelled(before: str) -> None:
    store = used(7)
    if before == "pause":
        store.pause()
    assert burst(store, store.cancel) == [*LAST_ORDER, "subscription.updated CANCELED", COMPLETED]
    order = store.order
    assert (order.type, order.amount, order.subscriptions) == ("RECURRING", 700, (store.subscription.id,))
    assert last_of(store, "payment.completed")["paymentMethod"] == "CARD_BILL"


@pytest.mark.parametrize(
    ("act", "product", "status"),
    [
        (lambda store: store.cancel(at_period_end=True), {}, "CANCELED"),
        (lambda _store: None, {"membership_months": 1}, "EXPIRED"),
        (lambda store: store.pause(), {"membership_months": 1}, "EXPIRED"),
    ],
)
def test_fact_45_a_postpaid_subscription_bills_once_more_at_its_end(
    act: Callable[[Store], object], product: dict[str, Any], status: str
) -> None:
    store = used(3, product={"billing": "usage", "price": 100, **product})
    act(store)
    sent = told(sent_by(store, lambda: store.advance(days=40)))
    assert sent == [*LAST_ORDER, f"subscription.updated {status}", COMPLETED]
    assert store.order.amount == 300
    assert told(sent_by(store, lambda: store.advance(days=100))) == []


def test_fact_45_the_last_order_comes_too_when_the_first_order_is_cancelled() -> None:
    store = used(2)
    assert burst(store, lambda: store.cancel_order(store.orders[0])) == [
        "order.updated CANCELLED",
        *LAST_ORDER,
        "subscription.updated CANCELED",
        COMPLETED,
    ]


def test_fact_45_a_last_order_without_usage_costs_nothing_and_has_no_payment() -> None:
    store = used(0)
    assert burst(store, store.cancel) == [
        "order.created CREATED",
        "order.updated PAID",
        "subscription.updated CANCELED",
        COMPLETED,
    ]


def test_fact_45_a_prepaid_subscription_has_no_last_order() -> None:
    store = Store(seed=1, product={"billing": "usage", "quota": 100})
    store.checkout()
    store.add_usage(amount=7)
    assert burst(store, store.cancel) == ["subscription.updated CANCELED"]


def test_a_subscription_ends_although_its_last_order_is_not_paid() -> None:
    store = used(7)
    store.decline_payments()
    failed = ["order.created CREATED", "payment.failed FAILED", "order.updated PAYMENT_FAILURE"]
    assert burst(store, store.cancel) == [*failed, "subscription.updated CANCELED"]
    assert told(sent_by(store, lambda: store.advance(days=60))) == []


def test_an_unpaid_subscription_has_billed_its_usage_already() -> None:
    store = used(7)
    store.decline_payments()
    store.advance(days=31, hours=1)
    assert burst(store, store.cancel) == ["order.updated CANCELLED", "subscription.updated CANCELED"]


def test_the_last_order_bills_the_postpaid_items_alone() -> None:
    store = used(7)
    flat, more = (
        store.create_price(store.products[0], price=5_000),
        store.create_price(store.products[0], billing="usage"),
    )
    store.checkout([store.price, more])
    store.change_plan(item=store.subscription.items[1].id, price=flat)
    store.add_usage(amount=4)
    store.cancel()
    assert [(line.price_code, line.amount) for line in store.order.lines] == [(store.price.code, 400)]


def test_fact_45_the_recurring_count_begins_at_one_prepaid_and_at_zero_postpaid() -> None:
    for product, first in (({}, 1), ({"billing": "usage"}, 0), ({"billing": "usage", "quota": 5}, 1)):
        store = Store(seed=1, product=product)  # type: ignore[arg-type]
        store.checkout()
        assert store.subscription.recurring_count == first
        store.advance(days=31)
        assert store.subscription.recurring_count == first + 1
        store.decline_payments(times=2)
        store.advance_to(store.subscription.period.end.replace(tzinfo=UTC))
        if first:  # without usage a postpaid renewal costs nothing and cannot fail
            assert (store.subscription.status, store.subscription.recurring_count) == ("UNPAID", first + 1)
        store.advance(days=5)
        assert store.subscription.recurring_count == first + 2


def cover_days_of(**assumptions: Any) -> list[float]:
    """The days of StepCover's messages, and of its end, after the failure."""
    store = Store(seed=1, assumptions={"step_cover": "pause", **assumptions})
    store.checkout()
    store.decline_payments()
    sent = sent_by(store, lambda: store.advance(days=31 + 90))
    covers = [event for event in sent if event.type.startswith("cover.")]
    assert told(covers)[-1] == "cover.paused PAUSED"
    return [round((event.timestamp - covers[0].timestamp) / 86_400, 2) for event in covers]


def test_the_days_and_the_number_of_step_covers_messages_are_assumptions() -> None:
    assert cover_days_of(cover_days=(1, 2, 9, 40)) == [0, 1, 2, 9, 40]
    assert cover_days_of(cover_days=[2, 8]) == [0, 2, 8]
    assert cover_days_of(cover_messages=2) == [0, 3, 5], "the next attempt after the last message ends it"
    assert cover_days_of(cover_days=3) == [0, 3, 6, 9, 12], "one number is the days between two messages"


def test_a_postponed_message_moves_the_later_ones_too() -> None:
    store = Store(seed=1, assumptions={"step_cover": "cancel", "postpone_days": 2})
    store.checkout()
    store.decline_payments()
    store.advance(days=31)
    first = store.subscription.next_at
    assert first is not None
    assert store.postpone_message().next_at == first + timedelta(days=2)
    sent = sent_by(store, lambda: store.advance(days=30))
    days = [event.timestamp for event in sent if event.type.startswith("cover.")]
    assert [round((day - days[0]) / 86_400, 2) for day in days] == [0, 2, 4, 8]


@pytest.mark.parametrize(
    ("assumptions", "message"),
    [
        ({"cover_days": (5, 3)}, "cover_days=(5, 3) are not rising whole numbers from 1 to 3650. Give them like (3, 5"),
        ({"cover_days": ()}, "cover_days=() are not rising whole numbers from 1 to 3650. Give them like (3, 5, 7, 11)"),
    ],
)
def test_days_of_step_cover_that_cannot_be_are_refused(assumptions: dict[str, Any], message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        Store(assumptions=assumptions)
    assert str(caught.value).startswith(message)


def test_the_last_order_takes_from_the_stock_and_does_not_fail_without_it() -> None:
    product: dict[str, Any] = {"billing": "usage", "price": 100, "stock": 2}
    store = used(3, product=product, assumptions={"renewals_fail_without_stock": True})
    assert burst(store, store.cancel)[-1] == "product.updated OUT_OF_STOCK"
    product = {**product, "stock": 1}
    store = used(3, product=product, assumptions={"renewals_fail_without_stock": True})
    assert store.products[0].status == "OUT_OF_STOCK"
    assert burst(store, store.cancel) == [*LAST_ORDER, "subscription.updated CANCELED", COMPLETED]
