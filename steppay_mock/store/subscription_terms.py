"""Computes the dates of a subscription when it starts, renews, pauses, resumes or ends (fact 24).

These functions take a record and return a new one. They change no store and send no event: the actions do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from steppay_mock.payload.instants import add_interval
from steppay_mock.store.records import Period, Subscription


def in_first_period(
    subscription: Subscription, *, trial_days: int, now: datetime, notice_days: int | None
) -> Subscription:
    """The subscription in its first period: the free trial, if it has one."""
    trial = Period(start=now, end=now + timedelta(days=trial_days)) if trial_days else None
    anchor, first = _count_from(subscription, trial.end if trial else now)
    cycle = first - 1 if trial else first
    begun = replace(
        subscription,
        trial=trial,
        paid_at=None if trial else now,
        anchor=anchor,
        cycle=cycle,
        recurring_count=0 if all(item.price.is_postpaid for item in subscription.items) else 1,
        expires_at=_expiry(subscription, anchor, cycle, now=now),
    )
    period = trial or Period(start=now, end=_later(begun, anchor, cycle))
    return with_period(begun, period, now=now, notice_days=notice_days)


def renewed(subscription: Subscription, *, now: datetime, notice_days: int | None) -> Subscription:
    """The subscription in its next period, once the renewal is paid."""
    start, anchor, cycle = subscription.period.end, subscription.anchor, subscription.cycle + 1
    end = _later(subscription, anchor, cycle)
    due = subscription.failed_at or subscription.next_at
    # After a long pause or arrears the next period would be over already, or was moved: then a new count starts now.
    # So it does if the renewal comes early.
    if due != start or end <= now or start > now:
        start = now
        anchor, cycle = _count_from(subscription, now)
        end = _later(subscription, anchor, cycle)
    trial = subscription.trial
    paid = replace(
        without_arrears(subscription),
        status="ACTIVE",
        trial=replace(trial, end=start) if trial is not None and trial.end > start else trial,
        paid_at=now,
        paused_at=None,
        anchor=anchor,
        cycle=cycle,
        recurring_count=subscription.recurring_count + 1,
    )
    return with_period(paid, Period(start=start, end=end), now=now, notice_days=notice_days)


def with_period(subscription: Subscription, period: Period, *, now: datetime, notice_days: int | None) -> Subscription:
    """The subscription in that period, with the renewal and its notice planned; without them if it expires before."""
    if subscription.expires_at is not None and subscription.expires_at <= period.end:
        return replace(without_next_payment(subscription), period=period)
    notice = None if notice_days is None else period.end - timedelta(days=notice_days)
    return replace(
        subscription,
        period=period,
        next_at=period.end,
        origin_next_at=period.end,
        notice_at=notice if notice is not None and notice > now else None,
    )


def with_interval(subscription: Subscription, *, unit: str, count: int) -> Subscription:
    """The subscription with that interval. A new one starts when the current period ends (assumed)."""
    if (unit, count) == (subscription.unit, subscription.count):
        return subscription
    # Periods are counted from the end of the current one: those before it were of another length.
    return replace(subscription, unit=unit, count=count, anchor=subscription.period.end, cycle=0)


def with_payment_at(
    subscription: Subscription, moment: datetime, *, now: datetime, notice_days: int | None
) -> Subscription:
    """The subscription whose period, or trial, ends then, which its next payment is at. Later ones count from it.

    The planned date stays as ``origin_next_at``.
    """
    period = replace(subscription.period, end=moment)
    trial = period if subscription.trial == subscription.period else subscription.trial
    moved = replace(subscription, trial=trial, anchor=moment, cycle=0)
    dated = with_period(moved, period, now=now, notice_days=notice_days)
    return replace(dated, origin_next_at=subscription.origin_next_at)


def pending_cancel(subscription: Subscription, *, until: datetime) -> Subscription:
    """The subscription in status PENDING_CANCEL until that moment. Its pause or its retries are over (assumed)."""
    return replace(
        without_arrears(without_next_payment(subscription)),
        status="PENDING_CANCEL",
        end_at=until,
        paused_at=None,
        pause_for=None,
        resume_at=None,
    )


def pending_pause(subscription: Subscription) -> Subscription:
    """The subscription in status PENDING_PAUSE until its period ends."""
    return replace(without_next_payment(subscription), status="PENDING_PAUSE")


def paused(subscription: Subscription, *, now: datetime) -> Subscription:
    """The subscription in status PAUSE, with the end of the pause if it has a length (fact 46)."""
    return replace(
        without_arrears(without_next_payment(subscription)),
        status="PAUSE",
        paused_at=now,
        resume_at=None if subscription.pause_for is None else pause_end(now, subscription.pause_for),
    )


def ended(subscription: Subscription, status: str, *, now: datetime) -> Subscription:
    """The subscription at its end: CANCELED or EXPIRED."""
    return replace(without_next_payment(subscription), status=status, end_at=now, paused_at=None, open_order=None)


def pause_end(start: datetime, length: tuple[int, str]) -> datetime:
    """When a pause of that length ends. OverflowError or ValueError beyond the year 9999."""
    count, unit = length
    return add_interval(start, unit=unit, count=count)


def goes_on(subscription: Subscription, *, now: datetime, notice_days: int | None) -> Subscription:
    """The subscription ACTIVE again. It renews when its period ends, or at ``now`` if the period is over (assumed)."""
    active = replace(subscription, status="ACTIVE", end_at=None, paused_at=None, pause_for=None, resume_at=None)
    resumed = with_period(active, active.period, now=now, notice_days=notice_days)
    return replace(resumed, next_at=now, origin_next_at=now) if active.period.end <= now else resumed


def without_next_payment(subscription: Subscription) -> Subscription:
    """The subscription without the dates of its next payment."""
    return replace(subscription, next_at=None, origin_next_at=None, notice_at=None)


def without_arrears(subscription: Subscription) -> Subscription:
    """The subscription without an unpaid renewal, its failures and its StepCover messages."""
    return replace(subscription, open_order=None, failed_at=None, failures=0, messages=0)


def _count_from(subscription: Subscription, start: datetime) -> tuple[datetime, int]:
    """From where periods are counted, and how many of them the first one ends after it.

    That is the start itself, or the first day of billing after it, at which the first period of one month ends.
    """
    day = subscription.items[0].price.billing_day
    if day is None or subscription.unit != "MONTH":
        return start, 1
    this_month = start.replace(day=day)
    anchor = this_month if this_month > start else add_interval(this_month, unit="MONTH", count=1)
    return add_interval(anchor, unit="MONTH", count=subscription.count - 1), 0


def _expiry(subscription: Subscription, anchor: datetime, cycle: int, *, now: datetime) -> datetime | None:
    """When it expires: after some months, or at the end of the period of its last renewal; the earlier of both."""
    price = subscription.items[0].price  # all items agree (fact 44)
    ends = []
    if price.membership:
        ends.append(add_interval(now, unit="MONTH", count=price.membership))
    if price.renewals:
        ends.append(_later(subscription, anchor, cycle + price.renewals))
    return min(ends, default=None)


def _later(subscription: Subscription, anchor: datetime, cycles: int) -> datetime:
    return add_interval(anchor, unit=subscription.unit, count=subscription.count * cycles)
