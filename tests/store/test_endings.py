"""How a subscription is cancelled and paused (fact 46)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from store.bursts import COMPLETED, PAID, burst, last_of, moment, sent_by, told

from steppay_mock import IllegalAction, SteppayMockError, Store

RENEWAL = ["order.created CREATED", *PAID, "subscription.updated ACTIVE", COMPLETED]


def subscribed(**options: Any) -> Store:
    store = Store(seed=1, **options)
    store.checkout()
    return store


# Cancel.


def _unpaid() -> Store:
    store = subscribed()
    store.decline_payments()
    store.advance(days=32)
    return store


def _after(action: str, **options: Any) -> Store:
    store = subscribed()
    getattr(store, action)(**options)
    return store


def _incomplete() -> Store:
    store = Store(seed=1, assumptions={"incomplete_before_payment": True})
    store.checkout(method="cms")
    return store


def _in_days(store: Store, days: float) -> datetime:
    return store.now + timedelta(days=days)


WAYS: dict[str, Callable[[Store], Any]] = {
    "now": lambda store: store.cancel(),
    "at the end of the period": lambda store: store.cancel(at_period_end=True),
    "at a given time": lambda store: store.cancel(at=_in_days(store, 3)),
}


@pytest.mark.parametrize("way", WAYS)
def test_fact_46_cancelling_is_for_what_is_active_paused_or_unpaid(way: str) -> None:
    for store in (subscribed(), _after("pause"), _unpaid()):
        number, before = store.subscription.id, store.subscription.status
        status = WAYS[way](store).status
        is_over = way == "now" or (way, before) == ("at the end of the period", "UNPAID")
        assert status == ("CANCELED" if is_over else "PENDING_CANCEL")
        store.advance(days=40)
        assert store.latest(store.subscription).status == "CANCELED"
        assert [one.id for one in store.subscriptions] == [number]


@pytest.mark.parametrize("way", WAYS)
def test_fact_46_what_is_pending_incomplete_or_ended_is_not_cancelled(way: str) -> None:
    pending = (_after("cancel", at_period_end=True), _after("pause", at_period_end=True))
    for store in (*pending, _incomplete(), _after("cancel")):
        count = len(store.events)
        with pytest.raises(IllegalAction):
            WAYS[way](store)
        assert len(store.events) == count
    for store in pending:  # undo first
        store.undo()
        assert store.cancel().status == "CANCELED"


def test_fact_46_a_subscription_is_cancelled_at_a_given_time() -> None:
    store = subscribed()
    to = store.now + timedelta(days=10)
    assert burst(store, lambda: store.cancel(at=to)) == ["subscription.updated PENDING_CANCEL"]
    pending = last_of(store, "subscription.updated")
    assert moment(pending["endDate"]) == to.replace(tzinfo=None)
    assert "nextPaymentDate" not in pending
    assert sent_by(store, lambda: store.advance(days=9, hours=23)) == []
    [event] = sent_by(store, lambda: store.advance(hours=1))
    assert (event.data["status"], event.timestamp) == ("CANCELED", int(to.timestamp()))


def test_a_given_time_can_be_later_than_the_period_and_nothing_renews_until_then() -> None:
    store = subscribed()
    store.cancel(at=store.now + timedelta(days=70))
    assert sent_by(store, lambda: store.advance(days=69)) == []
    assert told(sent_by(store, lambda: store.advance(days=2))) == ["subscription.updated CANCELED"]


def test_what_is_undone_after_its_period_renews_at_once() -> None:
    store = subscribed()
    store.cancel(at=store.now + timedelta(days=70))
    store.advance(days=50)
    assert burst(store, store.undo) == ["subscription.updated ACTIVE", *RENEWAL]
    assert sent_by(store, lambda: store.advance(days=22)) == [], "neither the old end nor a second renewal comes"


def test_another_given_time_counts_after_an_undo() -> None:
    store = subscribed()
    first, second = store.now + timedelta(days=5), store.now + timedelta(days=8)
    store.cancel(at=first)
    store.undo()
    store.cancel(at=second)
    [event] = sent_by(store, lambda: store.advance(days=9))
    assert (event.data["status"], event.timestamp) == ("CANCELED", int(second.timestamp()))


def test_a_postpaid_subscription_bills_its_usage_at_the_given_time() -> None:
    store = subscribed(product={"billing": "usage", "price": 10})
    store.cancel(at=store.now + timedelta(days=3))
    store.add_usage(amount=5)
    sent = told(sent_by(store, lambda: store.advance(days=4)))
    assert sent == ["order.created CREATED", *PAID, "subscription.updated CANCELED", COMPLETED]
    assert store.order.amount == 50


@pytest.mark.parametrize("way", ["at the end of the period", "at a given time"])
def test_a_paused_subscription_that_is_to_end_is_no_longer_paused(way: str) -> None:
    store = subscribed()
    store.pause(until=(2, "DAY"))
    assert burst(store, lambda: WAYS[way](store)) == ["subscription.updated PENDING_CANCEL"]
    pending = last_of(store, "subscription.updated")
    assert "pausedDateTime" not in pending
    assert "nextPaymentDate" not in pending
    assert told(sent_by(store, lambda: store.advance(days=40))) == ["subscription.updated CANCELED"], "no resuming"


def test_a_paused_subscription_whose_period_is_over_ends_at_once_with_it() -> None:
    store = subscribed()
    store.pause()
    store.advance(days=40)
    assert burst(store, lambda: store.cancel(at_period_end=True)) == ["subscription.updated CANCELED"]


def test_a_paused_subscription_goes_on_when_its_cancellation_is_undone() -> None:
    store = subscribed()
    end = store.subscription.period.end
    store.pause(until=(2, "DAY"))
    store.cancel(at_period_end=True)
    assert burst(store, store.undo) == ["subscription.updated ACTIVE"]
    assert store.subscription.next_at == end
    store.pause()
    assert told(sent_by(store, lambda: store.advance(days=40))) == [], "the length of the old pause does not count"


@pytest.mark.parametrize("assumptions", [{}, {"step_cover": "pause"}])
def test_an_unpaid_subscription_that_is_to_end_owes_nothing_and_is_not_retried(assumptions: Any) -> None:
    store = subscribed(assumptions=assumptions)
    store.decline_payments()
    store.advance(days=32)
    renewal = store.order
    to = _in_days(store, 12)
    sent = burst(store, lambda: store.cancel(at=to))
    assert sent == ["order.updated CANCELLED", "subscription.updated PENDING_CANCEL"]
    assert store.latest(renewal).status == "CANCELLED"
    pending = last_of(store, "subscription.updated")
    assert moment(pending["endDate"]) == to.replace(tzinfo=None)
    assert "nextPaymentDate" not in pending
    with pytest.raises(IllegalAction):
        store.pay(renewal)
    store.accept_payments()
    assert told(sent_by(store, lambda: store.advance(days=30))) == ["subscription.updated CANCELED"]


def test_an_unpaid_subscription_renews_anew_when_its_cancellation_is_undone() -> None:
    store = _unpaid()
    renewal = store.order
    store.cancel(at=_in_days(store, 12))
    assert burst(store, store.undo) == [
        "subscription.updated ACTIVE",
        "order.created CREATED",
        "payment.failed FAILED",
        "order.updated PAYMENT_FAILURE",
        "subscription.updated UNPAID",
    ]
    assert store.order.id != renewal.id
    first = store.subscription.failed_at
    assert first is not None
    assert store.subscription.next_at == first + timedelta(days=1), "the retries are counted from the new failure"
    store.accept_payments()
    paid = ["order.updated PAID", "payment.completed COMPLETE", "subscription.updated ACTIVE", COMPLETED]
    assert told(sent_by(store, lambda: store.advance(days=2))) == paid


def test_an_unpaid_postpaid_subscription_that_is_to_end_bills_its_usage_then() -> None:
    store = subscribed(product={"billing": "usage", "price": 10})
    store.add_usage(amount=5)
    store.decline_payments(times=1)
    store.advance(days=31, hours=1)
    assert burst(store, lambda: store.cancel(at=_in_days(store, 3)))[0] == "order.updated CANCELLED"
    sent = told(sent_by(store, lambda: store.advance(days=4)))
    assert sent == ["order.created CREATED", *PAID, "subscription.updated CANCELED", COMPLETED]
    assert store.order.amount == 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"at": datetime(2020, 1, 1, tzinfo=UTC)}, "at=2020-01-01 00:00:00+00:00: the store's clock is at "),
        ({"at": 4e9, "at_period_end": True}, "at=4000000000.0 and at_period_end=True: give one of them, not both."),
        ({"at": datetime(2030, 1, 1)}, "at=2030-01-01T00:00:00 has no zone."),
    ],
)
def test_a_time_that_cannot_be_is_refused(options: Any, message: str) -> None:
    store = subscribed()
    with pytest.raises(SteppayMockError) as caught:
        store.cancel(**options)
    assert str(caught.value).startswith(message)
    assert store.subscription.status == "ACTIVE"


# Pause.


def test_fact_46_a_pause_ends_by_itself_after_its_units() -> None:
    store = subscribed()
    end, began = store.subscription.period.end, store.now
    assert burst(store, lambda: store.pause(until=(10, "DAY"))) == ["subscription.updated PAUSE"]
    [event] = sent_by(store, lambda: store.advance(days=11))
    assert (event.type, event.data["status"]) == ("subscription.updated", "ACTIVE")
    assert event.timestamp == int((began + timedelta(days=10)).timestamp())
    assert "pausedDateTime" not in event.data
    assert store.subscription.next_at == end, "a pause does not extend the period"


@pytest.mark.parametrize("at_period_end", [True, False])
def test_a_pause_that_ends_by_itself_after_its_period_renews_then(at_period_end: bool) -> None:  # noqa: FBT001 - a case
    store = subscribed()
    end = store.subscription.period.end
    store.pause(until=(2, "MONTH"), at_period_end=at_period_end)
    sent = sent_by(store, lambda: store.advance(days=100))
    paused = ["subscription.updated PAUSE"] if at_period_end else []
    assert told(sent)[: len(paused) + 6] == [*paused, "subscription.updated ACTIVE", *RENEWAL]
    began = moment(sent[len(paused) + 4].data["currentPeriod"]["startDateTime"])
    assert (began - end) / timedelta(days=1) == pytest.approx(59 if at_period_end else 28, abs=0.01)


def test_a_pause_that_was_ended_by_hand_does_not_end_again() -> None:
    store = subscribed()
    store.pause(until=(10, "DAY"))
    store.advance(days=2)
    store.resume()
    store.pause()
    assert told(sent_by(store, lambda: store.advance(days=200))) == [], "this pause has no end"
    store.resume()
    store.pause(until=(1, "DAY"), at_period_end=True)
    store.undo()
    store.pause()
    assert told(sent_by(store, lambda: store.advance(days=200))) == []


def test_a_cancelled_subscription_does_not_come_back_when_its_pause_is_over() -> None:
    store = subscribed()
    store.pause(until=(10, "DAY"))
    store.cancel()
    assert sent_by(store, lambda: store.advance(days=60)) == []


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (5, "until=5 is not a number and a unit. Give them like (2, 'WEEK')."),
        ((0, "DAY"), "until=(0, 'DAY'): give a whole number of units from 1 to 1000."),
        ((1, "DAYS"), "the unit of until='DAYS': expected 'DAY', 'WEEK', 'MONTH' or 'YEAR'."),
    ],
)
def test_a_length_that_cannot_be_is_refused(until: Any, message: str) -> None:
    store = subscribed()
    with pytest.raises(SteppayMockError) as caught:
        store.pause(until=until)
    assert str(caught.value).startswith(message)


def test_a_pause_ends_before_the_calendar_does() -> None:
    store = Store(seed=1, start=datetime(9000, 6, 1, tzinfo=UTC))
    store.checkout()
    with pytest.raises(SteppayMockError, match=r"ends after the year 9999\. Pause for less\."):
        store.pause(until=(1_000, "YEAR"))
