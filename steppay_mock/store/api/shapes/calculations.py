"""What the next renewal of a subscription costs: SubscriptionCalculatedDTO."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import Amount
from steppay_mock.store.api.shapes.amounts import decimal
from steppay_mock.store.api.shapes.reading import ApiReading
from steppay_mock.store.records import Item, Subscription

Data = dict[str, Any]


def calculation_object(reading: ApiReading, subscription: Subscription) -> Data:
    """What the renewal at the end of this period costs so far; its dates are those of the period (assumed)."""
    return {
        "amount": decimal(sum(_amount_of(reading, item) for item in subscription.items)),
        "items": [_calculated(reading, item) for item in subscription.items],
        "startDate": reading.at(subscription.period.start),
        "endDate": reading.at(subscription.period.end),
    }


def _calculated(reading: ApiReading, item: Item) -> Data:
    return {
        "subscriptionItemId": item.id,
        "count": _used(reading, item) if item.price.is_postpaid else item.quantity,
        "amount": decimal(_amount_of(reading, item)),
        "name": item.product_name,
        "type": "SKU",
        "unit": item.price.words.get("unit"),
        "additionalBillings": None,
        "usageFormula": None,
    }


def _amount_of(reading: ApiReading, item: Item) -> Amount:
    """As the store charges it: usage that is paid afterwards by its amount, all else by its price."""
    return item.price.amount * _used(reading, item) if item.price.is_postpaid else item.amount


def _used(reading: ApiReading, item: Item) -> int:
    usage = reading.tables.usage.get(item.id)
    return usage.used if usage is not None and usage.quota is None else 0
