"""What the next renewal of a subscription costs: SubscriptionCalculatedDTO."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import Amount, money
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Item, Subscription
from steppay_mock.store.renewal_amounts import difference_due, periodic_fee
from steppay_mock.store.usage_terms import amount_due, seats_of

Data = dict[str, Any]

_ENDED = frozenset({"CANCELED", "EXPIRED"})


def calculation_object(reading: ApiReading, subscription: Subscription) -> Data:
    """What the renewal at the end of this period costs so far; its dates are those of the period (assumed).

    The amount contains fees and the difference of changed items too (fact 50), which belong to no item.
    """
    fee = periodic_fee(subscription.items)
    cost = sum((_amount_of(reading, subscription, item) for item in subscription.items), fee)
    due = 0 if subscription.status in _ENDED else cost + difference_due(subscription.balance, cost=cost)
    return {
        "amount": money(due),
        "items": [_calculated(reading, subscription, item) for item in subscription.items],
        "startDate": reading.at(subscription.period.start),
        "endDate": reading.at(subscription.period.end),
    }


def _calculated(reading: ApiReading, subscription: Subscription, item: Item) -> Data:
    return {
        "subscriptionItemId": item.id,
        "count": _count_of(reading, item),
        "amount": money(_amount_of(reading, subscription, item)),
        "name": item.product_name,
        "type": "SKU",
        "unit": item.price.words.get("unit"),
        "additionalBillings": None,
        "usageFormula": None,
    }


def _amount_of(reading: ApiReading, subscription: Subscription, item: Item) -> Amount:
    """As the store charges it: usage that is paid afterwards so far, all else by its price; nothing after its end."""
    if subscription.status in _ENDED:
        return 0
    usage, store = reading.tables.usage.get(item.id), reading.store
    return amount_due(item, usage, subscription, now=reading.now.replace(tzinfo=None), currency=store.currency)


def _count_of(reading: ApiReading, item: Item) -> int:
    """The usage that is paid afterwards, or the seats; else the quantity."""
    usage = reading.tables.usage.get(item.id)
    if item.price.is_postpaid:
        return usage.used if usage is not None and usage.quota is None else 0
    return seats_of(item, usage) if item.price.counts_seats else item.quantity
