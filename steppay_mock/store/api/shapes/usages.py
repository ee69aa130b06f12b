"""The usage of one item of a subscription: RecordForV1."""

from __future__ import annotations

from typing import Any

from steppay_mock.store.api.shapes.reading import ApiReading
from steppay_mock.store.records import Item, Subscription


def usage_object(reading: ApiReading, found: tuple[Subscription, Item]) -> dict[str, Any]:
    """The sums of usage and quota in this period, with the time of the newest entry (assumed).

    Before the first entry they are those with which a period starts.
    """
    subscription, item = found
    usage = reading.tables.usage.get(item.id)
    newest = None if usage is None else usage.entries[-1]
    return {
        "quota": item.price.quota if newest is None else newest.quota_sum,
        "record": 0 if newest is None else newest.record_sum,
        "influxDate": reading.at(subscription.period.start if newest is None else newest.at),
        "via": "SYSTEM" if newest is None else newest.via,
        "payload": None,
    }
