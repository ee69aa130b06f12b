"""What the facts say of orders: how they begin, are paid, grouped and given back. Each test names its fact."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from store.bursts import burst, moment, sent_by, told

from steppay_mock import SteppayMockError, Store


@pytest.mark.parametrize(
    ("options", "prepare", "pay", "effect"),
    [
        (
            {"product": {"billing": "one_time"}},
            ["draft_invoice", "send_invoice"],
            "pay_invoice",
            "invoice.updated PAID",
        ),
        ({}, [], "checkout", "subscription.created ACTIVE"),
        ({"product": {"billing": "usage", "quota": 9}}, ["checkout"], "top_up", "subscription.usage.added"),
    ],
)
def test_fact_36_order_updated_comes_first_then_the_payment_then_what_follows(
    options: Any, prepare: list[str], pay: str, effect: str
) -> None:
    store = Store(seed=1, **options)
    for action in prepare:
        getattr(store, action)()
    sent = told(sent_by(store, lambda: getattr(store, pay)(**({"quota": 5} if pay == "top_up" else {}))))
    assert sent[-4:] == ["order.updated PAID", "payment.completed COMPLETE", effect, "order.payment_completed PAID"]


def test_fact_36_order_updated_comes_again_alone_if_that_is_assumed() -> None:
    store = Store(seed=1, assumptions={"order_updated_again": (10, 20)})
    order = store.checkout()
    assert order.paid_at is not None
    events = sent_by(store, lambda: store.advance(days=1))
    assert told(events) == ["order.updated PAID"] * 2
    assert [moment(event.data["modifiedAt"]) - order.paid_at >= timedelta(seconds=10) for event in events] == [True] * 2
    first, second = (event.data for event in events)
    assert {**first, "modifiedAt": ""} == {**second, "modifiedAt": ""}
    assert second["subscriptions"] == list(order.subscriptions)
    assert events[1].timestamp - events[0].timestamp == 10
    assert burst(store, lambda: store.refund(order))[-1] == "order.updated CANCELLATION_REFUNDED"


def test_fact_36_order_updated_does_not_come_again_for_an_order_that_was_refunded() -> None:
    store = Store(seed=1, product={"billing": "one_time"}, assumptions={"order_updated_again": (10, 20)})
    store.checkout()
    store.advance(seconds=15)
    store.refund()
    assert sent_by(store, lambda: store.advance(days=1)) == []
    store.checkout()
    store.delete_customer()
    assert sent_by(store, lambda: store.advance(days=1)) == []


def test_fact_36_order_updated_does_not_come_again_by_default() -> None:
    store = Store(seed=1)
    store.checkout()
    assert sent_by(store, lambda: store.advance(days=1)) == []


@pytest.mark.parametrize("wrong", [(0,), (20, 10), (1, 1), "10", 10, (True,), (3601,), None])
def test_seconds_that_cannot_be_are_refused(wrong: object) -> None:
    with pytest.raises(SteppayMockError, match=r"order_updated_again=.* \(10, 20\)\."):
        Store(assumptions={"order_updated_again": wrong})
