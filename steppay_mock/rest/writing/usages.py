"""Adds usage and quota to an item of a subscription (fact 26)."""

from __future__ import annotations

from steppay_mock.payload.coherence.fields import Amount, money
from steppay_mock.rest import targets
from steppay_mock.rest.writing.bodies import refuse_field
from steppay_mock.rest.writing.write import ApiWrite, Data
from steppay_mock.store.actions.all_actions import AllActions
from steppay_mock.store.records import Item, Subscription
from steppay_mock.store.usage_terms import begins_anew, quota_of


def add_usage(write: ApiWrite) -> Data:
    """POST /api/v1/usages: the quota first, which is paid at once, then the usage. Both count from now (assumed)."""
    body, number = write.body, write.body["subscriptionItemId"]
    owner = write.owner_of(lambda tables: targets.item_at(tables, {"subscriptionItemId": str(number)}))
    if owner is None:
        hint = "Read the items with GET /api/v1/subscriptions/{id}."
        write.refuse_missing("subscription item", number, place="$.subscriptionItemId", hint=hint)
    store, (subscription, item) = owner
    record, quota = body["record"], body["quota"]
    if quota and record:
        _require_room(store, subscription, item, record=record, quota=quota)
    cost: Amount = 0
    if quota:
        cost = store.top_up(subscription, quota=quota, item=item.id).amount
    if record or not quota:
        store.add_usage(subscription, amount=record, item=item.id)
    tables = store.tables_at(len(store.events))
    usage, now = tables.usage[item.id], store.now.replace(tzinfo=None)
    return {
        "accumulateQuota": usage.quota,
        "accumulateRecord": usage.used,
        "influxDate": write.reading_of(store).at(usage.entries[-1].at),
        "amountForQuota": money(cost),
        "restDays": max(0, (tables.subscriptions[subscription.id].period.end - now).days),
    }


def _require_room(store: AllActions, subscription: Subscription, item: Item, *, record: int, quota: int) -> None:
    """Refuse usage for which the quota would be bought in vain: a refused call changes nothing."""
    begun = store.tables_at(len(store.events)).usage.get(item.id)
    used = 0 if begun is None else begun.used
    allowed = begun.quota if begun and not begins_anew(begun, subscription) else quota_of(item, begun)
    if allowed is not None and not 0 <= used + record <= allowed + quota:
        refuse_field(
            "$.record",
            expected=f"usage from {-used} to {allowed + quota - used}: {used} of {allowed} are used",
            sent=record,
            next_step="Add less, or more quota.",
        )
