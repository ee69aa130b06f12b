"""The dates of a subscription that somebody changes: its interval, its next payment, and a renewal at once."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from store.bursts import COMPLETED, PAID, burst, last_of, sent_by, told

from steppay_mock import IllegalAction, SteppayMockError, Store

ACTIVE = ["subscription.updated ACTIVE"]


def subscribed(**options: Any) -> Store:
    """A store with a subscription of a month, which costs 3,100 won."""
    fields: Any = {"price": 3_100, **options.pop("product", {})}
    store = Store(seed=1, start=1_735_689_600, product=fields, **options)
    store.checkout()
    return store


# The interval.


@pytest.mark.parametrize(
    ("interval", "count", "days"), [("DAY", 3, 3), ("WEEK", 2, 14), ("MONTH", 2, 59), ("YEAR", 1, 365)]
)
def test_another_interval_starts_with_the_next_period(interval: Any, count: int, days: int) -> None:
    store = subscribed()
    end = store.subscription.period.end
    assert burst(store, lambda: store.change_interval(interval=interval, count=count)) == ACTIVE
    told_of = last_of(store, "subscription.updated")
    assert (told_of["intervalUnit"], told_of["intervalCount"]) == (interval, count)
    assert told_of["nextPaymentDate"] == end.isoformat()
    store.advance(days=31, minutes=10)
    assert (store.order.type, store.order.amount) == ("RECURRING", 3_100)
    assert store.subscription.period.start == end
    assert store.subscription.period.end == end + timedelta(days=days)


def test_another_interval_is_counted_from_the_end_of_the_period() -> None:
    store = subscribed(product={"billing_day": 20})
    store.change_interval(interval="WEEK")
    first = store.subscription.period.end
    store.advance_to(store.now + timedelta(days=50))
    paid = [one.created_at for one in store.orders if one.type == "RECURRING"]
    assert [round((moment - first) / timedelta(days=7), 3) for moment in paid] == list(range(len(paid)))
    store.pause()
    store.advance(days=30)
    store.resume()
    assert store.subscription.period.end - store.subscription.period.start == timedelta(days=7)


def test_the_interval_that_it_has_is_refused() -> None:
    store = subscribed()
    with pytest.raises(SteppayMockError) as refusal:
        store.change_interval(interval="MONTH")
    number = store.subscription.id
    assert str(refusal.value) == f"Subscription {number} recurs every 1 MONTH already. Give another one."


# The next payment.


@pytest.mark.parametrize("days", [3, 60])
def test_the_next_payment_is_moved_with_the_end_of_its_period(days: int) -> None:
    store = subscribed(assumptions={"notice_days": 1})
    planned, to = store.subscription.period.end, store.now + timedelta(days=days)
    assert burst(store, lambda: store.move_next_payment(to=to)) == ACTIVE
    moved, moment = last_of(store, "subscription.updated"), to.replace(tzinfo=None)
    assert moved["nextPaymentDate"] == moved["currentPeriod"]["endDateTime"] == moment.isoformat()
    assert moved["originNextPaymentDate"] == planned.isoformat()
    assert moved["notiBeforePaymentDate"] == (moment - timedelta(days=1)).isoformat()
    sent = told(sent_by(store, lambda: store.advance(days=days - 2)))
    assert sent == []
    sent = told(sent_by(store, lambda: store.advance(days=2)))
    assert sent[:2] == ["subscription.payment_due_notification ACTIVE", "order.created CREATED"]
    assert store.order.amount == 3_100
    assert store.subscription.period.start == moment
    assert store.subscription.origin_next_at == store.subscription.next_at == store.subscription.period.end


def test_a_moved_payment_that_fails_keeps_its_date_as_the_start_of_the_period() -> None:
    store = subscribed()
    to = store.now + timedelta(days=10)
    store.move_next_payment(to=to)
    store.decline_payments(times=2)
    store.advance(days=14)
    assert store.subscription.status == "ACTIVE"
    assert store.subscription.period.start == to.replace(tzinfo=None)


def test_a_trial_ends_when_the_first_payment_is_moved_to() -> None:
    store = Store(seed=1)
    store.checkout(trial_days=7)
    to = store.now + timedelta(days=20)
    store.move_next_payment(to=to)
    trial = last_of(store, "subscription.updated")["trialPeriod"]
    assert trial["endDateTime"] == to.replace(tzinfo=None).isoformat()
    store.advance(days=20)
    assert last_of(store, "subscription.updated")["trialPeriod"] == trial


def test_a_payment_is_not_moved_to_now_nor_to_its_date_nor_beyond_the_expiry() -> None:
    store = subscribed(product={"membership_months": 3})
    number, expires = store.subscription.id, store.subscription.expires_at
    assert expires is not None
    with pytest.raises(SteppayMockError, match=r"Give a later moment\.$"):
        store.move_next_payment(to=store.now)
    with pytest.raises(SteppayMockError, match=r"the next payment is at that moment already\. Give another\.$"):
        store.move_next_payment(to=store.subscription.period.end.replace(tzinfo=UTC))
    with pytest.raises(SteppayMockError, match=rf": subscription {number} expires at .* Give an earlier moment\.$"):
        store.move_next_payment(to=expires.replace(tzinfo=UTC))
    store.move_next_payment(to=expires.replace(tzinfo=UTC) - timedelta(microseconds=1))


def test_what_expires_before_it_would_renew_has_no_payment_to_move() -> None:
    store = subscribed(product={"membership_months": 1})
    number = store.subscription.id
    with pytest.raises(IllegalAction) as refusal:
        store.move_next_payment(to=store.now + timedelta(days=1))
    assert str(refusal.value) == (
        f"Cannot move the next payment: subscription {number} is to expire before it would renew. "
        "Let it end: store.advance()."
    )


# A renewal at once.

RENEWED = ["order.created CREATED", *PAID, *ACTIVE, COMPLETED]


def test_a_renewal_at_once_begins_the_next_period_now() -> None:
    store = subscribed()
    store.advance(days=10)
    assert burst(store, store.renew_now) == RENEWED
    assert (store.order.type, store.order.amount) == ("RECURRING", 3_100)
    period = store.subscription.period
    assert store.now.replace(tzinfo=None) - period.start < timedelta(seconds=1)
    assert period.end - period.start == timedelta(days=31)
    assert store.subscription.recurring_count == 2
    assert told(sent_by(store, lambda: store.advance(days=30))) == []
    assert told(sent_by(store, lambda: store.advance(days=1))) == RENEWED
    assert store.subscription.period.start == period.end


def test_a_renewal_at_once_can_wait_in_line() -> None:
    store = subscribed(assumptions={"queue_renewals": True})
    assert burst(store, store.renew_now) == ["subscription.updated QUEUEING", *RENEWED]


def test_a_renewal_at_once_can_fail_and_is_tried_again_a_day_later() -> None:
    store = subscribed()
    store.decline_payments(times=1)
    failed = ["order.created CREATED", "payment.failed FAILED", "order.updated PAYMENT_FAILURE"]
    due = store.now.replace(tzinfo=None)
    assert burst(store, store.renew_now) == [*failed, "subscription.updated UNPAID"]
    assert store.subscription.next_at == due + timedelta(days=1)
    assert told(sent_by(store, lambda: store.advance(days=1))) == [*PAID, *ACTIVE, COMPLETED]
    assert store.subscription.period.start == store.subscription.paid_at


def test_a_renewal_at_once_ends_the_trial() -> None:
    store = Store(seed=1)
    store.checkout(trial_days=30)
    store.advance(days=3)
    store.renew_now()
    subscription = store.subscription
    assert subscription.trial is not None
    assert subscription.trial.end == subscription.period.start == subscription.paid_at


def test_seats_are_billed_until_a_renewal_at_once() -> None:
    store = subscribed(product={"billing": "unit", "postpaid": True})
    store.add_usage(amount=2)
    store.advance(days=10)
    store.renew_now()
    assert store.order.amount == 2 * 1_000


@pytest.mark.parametrize("action", [Store.pause, lambda store: store.cancel(at_period_end=True)])
def test_only_what_is_active_is_renewed_at_once(action: Any) -> None:
    store = subscribed()
    action(store)
    with pytest.raises(IllegalAction, match=rf"^Cannot renew now: subscription \d+ is {store.subscription.status}\. "):
        store.renew_now()
