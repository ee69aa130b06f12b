"""Every call that a store can be asked with, and the documented type of its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from rest_types import DOCUMENTED, differences, schema_errors

from steppay_mock import Store
from steppay_mock.rest.routes import ROUTES
from steppay_mock.store.tables import Tables


class RestCall(NamedTuple):
    template: str
    path: str
    kind: str


def kind_of(template: str) -> str:
    """The documented type of what the route answers. The vendor names the parts of the paths otherwise."""
    return str(_KINDS[_shape(template)])


def calls_of(tables: Tables) -> Iterator[RestCall]:
    """Every call that these tables have an answer to."""
    for template, keys in _keys(tables):
        path = template
        for name, key in keys.items():
            path = path.replace(f"{{{name}}}", quote(str(key), safe=""))
        yield RestCall(template, path, kind_of(template.partition("?")[0]))


def wrong_of(store: Store, call: RestCall, answer: Any) -> list[str]:
    """What is wrong with the answer: fields, types, schema, and characters that are not in the store's locale."""
    found = [f"{store.seed} {call.path} {one}" for one in differences(call.kind, answer)]
    if not found and call.kind in DOCUMENTED["types"]:
        found = [f"{store.seed} {call.path} {one}" for one in schema_errors(call.kind, answer)]
    return found


class Caller:
    """Calls over HTTP, with one connection after another, as a client without a library does."""

    def __init__(self, url: str, *, token: str = "test_token") -> None:
        self._host = urlsplit(url).netloc
        self._token = token

    def get(self, path: str) -> tuple[int, Any]:
        connection = HTTPConnection(self._host, timeout=30)
        try:
            connection.request("GET", path, headers={"Secret-Token": self._token})
            answer = connection.getresponse()
            body = answer.read().decode("utf-8")
            is_json = answer.getheader("Content-Type") == "application/json"
            return answer.status, json.loads(body) if is_json else body
        finally:
            connection.close()


def _keys(tables: Tables) -> Iterator[tuple[str, dict[str, object]]]:
    for listing in ("orders", "subscriptions", "customers", "products", "invoices"):
        yield f"/api/v1/{listing}", {}
    yield from _keys_of_orders(tables)
    yield from _keys_of_subscriptions(tables)
    for customer in tables.customers.values():
        yield "/api/v1/customers/{id}", {"id": customer.id}
        yield "/api/v1/session/{customerId}", {"customerId": customer.id}
    for product in tables.products.values():
        yield "/api/v1/products/{code}", {"code": product.code}
        yield "/api/v1/products/{id}/prices", {"id": product.id}
        for price in product.prices:
            yield "/api/v1/products/{id}/prices/{priceId}", {"id": product.id, "priceId": price.id}
    for invoice in tables.invoices.values():
        yield "/api/v1/invoices/{id}", {"id": invoice.id}


def _keys_of_orders(tables: Tables) -> Iterator[tuple[str, dict[str, object]]]:
    for order in tables.orders.values():
        yield "/api/v1/orders/{idOrCode}", {"idOrCode": order.id}
        yield "/api/v1/orders/{idOrCode}", {"idOrCode": order.code}
        if any(one.order_id == order.id for one in tables.payments.values()):
            yield "/api/payment/receipt/{idKey}", {"idKey": order.id_key}
    for payment in tables.payments.values():
        yield "/api/payment/receipt/{idKey}", {"idKey": payment.id_key}


def _keys_of_subscriptions(tables: Tables) -> Iterator[tuple[str, dict[str, object]]]:
    for subscription in tables.subscriptions.values():
        yield "/api/v1/subscriptions/{id}", {"id": subscription.id}
        yield "/api/v1/subscriptions/{id}/calculate", {"id": subscription.id}
        for item in subscription.items:
            yield "/api/v1/usages?subscriptionItemId={itemId}", {"itemId": item.id}
            product = tables.products.get(item.price.product_code)
            if product is not None and product.words["optionGroups"]:
                keys: dict[str, object] = {"id": subscription.id, "itemId": item.id}
                yield "/api/v1/subscriptions/{id}/items/{itemId}/options", keys


def _shape(template: str) -> tuple[str, ...]:
    return tuple("{}" if part.startswith("{") else part for part in template.split("/"))


_KINDS = {_shape(template): call["answer"] for template, call in DOCUMENTED["calls"].items()}
assert {_shape(route.template) for route in ROUTES} == set(_KINDS), "every GET of the vendor has a route, and no other"
