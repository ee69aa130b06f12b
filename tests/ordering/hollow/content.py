"""Pairs about what is kept: the same in every order, and not what the store says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ordering.hollow.pairs import REFUND, UNCOMPARED, VACUOUS, Pair, Told, Trial
from ordering.hollow.shop import Shop, Webhook, as_list, keep_payment, keep_subscription, of_subscription, trial

LARGE = 2**60 + 1  # an id that no double and no column of 32 bits holds
KST = timezone(timedelta(hours=9))

Read = Callable[[dict[str, Any]], Any]


def ignores_refunds(shop: Shop, hook: Webhook) -> None:
    if hook.event == "payment.completed":
        keep_payment(shop, hook)
    if hook.event == "order.created":
        shop.rows["orders"] = 1


def believes_the_last(shop: Shop, hook: Webhook) -> None:
    if hook.event.startswith("payment."):
        shop.rows[hook.data["paymentId"]] = hook.data["status"]


def has_a_flag(shop: Shop, hook: Webhook) -> None:
    if hook.event.startswith("payment."):
        row = shop.rows.setdefault(hook.data["paymentId"], {"paid": True, "events": 0})
        row["events"] |= 1 << ("completed" in hook.event)


def keeps_amounts(amount: Read) -> Trial:
    """Rows of payments with an amount."""

    def take(shop: Shop, hook: Webhook) -> None:
        if hook.event == "payment.completed":
            shop.rows[hook.data["paymentId"]] = {"status": "COMPLETE", "paid_amount": amount(hook.data)}
        if hook.event == "order.created":
            shop.rows["orders"] = 1

    return trial(take)


def keeps_subscriptions(*, number: int | None = None, **columns: Read) -> Trial:
    """A table of subscriptions with these columns."""
    return of_subscription(lambda shop, hook: keep_subscription(shop, hook, **columns), number=number, shows=as_list)


def under(key: Read) -> Trial:
    """Statuses of subscriptions under a key."""

    def take(shop: Shop, hook: Webhook) -> None:
        keep_subscription(shop, hook, key=key)

    return of_subscription(take, shows=lambda shop: {row["key"]: row["status"] for row in shop.rows.values()})


def _own(data: dict[str, Any]) -> Any:
    return data["subscriptionId"]


def _begins(zone: timezone) -> Read:
    return lambda data: datetime.fromisoformat(data["createdAt"]).replace(tzinfo=zone).astimezone(UTC)


MAPPING = {"rows": [{"path": "$.payments[*]", "is": "payment", "missing": "ok", "fields": {".": "status"}}]}

PAIRS = (
    Pair(
        "ignores refunds",
        "It does nothing with payment.canceled: the payment ends COMPLETE in every order.",
        Told("proved", hint="status"),
        lambda: trial(ignores_refunds, story=REFUND),
        lambda: trial(keep_payment, story=REFUND),
    ),
    Pair(
        "believes the last",
        "The status is that of the event which came last.",
        Told("fails", anomaly="stale overwrite"),
        lambda: trial(believes_the_last),
        lambda: trial(keep_payment),
    ),
    Pair(
        "has a flag",
        "Its flag is set by every event, and no word of StepPay's is kept.",
        UNCOMPARED,
        lambda: trial(has_a_flag, story=REFUND),
        lambda: trial(keep_payment, story=REFUND),
    ),
    Pair(
        "takes a tenth away",
        "The amount is without tax, in a column that is called the paid amount.",
        Told("proved", hint="amount"),
        lambda: keeps_amounts(lambda data: data["paidAmount"] * 10 // 11),
        lambda: keeps_amounts(lambda data: data["paidAmount"]),
    ),
    Pair(
        "nine hours early",
        "It reads a LocalDateTime as Korean time.",
        Told("proved", hint="nine-hours"),
        lambda: keeps_subscriptions(subscription_id=_own, created_at=_begins(KST)),
        lambda: keeps_subscriptions(subscription_id=_own, created_at=_begins(UTC)),
    ),
    Pair(
        "null id",
        "It reads `data.id`, which a subscription does not have.",
        Told("proved", hint="null-id"),
        lambda: keeps_subscriptions(id=lambda data: data.get("id")),
        lambda: keeps_subscriptions(id=_own),
    ),
    Pair(
        "null id beside a customer",
        "The same in a row that names its customer, and has a number of its own.",
        Told("proved", hint="null-id"),
        lambda: keeps_subscriptions(
            id=lambda _data: 1, subscription_id=lambda data: data.get("id"), customer_id=lambda data: data["customerId"]
        ),
        lambda: keeps_subscriptions(
            id=lambda _data: 1, subscription_id=_own, customer_id=lambda data: data["customerId"]
        ),
    ),
    Pair(
        "null as a key",
        "Its rows stand under null, so that all subscriptions share one.",
        Told("proved", hint="null-id"),
        lambda: under(lambda data: data.get("id")),
        lambda: under(_own),
    ),
    Pair(
        "rounded id",
        "It takes an id for a double.",
        Told("proved", hint="rounded-id"),
        lambda: keeps_subscriptions(number=LARGE, subscription_id=lambda data: int(float(_own(data)))),
        lambda: keeps_subscriptions(number=LARGE, subscription_id=_own),
    ),
    Pair(
        "id of 32 bits",
        "Its column cuts off the upper half of an id.",
        UNCOMPARED,
        lambda: keeps_subscriptions(number=LARGE, subscription_id=lambda data: _own(data) & 0xFFFF_FFFF),
        lambda: keeps_subscriptions(number=LARGE, subscription_id=_own),
    ),
    Pair(
        "strict about nothing",
        "The end was to be right by the store, and the probe shows how many rows there are.",
        VACUOUS,
        lambda: trial(keep_events, truth="strict", shows=lambda shop: len(shop.known)),
        lambda: trial(keep_payment, truth="strict"),
    ),
    Pair(
        "maps what is not there",
        "The path of the mapping leads to no row, and none has to be there.",
        VACUOUS,
        lambda: trial(keep_payment, truth=MAPPING),
        lambda: trial(keep_payment, truth=MAPPING, shows=lambda shop: {"payments": dict(shop.rows)}),
    ),
)


def keep_events(shop: Shop, hook: Webhook) -> None:
    """Count the events, each once."""
    shop.known.add(hook.body)
