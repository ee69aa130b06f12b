"""The good calls about subscriptions, their items and their usage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest.write_case import Sent, WriteCase

from steppay_mock import Store

S = "/api/v1/subscriptions/{id}"
RENEWAL = (
    "order.created",
    "order.updated",
    "payment.completed",
    "subscription.updated",
    "order.payment_completed",
)


def _bought(part: str, body: Any = None, *, first: Callable[[Store], object] | None = None) -> Callable[[Store], Sent]:
    def prepare(store: Store) -> Sent:
        store.checkout()
        if first is not None:
            first(store)
        return Sent(f"/api/v1/subscriptions/{store.subscription.id}/{part}", body)

    return prepare


def _added(method_body: Callable[[Store], Any]) -> Callable[[Store], Sent]:
    """A call about the second item of a subscription."""

    def prepare(store: Store) -> Sent:
        store.checkout()
        store.add_item(price=store.create_price(store.products[0], price=5000))
        return Sent(
            f"/api/v1/subscriptions/{store.subscription.id}/items/{store.subscription.items[-1].id}", method_body(store)
        )

    return prepare


def _new_item(store: Store) -> Sent:
    store.checkout()
    price = store.create_price(store.products[0], price=5000)
    body = {"productCode": price.product_code, "priceCode": price.code, "quantity": 2, "type": "SKU"}
    return Sent(f"/api/v1/subscriptions/{store.subscription.id}/items", body)


def _all_items(store: Store) -> Sent:
    store.checkout()
    store.add_item(price=store.create_price(store.products[0], price=5000))
    body = [{"id": store.subscription.items[1].id, "quantity": 3}]
    return Sent(f"/api/v1/subscriptions/{store.subscription.id}/items", body)


def metered(store: Store, *, quota: int | None = 100) -> int:
    """The id of an item that counts usage."""
    store.checkout(store.create_price(store.products[0], billing="usage", quota=quota, price=10_000))
    return store.subscription.items[0].id


def usage_body(item: int, **changed: Any) -> dict[str, Any]:
    return {
        "subscriptionItemId": item,
        "quota": 0,
        "record": 7,
        "influxDate": "2025-01-15T03:00:00",
        **changed,
    }


def _usage(**changed: Any) -> Callable[[Store], Sent]:
    return lambda store: Sent("/api/v1/usages", usage_body(metered(store), **changed))


TOP_UP = (
    "order.created",
    "order.updated",
    "payment.completed",
    "subscription.usage.added",
    "order.payment_completed",
)

CASES_OF_SUBSCRIPTIONS = (
    WriteCase(f"POST {S}/cancel", _bought("cancel", {"whenToCancel": "NOW"}), ("subscription.updated",)),
    WriteCase(
        f"POST {S}/cancel at the end of the period",
        _bought("cancel", {"whenToCancel": "END_OF_PERIOD"}),
        ("subscription.updated",),
    ),
    WriteCase(
        f"POST {S}/cancel at a time",
        _bought("cancel", {"whenToCancel": "SPECIFIC_DATE_TIME", "when": "2025-01-20T00:00:00"}),
        ("subscription.updated",),
    ),
    WriteCase(
        f"POST {S}/pause",
        _bought("pause", {"whenToPause": "IMMEDIATE", "whenToResume": "NOTHING"}),
        ("subscription.updated",),
    ),
    WriteCase(
        f"POST {S}/pause later, for two weeks",
        _bought(
            "pause",
            {
                "whenToPause": "LAZY",
                "whenToResume": "PAUSED_UNTIL",
                "until": {"interval": "WEEK", "intervalCount": 2},
            },
        ),
        ("subscription.updated",),
    ),
    WriteCase(f"POST {S}/active", _bought("active", first=lambda store: store.pause()), ("subscription.updated",)),
    WriteCase(
        f"POST {S}/active of a pending cancellation",
        _bought("active", first=lambda store: store.cancel(at_period_end=True)),
        ("subscription.updated",),
    ),
    WriteCase(f"POST {S}/items", _new_item, ("subscription.updated",)),
    WriteCase(f"PUT {S}/items", _all_items, ("subscription.updated",)),
    WriteCase(f"PUT {S}/items/{{itemId}}", _added(lambda _store: {"quantity": 4}), ("subscription.updated",)),
    WriteCase(f"PUT {S}/items/{{itemId}} with nothing", _added(lambda _store: {}), ()),
    WriteCase(f"DELETE {S}/items/{{itemId}}", _added(lambda _store: None), ("subscription.updated",)),
    WriteCase(f"PUT {S}/payment-method", _bought("payment-method", {"paymentGateway": "NICE"}), ("order.created",)),
    WriteCase(
        f"PUT {S}/interval", _bought("interval", {"interval": "MONTH", "intervalCount": 3}), ("subscription.updated",)
    ),
    WriteCase(
        f"POST {S}/change-pay-datetime",
        _bought("change-pay-datetime", {"when": "2025-01-25T00:00:00"}),
        ("subscription.updated",),
    ),
    WriteCase(f"POST {S}/renew", _bought("renew"), RENEWAL),
    WriteCase("POST /api/v1/usages", _usage(), ("subscription.usage.added",)),
    WriteCase("POST /api/v1/usages of quota", _usage(quota=50, record=0), TOP_UP),
    WriteCase("POST /api/v1/usages of both", _usage(quota=50, record=140), (*TOP_UP, "subscription.usage.added")),
)
