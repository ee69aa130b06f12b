"""What is sent of a subscription that somebody changes, or that is not paid for (facts 24, 25 and 28)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from store.bursts import COMPLETED, PAID, bought, burst, last_of, moment, sent_by, told

from steppay_mock import Store

CANCELED = "subscription.updated CANCELED"


# Subscriptions.


def test_fact_25_cancelling_a_subscription_refunds_nothing() -> None:
    store = Store(seed=1)
    store.checkout()
    assert burst(store, store.cancel) == [CANCELED]
    ended = last_of(store, "subscription.updated")
    assert "nextPaymentDate" not in ended
    assert moment(ended["endDate"]) == store.now.replace(tzinfo=None)


@pytest.mark.parametrize(("action", "pending", "then"), [("cancel", "CANCEL", "CANCELED"), ("pause", "PAUSE", "PAUSE")])
def test_what_waits_for_the_end_of_the_period_comes_then_and_can_be_undone_before(
    action: str, pending: str, then: str
) -> None:
    store = Store(seed=1)
    store.checkout()
    act: Callable[..., object] = getattr(store, action)
    assert burst(store, lambda: act(at_period_end=True)) == [f"subscription.updated PENDING_{pending}"]
    assert burst(store, store.undo) == ["subscription.updated ACTIVE"]
    act(at_period_end=True)
    end = last_of(store, "subscription.updated")["currentPeriod"]["endDateTime"]
    [event] = sent_by(store, lambda: store.advance(days=40))
    assert event.data["status"] == then
    assert moment(end) <= moment(event.data["pausedDateTime" if then == "PAUSE" else "endDate"])


def test_what_was_undone_renews_once() -> None:
    store = Store(seed=1, assumptions={"notice_days": 3})
    store.checkout()
    for _ in range(3):
        store.cancel(at_period_end=True)
        store.undo()
    sent = told(sent_by(store, lambda: store.advance(days=32)))
    assert sent.count("subscription.payment_due_notification ACTIVE") == 1
    assert sent.count("order.created CREATED") == 1


def test_a_pause_ends_within_its_period_without_a_payment() -> None:
    store = Store(seed=1)
    store.checkout()
    end = store.subscription.period.end
    assert burst(store, store.pause) == ["subscription.updated PAUSE"]
    store.advance(days=5)
    assert burst(store, store.resume) == ["subscription.updated ACTIVE"]
    assert store.subscription.next_at == end


def test_a_pause_that_outlasts_its_period_ends_with_a_renewal() -> None:
    store = Store(seed=1)
    store.checkout()
    store.pause()
    assert told(sent_by(store, lambda: store.advance(days=100))) == []
    renewal = ["order.created CREATED", *PAID, "subscription.updated ACTIVE", COMPLETED]
    assert burst(store, store.resume) == ["subscription.updated ACTIVE", *renewal]
    assert (store.now - timedelta(seconds=1)).replace(tzinfo=None) < store.subscription.period.start


def test_a_change_of_the_payment_method_is_an_order_that_costs_nothing() -> None:
    store = Store(seed=1)
    store.checkout()
    store.decline_payments()
    changed = ["order.created CREATED", "order.updated PAID", "subscription.updated ACTIVE", COMPLETED]
    assert bought(store, lambda: store.change_payment_method(method="cms", gateway="NICE")) == changed
    assert (store.order.type, store.order.amount) == ("PAYMENT_METHOD", 0)
    store.advance(days=32)
    assert last_of(store, "payment.completed")["paymentMethod"] == "CMS_BILL", "and payments succeed from then on"


def test_another_plan_costs_from_the_next_renewal_on() -> None:
    store = Store(seed=1, product={"price": 9_900})
    store.checkout()
    yearly = store.create_price(store.products[0], price=99_000, interval="YEAR")
    end = store.subscription.period.end
    assert burst(store, lambda: store.change_plan(price=yearly)) == ["subscription.updated ACTIVE"]
    store.advance(days=32)
    assert store.order.amount == 99_000
    assert store.subscription.period.start == end
    assert store.subscription.period.end == end.replace(year=end.year + 1)


def test_a_renewal_costs_the_quantity_that_there_is_then() -> None:
    store = Store(seed=1, product={"price": 1_000, "billing": "unit"})
    store.checkout(quantity=2)
    assert burst(store, lambda: store.change_quantity(quantity=5)) == ["subscription.updated ACTIVE"]
    store.advance(days=32)
    assert store.order.amount == 5_000


# Arrears.


def test_fact_24_a_renewal_is_tried_again_after_1_3_5_10_and_14_days_and_then_expires() -> None:
    store = Store(seed=1)
    store.checkout()
    store.decline_payments()
    sent = sent_by(store, lambda: store.advance(days=31 + 15))
    assert told(sent) == [
        *("order.created CREATED", "payment.failed FAILED", "order.updated PAYMENT_FAILURE"),
        "subscription.updated UNPAID",
        *("payment.failed FAILED", "subscription.updated UNPAID") * 4,
        *("payment.failed FAILED", "subscription.updated EXPIRED"),
    ]
    failed = [event.timestamp for event in sent if event.type == "payment.failed"]
    assert [round((second - failed[0]) / 86_400, 3) for second in failed] == [0, 1, 3, 5, 10, 14]
    assert len({event.data["paymentId"] for event in sent if event.type == "payment.failed"}) == 6
    assert len({event.data["orderId"] for event in sent if event.type == "payment.failed"}) == 1


@pytest.mark.parametrize("failures", [1, 2, 3, 4, 5])
def test_a_retry_that_succeeds_makes_it_active_and_keeps_the_period(failures: int) -> None:
    store = Store(seed=1)
    store.checkout()
    store.decline_payments(times=failures)
    end = store.subscription.period.end
    store.advance(days=31 + 15)
    assert store.subscription.status == "ACTIVE"
    assert store.subscription.period.start == end
    assert len([payment for payment in store.payments if payment.status == "FAILED"]) == failures


def test_the_customer_pays_before_the_next_retry_which_is_then_not_made() -> None:
    store = Store(seed=1)
    store.checkout()
    store.decline_payments()
    store.advance(days=31, hours=1)
    assert store.subscription.status == "UNPAID"
    assert burst(store, store.pay) == [*PAID, "subscription.updated ACTIVE", COMPLETED]
    assert told(sent_by(store, lambda: store.advance(days=15))) == []


def test_cancelling_what_is_unpaid_cancels_the_order_that_is_open() -> None:
    store = Store(seed=1)
    store.checkout()
    store.decline_payments()
    store.advance(days=31, hours=1)
    assert burst(store, store.cancel) == ["order.updated CANCELLED", CANCELED]


def test_a_renewal_can_wait_in_line() -> None:
    store = Store(seed=1, assumptions={"queue_renewals": True})
    store.checkout()
    sent = told(sent_by(store, lambda: store.advance(days=32)))
    renewal = ["order.created CREATED", *PAID, "subscription.updated ACTIVE", COMPLETED]
    assert sent == ["subscription.updated QUEUEING", *renewal]


@pytest.mark.parametrize(("at_the_end", "status"), [("pause", "PAUSE"), ("cancel", "CANCELED")])
def test_fact_28_step_cover_sends_messages_on_days_0_3_5_and_7_and_ends_on_day_11(at_the_end: Any, status: str) -> None:
    store = Store(seed=1, assumptions={"step_cover": at_the_end})
    store.checkout()
    store.decline_payments()
    sent = sent_by(store, lambda: store.advance(days=31 + 20))
    covers = [event for event in sent if str(event.type).startswith("cover.")]
    assert told(covers) == ["cover.sent_message REMIND"] * 4 + ["cover.paused PAUSED"]
    assert [event.data["messageSentStep"] for event in covers] == [1, 2, 3, 4, 4]
    apart = [(event.timestamp - covers[0].timestamp) / 86_400 for event in covers]
    assert apart == pytest.approx([0, 3, 5, 7, 11], abs=0.01)
    assert all(isinstance(covers[0].data[name], str) for name in ("customerId", "orderId", "subscriptionId"))
    assert "nextRetryDatetime" not in covers[-1].data
    assert store.subscription.status == status
    assert store.subscription.failures == (0 if status == "PAUSE" else 5)


def test_the_customer_postpones_the_message_or_moves_the_payment_date() -> None:
    store = Store(seed=1, assumptions={"step_cover": "pause"})
    store.checkout()
    store.decline_payments()
    store.advance(days=31, hours=1)
    planned = store.subscription.next_at
    assert burst(store, store.postpone_message) == ["subscription.updated UNPAID", "cover.delayed_message REMIND"]
    assert planned is not None
    assert store.subscription.next_at == planned + timedelta(days=3)
    assert sent_by(store, lambda: store.advance(days=4)) == [], "nothing is tried at the time that was planned first"
    store.accept_payments()
    to = store.now + timedelta(days=1)
    moved = ["subscription.updated UNPAID", "cover.changed_payment_date DATE_CHANGED"]
    assert burst(store, lambda: store.move_payment_date(to=to)) == moved
    assert last_of(store, "cover.changed_payment_date")["nextRetryDatetime"] == to.replace(tzinfo=None).isoformat()
    [payment] = [e for e in sent_by(store, lambda: store.advance(days=20)) if e.type == "payment.completed"]
    assert payment.timestamp == int(to.timestamp())


def test_a_notice_comes_some_days_before_the_renewal() -> None:
    store = Store(seed=1, assumptions={"notice_days": 3})
    store.checkout()
    end = store.subscription.period.end
    assert told(sent_by(store, lambda: store.advance(days=30)))[0] == "subscription.payment_due_notification ACTIVE"
    notice = last_of(store, "subscription.payment_due_notification")
    assert moment(notice["notiBeforePaymentDate"]) == end - timedelta(days=3)
