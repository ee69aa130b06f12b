"""Rules for a subscription (fact 24) and for the usage recorded for it (fact 26).

A subscription has a period as long as its interval, and the dates that its status needs. Usage has running sums.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.coherence.fields import Fields, keep_to_quantity
from steppay_mock.payload.instants import add_interval

# Statuses after which nothing is charged any more.
_ENDED = {"CANCELED", "EXPIRED"}
# Statuses of a subscription.updated.
_CHANGED = ("ACTIVE", "ACTIVE", "UNPAID", "PENDING_PAUSE", "PAUSE", "PENDING_CANCEL", "CANCELED", "EXPIRED", "QUEUEING")
_DATE_OF_STATUS = {
    **dict.fromkeys(("CANCELED", "EXPIRED", "PENDING_CANCEL"), ("endDate",)),
    "PAUSE": ("pausedDateTime",),
    "ACTIVE": ("nextPaymentDate",),
}
_RETRY_DAYS = (1, 3, 5, 10, 14)  # after the first failure of a renewal (fact 24)
# How many of a unit a usual interval has.
_SHORT_PERIODS = {"DAY": (7, 14, 30), "WEEK": (1, 2, 4), "MONTH": (1, 1, 3, 6), "YEAR": (1,)}


def settle_subscription(subscription: Fields) -> None:
    """Choose a status that fits the event, then a period and dates that fit the status (fact 24)."""
    _settle_status(subscription)
    start, end = _settle_period(subscription)
    _settle_dates(subscription, start, end)
    if subscription.event_type is EventType.SUBSCRIPTION_PAYMENT_DUE_NOTIFICATION:
        subscription.need("nextPaymentDate", "notiBeforePaymentDate")
        subscription.put(notiBeforePaymentDate=subscription.draw.stamp(subscription.draw.now))
    if not subscription.draw.edge:
        _settle_items(subscription)


def _settle_status(subscription: Fields) -> None:
    draw = subscription.draw
    if subscription.event_type is not EventType.SUBSCRIPTION_UPDATED:
        subscription.put(status="ACTIVE")
    elif not draw.edge:
        subscription.put(status=draw.pick(_CHANGED))
    if not draw.edge:
        subscription.put(intervalUnit=draw.pick(("MONTH", "MONTH", "MONTH", "YEAR", "WEEK", "DAY")))
    subscription.put(intervalCount=draw.pick(_SHORT_PERIODS.get(subscription.text("intervalUnit"), (1,))))


def _settle_period(subscription: Fields) -> tuple[datetime, datetime]:
    """Begin and end of the current period, as long as the interval: now is in it, or behind it if renewal failed."""
    draw, unit, count = subscription.draw, subscription.text("intervalUnit"), subscription["intervalCount"]
    if unit not in _SHORT_PERIODS or not isinstance(count, int) or not 0 < count <= 120:
        unit, count = "MONTH", 1  # the user fixed an interval that no calendar has
    length = add_interval(draw.now, unit=unit, count=count) - draw.now
    if subscription.event_type is EventType.SUBSCRIPTION_CREATED:
        start = (subscription.moment("createdAt") if subscription.is_fixed("createdAt") else None) or draw.now
    elif subscription.text("status") in {"UNPAID", "QUEUEING"}:
        start = draw.now - length
    elif subscription.event_type is EventType.SUBSCRIPTION_PAYMENT_DUE_NOTIFICATION:
        start = draw.now - length + timedelta(days=min(3, length.days - 1))
    else:
        start = draw.now - length * draw.random() * 0.9
    end = add_interval(start, unit=unit, count=count)
    period = subscription.within("currentPeriod")
    if period is not None:
        period.put(startDateTime=draw.stamp(start), endDateTime=draw.stamp(end))
        start, end = period.moment("startDateTime") or start, period.moment("endDateTime") or end
    return start, end


def _settle_dates(subscription: Fields, start: datetime, end: datetime) -> None:
    draw, status = subscription.draw, subscription.text("status")
    most_renewals = min(11, timedelta(days=1000) // max(end - start, timedelta(days=1)))
    renewals = 0 if subscription.event_type is EventType.SUBSCRIPTION_CREATED else draw.between(0, most_renewals)
    created = _earlier(subscription, start, end - start, renewals)
    subscription.put(createdAt=draw.stamp(created), lastPaymentDate=draw.stamp(start), nextPaymentDate=draw.stamp(end))
    subscription.put(originNextPaymentDate=subscription["nextPaymentDate"], endDate=draw.stamp(end))
    subscription.put(pausedDateTime=draw.stamp(draw.now), notiBeforePaymentDate=draw.stamp(end - timedelta(days=1)))
    _settle_trial(subscription, start, end, is_first=renewals == 0)
    if status == "UNPAID":
        subscription.put(nextPaymentDate=draw.stamp(end + timedelta(days=draw.pick(_RETRY_DAYS))))
    subscription.need(*_DATE_OF_STATUS.get(status, ()))
    if status in _ENDED:
        subscription.put(endDate=draw.stamp(draw.now))
    if status in _ENDED or status in {"PAUSE", "PENDING_CANCEL", "PENDING_PAUSE"}:
        subscription.clear("nextPaymentDate", "originNextPaymentDate", "notiBeforePaymentDate")
    if status not in _ENDED and status != "PENDING_CANCEL":
        subscription.clear("endDate")
    if status != "PAUSE":
        subscription.clear("pausedDateTime")


def _earlier(subscription: Fields, start: datetime, length: timedelta, periods: int) -> datetime:
    unit, count = subscription.text("intervalUnit"), subscription["intervalCount"]
    if unit not in _SHORT_PERIODS or not isinstance(count, int) or not 0 < count <= 120:
        return start - length * periods
    return add_interval(start, unit=unit, count=-count * periods)


def _settle_trial(subscription: Fields, start: datetime, end: datetime, *, is_first: bool) -> None:
    """Make a quarter of the first periods trials: nothing is paid yet, and the first payment is due at the end."""
    draw, trial = subscription.draw, subscription.within("trialPeriod")
    if trial is None:
        return
    if not subscription.is_fixed("trialPeriod") and not (is_first and draw.chance(0.25)):
        subscription.clear("trialPeriod")
        return
    trial.put(startDateTime=draw.stamp(start), endDateTime=draw.stamp(end))
    if is_first:
        subscription.clear("lastPaymentDate")


def _settle_items(subscription: Fields) -> None:
    draw = subscription.draw
    for at, item in enumerate(subscription.each("items")):
        item.put(type="SKU", isAdditional=at > 0, keepWhenRenew=True, claimMethodType="PRE")
        keep_to_quantity(item, most="maximumPurchaseQuantity")
        item.put(priceType=draw.pick(("FLAT", "FLAT", "UNIT_BASED", "USAGE_BASED")))
    method = subscription.within("paymentMethod")
    if method is not None:
        # Subscriptions renew through a method that ends in _BILL: each of these gateways has CARD_BILL (fact 30).
        method.put(paymentGateway=draw.pick(("TOSS", "NICE", "KG", "KAKAO", "PAYPLE")))


def settle_usage(usage: Fields) -> None:
    """Make the sums those of the entries (fact 26): half of the events with a quota, half postpaid without one."""
    draw, entries = usage.draw, usage.each("recordQuotas")
    has_quota = usage.is_fixed("accumulatedQuota") or draw.chance(0.5)
    used = allowed = 0
    moment = draw.now - timedelta(hours=len(entries))  # at most an hour between two, so none is after now
    for entry in entries:
        moment += timedelta(seconds=draw.between(60, 3600))
        entry.put(influxDate=draw.stamp(moment))
        _bound(entry, "deltaRecord", draw.largest - used)
        used += entry.whole("deltaRecord")
        allowed = _settle_quota(entry, used, allowed, has_quota=has_quota)
        entry.put(accumulateRecord=used)
    usage.put(accumulatedRecord=used, accumulatedQuota=allowed)
    usage.need("recordQuotas", "accumulatedQuota")
    if not has_quota:
        usage.clear("accumulatedQuota")


def _settle_quota(entry: Fields, used: int, allowed: int, *, has_quota: bool) -> int:
    if not has_quota:
        entry.clear("deltaQuota", "accumulateQuota")
        return allowed
    if not entry.draw.edge:
        entry.put(
            deltaQuota=0 if allowed else entry.draw.between(1, 5) * 1_000
        )  # the first entry grants a quota, later ones use it
    _bound(entry, "deltaQuota", entry.draw.largest - allowed)
    # The quotas are never less than the records (fact 26).
    entry.put(deltaQuota=max(entry.whole("deltaQuota"), used - allowed))
    allowed += entry.whole("deltaQuota")
    entry.put(accumulateQuota=allowed)
    entry.need("deltaQuota", "accumulateQuota")
    return allowed


def _bound(entry: Fields, name: str, most: int) -> None:
    entry.put(**{name: max(min(entry.whole(name), most), 0)})
