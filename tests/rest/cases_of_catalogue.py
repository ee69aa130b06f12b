"""The good calls about products, prices, invoices, and payment methods of customers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from rest.api_client import read
from rest.write_case import Sent, WriteCase

from steppay_mock import Store

PRODUCT: dict[str, Any] = {
    "type": "SOFTWARE",
    "status": "SALE",
    "name": "TEST_PRODUCT",
    "productOrder": 0,
    "subTitle": "구독 서비스",
    "featuredImageUrl": "",
    "imageUrls": [],
    "description": "",
    "enabledDemo": False,
    "demoPeriod": 7,
    "demoPeriodUnit": "DAY",
    "optionGroups": [],
    "useCombination": True,
    "optionCombinations": [],
    "categoryIds": [],
    "eventBadge": [],
    "isOnetimePurchasable": False,
}
PRICE: dict[str, Any] = {
    "price": 9900,
    "unit": "월",
    "plan": {"name": "BASIC_PLAN", "description": "기본", "isHiddenFromShop": False},
    "type": "FLAT",
    "options": [],
    "recurring": {"intervalCount": 1, "interval": "MONTH", "aggregateUsageType": "SUM", "usageType": "LICENSED"},
}
USAGE_PRICE: dict[str, Any] = {
    **PRICE,
    "type": "USAGE_BASED",
    "basicServing": 100,
    "membershipExpirationDate": 2,
    "membershipExpirationDateType": "YEAR",
    "setupOption": {"name": "설치", "type": "PERIODIC", "price": 3000, "claimMethodType": "PRE"},
    "claim": {"methodType": "PRE", "whenToClaimType": "DATE", "billingDate": 5},
}


def _product(part: str, body: Any = None) -> Callable[[Store], Sent]:
    return lambda store: Sent(f"/api/v1/products/{store.products[0].id}{part}", copy.deepcopy(body))


def _price(body: Any = None) -> Callable[[Store], Sent]:
    def prepare(store: Store) -> Sent:
        price = store.create_price(store.products[0])
        return Sent(f"/api/v1/products/{store.products[0].id}/prices/{price.id}", copy.deepcopy(body))

    return prepare


def invoice_body(store: Store, **changed: Any) -> dict[str, Any]:
    item = {"productCode": store.price.product_code, "priceCode": store.price.code, "minimumQuantity": 1}
    return {
        "customerId": store.customer.id,
        "items": [item],
        "publishMethods": ["EMAIL"],
        "paymentGateway": "TOSS",
        **changed,
    }


def _invoice(query: str = "", **changed: Any) -> Callable[[Store], Sent]:
    return lambda store: Sent(f"/api/v1/invoices{query}", invoice_body(store, **changed))


def _update_of_product(store: Store) -> Sent:
    fields = ("name", "subTitle", "productOrder", "demoPeriod", "categoryIds", "eventBadge")
    body = {**{name: PRODUCT[name] for name in fields}, "combinedProducts": []}
    return Sent(f"/api/v1/products/{store.products[0].id}", copy.deepcopy(body))


def _update_of_invoice(query: str = "", **changed: Any) -> Callable[[Store], Sent]:
    def prepare(store: Store) -> Sent:
        invoice = store.draft_invoice()
        item = {"productCode": store.price.product_code, "priceCode": store.price.code, "minimumQuantity": 1}
        body = {
            "id": invoice.id,
            "customerId": store.customer.id,
            "products": [item],
            "publishType": "NOW",
            "purchaseDeadline": invoice.deadline.isoformat(),
            "publishMethods": ["EMAIL"],
            "discount": 0,
            **changed,
        }
        return Sent(f"/api/v1/invoices/{invoice.id}{query}", body)

    return prepare


def _methods(part: str) -> Callable[[Store], Sent]:
    def prepare(store: Store) -> Sent:
        store.checkout()
        return Sent(f"/api/v1/customers/{store.customer.id}/payment-method{part}")

    return prepare


def _former_method(store: Store) -> Sent:
    """The card of a subscription that has ended."""
    store.checkout()
    store.cancel()
    (method,) = read(store, f"/api/v1/customers/{store.customer.id}")["paymentMethods"]
    return Sent(f"/api/v1/customers/{store.customer.id}/payment-method/{method['id']}")


CASES_OF_CATALOGUE = (
    WriteCase(
        "POST /api/v1/products",
        lambda _store: Sent("/api/v1/products", copy.deepcopy(PRODUCT)),
        ("product.created",),
    ),
    WriteCase("PUT /api/v1/products/{id}", _update_of_product, ("product.updated",)),
    WriteCase("PATCH /api/v1/products/{id}/status", _product("/status?status=OUT_OF_STOCK"), ("product.updated",)),
    WriteCase("DELETE /api/v1/products/{id}", _product(""), ("product.deleted",)),
    WriteCase("POST /api/v1/products/{id}/prices", _product("/prices", PRICE), ("product.price.created",)),
    WriteCase(
        "POST /api/v1/products/{id}/prices by usage", _product("/prices", USAGE_PRICE), ("product.price.created",)
    ),
    WriteCase(
        "PUT /api/v1/products/{id}/prices/{priceId}",
        _price({"price": 12_000, "unit": "월", "basicServing": 0, "type": "FLAT", "plan": PRICE["plan"]}),
        ("product.price.updated",),
    ),
    WriteCase("DELETE /api/v1/products/{id}/prices/{priceId}", _price(), ("product.price.deleted",)),
    WriteCase("POST /api/v1/invoices", _invoice(), ("invoice.created",)),
    WriteCase(
        "POST /api/v1/invoices that is sent",
        _invoice("?temporary=false", purchaseDeadline="2025-01-30T00:00:00", memoToCustomer="감사합니다"),
        ("invoice.created", "order.created", "invoice.updated"),
    ),
    WriteCase(
        "POST /api/v1/invoices that is reserved",
        _invoice("?temporary=false", publishType="RESERVATION", reservationAt="2025-01-16T00:00:00"),
        ("invoice.created", "invoice.updated"),
    ),
    WriteCase("PUT /api/v1/invoices/{id}", _update_of_invoice(memoToCustomer="고맙습니다"), ("invoice.updated",)),
    WriteCase("PUT /api/v1/invoices/{id} with what it says", _update_of_invoice(), ()),
    WriteCase(
        "PUT /api/v1/invoices/{id} that is sent then",
        _update_of_invoice("?temporary=false"),
        ("order.created", "invoice.updated"),
    ),
    WriteCase(
        "DELETE /api/v1/invoices/{id}",
        lambda store: Sent(f"/api/v1/invoices/{store.draft_invoice().id}"),
        ("invoice.deleted",),
    ),
    WriteCase("POST /api/v1/customers/{id}/payment-method", _methods(""), ("order.created",)),
    WriteCase("PUT /api/v1/customers/{id}/payment-method", _methods(""), ("order.created",)),
    WriteCase("DELETE /api/v1/customers/{id}/payment-method/{methodId}", _former_method, ()),
)
