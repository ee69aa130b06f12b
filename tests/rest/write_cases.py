"""One good call of each kind that writes, and some in another form."""

from __future__ import annotations

import copy
from typing import Any

from rest.cases_of_catalogue import CASES_OF_CATALOGUE
from rest.cases_of_subscriptions import CASES_OF_SUBSCRIPTIONS
from rest.write_case import Sent, WriteCase

from steppay_mock import Store

CUSTOMER: dict[str, Any] = {
    "name": "김하늘",
    "email": "haneul@example.com",
    "phone": "010-1234-5678",
    "shipping": {"postcode": "04524", "address1": "서울 중구 세종대로 110", "address2": "3층"},
    "marketingSms": True,
    "marketingEmail": False,
    "marketingKakao": True,
    "attributes": {"grade": "gold"},
}


def order_body(store: Store, **changed: Any) -> dict[str, Any]:
    item = {"productCode": store.price.product_code, "priceCode": store.price.code}
    return {"customerId": store.customer.id, "items": [item], **changed}


def _waiting_order(store: Store) -> Sent:
    return Sent(f"/api/v1/orders/{store.checkout(pays='later').id}/cancel", {"requestPrice": 0, "reason": "변심"})


def _paid_order(store: Store) -> Sent:
    order = store.checkout()
    return Sent(f"/api/v1/orders/{order.code}/cancel", {"requestPrice": order.amount})


def _part_of_an_order(store: Store) -> Sent:
    return Sent(f"/api/v1/orders/{store.checkout().code}/cancel", {"requestPrice": 1000})


CASES = (
    WriteCase(
        "POST /api/v1/customers",
        lambda _store: Sent("/api/v1/customers", copy.deepcopy(CUSTOMER)),
        ("customer.created",),
    ),
    WriteCase(
        "PUT /api/v1/customers/{id}",
        lambda store: Sent(f"/api/v1/customers/{store.customer.id}", copy.deepcopy(CUSTOMER)),
        ("customer.updated",),
    ),
    WriteCase(
        "DELETE /api/v1/customers/{id}",
        lambda store: Sent(f"/api/v1/customers/{store.create_customer().id}"),
        ("customer.deleted",),
    ),
    WriteCase("POST /api/v1/orders", lambda store: Sent("/api/v1/orders", order_body(store)), ("order.created",)),
    WriteCase("PATCH /api/v1/orders/{idOrCode}/cancel", _waiting_order, ("order.updated",)),
    WriteCase(
        "PATCH /api/v1/orders/{idOrCode}/cancel of all that was paid",
        _paid_order,
        ("payment.canceled", "order.updated", "subscription.updated"),
    ),
    WriteCase(
        "PATCH /api/v1/orders/{idOrCode}/cancel of a part",
        _part_of_an_order,
        ("payment.canceled", "order.updated"),
    ),
    *CASES_OF_SUBSCRIPTIONS,
    *CASES_OF_CATALOGUE,
)
"""The cases, each with the webhooks that are documented or assumed to follow."""
