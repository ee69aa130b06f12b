"""The usage of one item of a subscription: RecordForV1."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Item, Subscription
from steppay_mock.store.usage_terms import begins_anew, quota_of


def usage_object(reading: ApiReading, found: tuple[Subscription, Item]) -> dict[str, Any]:
    """The sums of usage and quota in this period, with the time of the newest entry (assumed).

    Before the first entry they are those with which a period starts: 0, or the seats that go on (fact 26).
    """
    subscription, item = found
    usage = reading.tables.usage.get(item.id)
    if usage is None or begins_anew(usage, subscription):
        quota, at, via = quota_of(item, usage), subscription.period.start, "SYSTEM"
    else:
        quota, at, via = usage.quota, usage.entries[-1].at, usage.entries[-1].via
    return {
        "quota": quota,
        "record": 0 if usage is None else usage.used,
        "influxDate": reading.at(at),
        "via": via,
        "payload": None,
    }
