"""What a store does by itself as time passes: on which day, and in which order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from store.bursts import moment, sent_by, told

from steppay_mock import SteppayMockError, Store


def opened(start: datetime, **options: Any) -> Store:
    return Store(seed=1, start=start.replace(tzinfo=UTC), **options)


def starts_of_periods(store: Store) -> list[str]:
    """The days on which the periods of the store's subscription began, as its events tell."""
    found = [
        event.data["currentPeriod"]["startDateTime"][:10]
        for event in store.events
        if str(event.type).startswith("subscription.") and event.data["status"] == "ACTIVE"
    ]
    return list(dict.fromkeys(found))


def test_a_month_that_lacks_the_day_renews_on_its_last_and_the_next_on_the_day_again() -> None:
    store = opened(datetime(2025, 1, 31, 12))
    store.checkout()
    store.advance(days=125)
    assert starts_of_periods(store) == ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"]


def test_february_has_its_29th_in_leap_years() -> None:
    store = opened(datetime(2024, 1, 31, 12))
    store.checkout()
    store.advance(days=61)
    assert starts_of_periods(store) == ["2024-01-31", "2024-02-29", "2024-03-31"]


def test_a_year_that_began_on_the_29th_of_february_ends_on_the_28th_and_in_leap_years_on_the_29th() -> None:
    store = opened(datetime(2024, 2, 29, 12), product={"interval": "YEAR"})
    store.checkout()
    store.advance(days=5 * 365)
    assert starts_of_periods(store) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_the_day_is_kept_through_a_failed_renewal_a_pause_and_a_change_of_quantity() -> None:
    store = opened(datetime(2025, 1, 31, 12))
    store.checkout()
    store.decline_payments(times=2)
    store.advance_to(datetime(2025, 3, 4, tzinfo=UTC))
    store.pause()
    store.advance(days=2)
    store.resume()
    store.change_quantity(quantity=2)
    store.advance_to(datetime(2025, 4, 1, tzinfo=UTC))
    assert starts_of_periods(store) == ["2025-01-31", "2025-02-28", "2025-03-31"]


@pytest.mark.parametrize(
    ("interval", "count", "days"), [("DAY", 1, 1), ("DAY", 10, 10), ("WEEK", 2, 14), ("MONTH", 3, 90), ("YEAR", 2, 730)]
)
def test_a_period_is_as_long_as_the_interval(interval: Any, count: int, days: int) -> None:
    store = opened(datetime(2025, 1, 15), product={"interval": interval, "interval_count": count})
    store.checkout()
    assert (store.subscription.period.end - store.subscription.period.start).days == days
    assert (store.subscription.unit, store.subscription.count) == (interval, count)


def test_renewals_fall_on_the_moment_itself() -> None:
    store = opened(datetime(2025, 1, 15))
    store.checkout()
    end = store.subscription.period.end
    assert sent_by(store, lambda: store.advance_to((end - timedelta(microseconds=1)).replace(tzinfo=UTC))) == []
    assert len(sent_by(store, lambda: store.advance_to(end.replace(tzinfo=UTC)))) == 5
    assert store.subscription.period.start == end


def test_one_long_wait_does_what_many_short_ones_do() -> None:
    long, short = opened(datetime(2025, 1, 31)), opened(datetime(2025, 1, 31))
    for store in (long, short):
        store.checkout()
        store.decline_payments(times=3)
    until = long.now + timedelta(days=100)
    long.advance_to(until)
    while short.now < until:
        short.advance_to(min(short.now + timedelta(hours=7, minutes=13), until))
    assert list(long.events) == list(short.events)


def test_what_is_due_of_several_customers_is_done_in_the_order_of_time() -> None:
    store = opened(datetime(2025, 1, 10), product={"interval": "WEEK"})
    for days in (0, 2, 3):
        store.advance(days=days)
        store.checkout(customer=store.create_customer())
    sent = sent_by(store, lambda: store.advance(days=20))
    assert [event.timestamp for event in sent] == sorted(event.timestamp for event in sent)
    renewed = [event.data["subscriptionId"] for event in sent if event.type == "subscription.updated"]
    first, second, third = (subscription.id for subscription in store.subscriptions)
    assert renewed == [first, second, third, first, second, third, first, second]


def test_work_that_leads_to_work_within_the_same_wait_is_done_too() -> None:
    store = opened(datetime(2025, 1, 10), product={"membership_months": 3}, assumptions={"notice_days": 3})
    store.checkout(trial_days=7)
    store.decline_payments(times=1)
    sent = told(sent_by(store, lambda: store.advance(days=200)))
    assert sent.count("subscription.payment_due_notification ACTIVE") == 3
    assert sent.count("subscription.updated UNPAID") == 1
    assert sent[-1] == "subscription.updated EXPIRED"


def test_what_expires_when_it_would_renew_is_not_renewed() -> None:
    store = opened(datetime(2025, 1, 31), product={"membership_months": 2})
    store.checkout()
    sent = sent_by(store, lambda: store.advance(days=400))
    assert told(sent)[-1] == "subscription.updated EXPIRED"
    assert told(sent).count("order.created CREATED") == 1, "of February; there is none of March"
    assert moment(sent[-1].data["endDate"]) >= store.subscription.period.end
    assert sent[-1].data["endDate"][:10] == "2025-03-31"


def test_an_expiry_date_is_reckoned_from_when_the_first_debit_came() -> None:
    store = opened(
        datetime(2025, 1, 10), product={"membership_months": 1}, assumptions={"incomplete_before_payment": True}
    )
    store.checkout(method="cms")
    store.advance(days=40)
    assert store.subscription.status == "INCOMPLETE"
    store.confirm_payment()
    sent = sent_by(store, lambda: store.advance(days=40))
    assert told(sent) == ["subscription.updated EXPIRED"]
    assert sent[0].data["endDate"][:10] == "2025-03-19"


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_an_expiry_date_comes_for_what_is_paused_or_waits_to_be_cancelled(action: str) -> None:
    store = opened(datetime(2025, 1, 10), product={"interval": "YEAR", "membership_months": 2})
    store.checkout()
    getattr(store, action)(at_period_end=True)
    assert told(sent_by(store, lambda: store.advance(days=70))) == ["subscription.updated EXPIRED"]
    assert told(sent_by(store, lambda: store.advance(days=700))) == []


def test_an_expiry_date_ends_the_retries() -> None:
    store = opened(datetime(2025, 1, 10), product={"membership_months": 1}, assumptions={"retry_days": (1, 60)})
    store.checkout(trial_days=25)
    store.decline_payments()
    sent = told(sent_by(store, lambda: store.advance(days=120)))
    assert sent[-1] == "subscription.updated EXPIRED"
    assert sent.count("payment.failed FAILED") == 2


def test_a_renewal_may_be_tried_again_on_other_days() -> None:
    store = opened(datetime(2025, 1, 10), assumptions={"retry_days": [2, 4]})
    store.checkout()
    store.decline_payments()
    failed = [e.timestamp for e in sent_by(store, lambda: store.advance(days=60)) if e.type == "payment.failed"]
    assert [round((second - failed[0]) / 86_400, 3) for second in failed] == [0, 2, 4]
    assert store.subscription.status == "EXPIRED"


def test_a_retry_that_succeeds_after_the_next_period_would_be_over_begins_a_new_one() -> None:
    store = opened(datetime(2025, 1, 10), product={"interval": "WEEK"})
    store.checkout()
    store.decline_payments(times=5)
    store.advance(days=7 + 14, hours=1)
    assert store.subscription.status == "ACTIVE"
    assert store.subscription.period.start.date() == datetime(2025, 1, 31).date()
    assert store.subscription.next_at == store.subscription.period.end


def test_a_hundred_years_pass_at_once() -> None:
    store = opened(datetime(2024, 2, 29, 12))
    store.checkout()
    store.advance(days=36_524)
    renewed = [event for event in store.events if event.type == "subscription.updated"]
    assert len(renewed) == 1200
    assert {event.data["currentPeriod"]["startDateTime"][8:10] for event in renewed} == {"28", "29"}
    assert store.now.year == 2124


def test_time_does_not_go_back() -> None:
    store = opened(datetime(2025, 1, 15))
    now = store.now
    with pytest.raises(SteppayMockError, match=re.escape(f"clock is at {now.isoformat()}. Advance to a later")):
        store.advance_to(now - timedelta(microseconds=1))
    with pytest.raises(SteppayMockError, match=r"days=-1 is not a number from 0 up\. Give one such as days=30\."):
        store.advance(days=-1)
    store.advance_to(now)
    assert store.now == now


@pytest.mark.parametrize("action", ["advance_to", "reserve_invoice", "move_payment_date", "move_next_payment"])
def test_a_moment_without_a_zone_is_refused_by_the_name_that_it_has(action: str) -> None:
    store = opened(datetime(2025, 1, 15), product={"billing": "one_time"}, assumptions={"step_cover": "pause"})
    naive, name = datetime(2025, 3, 1), {"advance_to": "moment", "reserve_invoice": "at"}.get(action, "to")
    if action == "reserve_invoice":
        store.draft_invoice()
    if action.startswith("move"):
        store.checkout(store.create_price(store.products[0]))
    if action == "move_payment_date":
        store.decline_payments()
        store.advance(days=32)
    ask = getattr(store, action)
    with pytest.raises(SteppayMockError, match=f"^{name}=2025-03-01T00:00:00 has no zone. Say which: datetime"):
        ask(naive) if action == "advance_to" else ask(**{name: naive})
    with pytest.raises(SteppayMockError, match=f"^{name}=None is not a moment. Give a datetime with a zone"):
        ask(None) if action == "advance_to" else ask(**{name: None})


def test_a_moment_may_be_of_any_zone() -> None:
    store = opened(datetime(2025, 1, 15))
    store.advance_to(datetime(2025, 1, 20, 9, tzinfo=timezone(timedelta(hours=9))))
    assert store.now.replace(microsecond=0) == datetime(2025, 1, 20, tzinfo=UTC)
    store.advance_to(store.now.timestamp() + 3600)
    assert store.now.hour == 1


@pytest.mark.parametrize(
    "time", [{"days": 1e300}, {"days": 10**400}, {"hours": 2.0**70}, {"days": 3_000_000}, {"seconds": 10**18}]
)
def test_there_is_an_end_of_time(time: dict[str, float]) -> None:
    store = opened(datetime(2025, 1, 15))
    now = store.now
    with pytest.raises(
        SteppayMockError, match=r"cannot go beyond the year 9999\. Advance by less\.|not within the years 1970"
    ):
        store.advance(**time)
    assert store.now == now


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "3", None])
def test_time_passes_by_numbers(value: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"minutes=.* is not a number from 0 up\. Give one such as days=30\."):
        Store(seed=1).advance(minutes=value)
    with pytest.raises(SteppayMockError, match=r"is not a timedelta. Write let_pass\(timedelta\(days=30\)\)\."):
        Store(seed=1).let_pass(value)


def test_a_store_begins_on_a_fixed_day_or_when_it_is_told() -> None:
    assert Store(seed=1).now.date() == Store(seed=2, start=None).now.date() == datetime(2025, 1, 15).date()
    assert Store(seed=1, start=0).now.year == 1970
    at = datetime(2030, 5, 6, 7, 8, 9, 123_456, tzinfo=UTC)
    assert Store(seed=1, start=at).now == at
    with pytest.raises(SteppayMockError, match=r"^start=2025-01-01T00:00:00 has no zone"):
        Store(start=datetime(2025, 1, 1))


def test_actions_of_one_second_never_leave_it() -> None:
    store = opened(datetime(2025, 1, 15, 0, 0, 0, 999_990), assumptions={"seconds_to_pay": 0})
    for _ in range(50):
        store.checkout()
    assert {event.timestamp for event in store.events} == {int(datetime(2025, 1, 15, tzinfo=UTC).timestamp())}
    store.advance(seconds=1)
    store.checkout()
    assert store.events[-1].timestamp == store.events[0].timestamp + 1
