"""What can be read from the API, and by which key? The six endpoints that are known (fact 27)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from steppay_mock.store.records import Record
from steppay_mock.store.tables import Tables

HOST = "api.steppay.kr"
URL = f"https://{HOST}"

_NO_ID = -1

Find = Callable[[Tables, str], Record | None]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A kind of thing that can be read."""

    template: str
    noun: str
    key: str
    """What the last part of the path is, and where a webhook has it."""
    find: Find
    is_number: bool = False

    @property
    def prefix(self) -> str:
        """The path up to the key."""
        return self.template.partition("{")[0]


@dataclass(frozen=True, slots=True)
class Target:
    """The one thing that a path is about."""

    endpoint: Endpoint
    key: str

    def find(self, tables: Tables) -> Record | None:
        """What the tables have of it."""
        return self.endpoint.find(tables, self.key)

    @property
    def can_be(self) -> bool:
        """Whether there could ever be such a key."""
        return not self.endpoint.is_number or _number(self.key) != _NO_ID


def target_of(path: str) -> Target | None:
    """What the path is about; None if it is none of the endpoints."""
    for endpoint in ENDPOINTS:
        key = path.removeprefix(endpoint.prefix)
        if key != path and key and "/" not in key:
            return Target(endpoint, key)
    return None


def _number(key: str) -> int:
    # 19 digits hold every Long (fact 13); int() refuses thousands of digits with an exception.
    return int(key) if re.fullmatch("[0-9]{1,19}", key) else _NO_ID


# The tables may change while another thread reads them, so what is searched is copied first: that is one step.


def _order(tables: Tables, key: str) -> Record | None:
    number = _number(key)
    if number != _NO_ID:
        return tables.orders.get(number)
    return next((order for order in tuple(tables.orders.values()) if order.code == key), None)


def _payment(tables: Tables, key: str) -> Record | None:
    return next((payment for payment in tuple(tables.payments.values()) if payment.id_key == key), None)


def _subscription(tables: Tables, key: str) -> Record | None:
    return tables.subscriptions.get(_number(key))


def _customer(tables: Tables, key: str) -> Record | None:
    return tables.customers.get(_number(key))


def _invoice(tables: Tables, key: str) -> Record | None:
    return tables.invoices.get(_number(key))


def _product(tables: Tables, key: str) -> Record | None:
    return tables.products.get(key)


ENDPOINTS = (
    Endpoint("/api/v1/orders/{idOrCode}", "order", "its id or its code (data.id, data.code)", _order),
    Endpoint(
        "/api/v1/subscriptions/{id}", "subscription", "its id (data.subscriptionId)", _subscription, is_number=True
    ),
    Endpoint("/api/v1/customers/{id}", "customer", "its id (data.id)", _customer, is_number=True),
    Endpoint("/api/v1/products/{code}", "product", "its code (data.code)", _product),
    Endpoint("/api/v1/invoices/{id}", "invoice", "its id (data.id)", _invoice, is_number=True),
    Endpoint("/api/payment/receipt/{idKey}", "payment", "its idKey (data.idKey)", _payment),
)

LISTING = ", ".join(f"GET {endpoint.template}" for endpoint in ENDPOINTS)
