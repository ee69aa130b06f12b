"""Computes how much of an item may be used in a period, and what its usage costs (fact 26).

These functions take records and return numbers. They change no store and send no event: the actions do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.amounts import in_coins
from steppay_mock.store.records import Item, Period, Subscription, Usage

_TICK = timedelta(microseconds=1)


def quota_of(item: Item, usage: Usage | None) -> int | None:
    """The quota at the start of a period: None if it is postpaid. Seats go on, with those that were bought before."""
    if item.price.is_postpaid:
        return None
    return seats_of(item, usage) if item.price.counts_seats else item.price.quota


def seats_of(item: Item, usage: Usage | None) -> int:
    """The prepaid seats of a new period: never fewer than are in use (assumed)."""
    return item.quantity if usage is None else max(item.quantity + usage.bought, usage.used)


def begins_anew(usage: Usage | None, subscription: Subscription) -> bool:
    """Whether the next entry is the first one of this period."""
    return usage is None or usage.began_at != subscription.period.start


def amount_due(item: Item, usage: Usage | None, subscription: Subscription, *, now: datetime, currency: str) -> Amount:
    """What the item costs at the end of a period: prepaid the next one, postpaid the usage of the one that ends."""
    price = item.price
    if not price.is_postpaid:
        return price.amount * seats_of(item, usage) if price.counts_seats else item.amount
    if usage is None:
        return 0
    if price.counts_seats:
        return in_coins(Fraction(price.amount) * seats_in_use(usage, subscription, now=now), currency)
    # Usage with a quota was paid already: with the price of the item, or with a top-up.
    return price.amount_of_usage(usage.used) if usage.quota is None else 0


def seats_in_use(usage: Usage, subscription: Subscription, *, now: datetime) -> Fraction:
    """The area under the curve of the seats in this period: one seat for the whole period is 1."""
    period = subscription.period
    last = period.end
    if subscription.status == "PENDING_CANCEL" and subscription.end_at is not None:
        last = max(last, subscription.end_at)  # it does not renew until then, so the seats cost on (assumed)
    end = min(now, last)
    if begins_anew(usage, subscription):
        return usage.used * _share(period, period.start, end)
    moments = [*(min(entry.at, end) for entry in usage.entries[1:]), end]
    return sum(
        (
            entry.record_sum * _share(period, max(entry.at, period.start), until)
            for entry, until in zip(usage.entries, moments, strict=True)
        ),
        Fraction(0),
    )


def cost_of_quota(
    item: Item, allowed: int, more: int, subscription: Subscription, *, now: datetime, currency: str
) -> Amount:
    """What more quota costs for the rest of the period (fact 25)."""
    price, period = item.price, subscription.period
    if price.usage_table is not None:
        whole = Fraction(price.usage_table.cost(allowed + more) - price.usage_table.cost(allowed))
    elif price.quota is not None:
        whole = Fraction(price.amount) * more / price.quota
    else:
        whole = Fraction(price.amount) * more
    return in_coins(whole * rest_of(period, now), currency)


def rest_of(period: Period, now: datetime) -> Fraction:
    """The part of the period that is left."""
    return _share(period, min(now, period.end), period.end)


def _share(period: Period, start: datetime, end: datetime) -> Fraction:
    """The part of the period from ``start`` to ``end``."""
    return Fraction(max(end - start, timedelta()) // _TICK, (period.end - period.start) // _TICK)
