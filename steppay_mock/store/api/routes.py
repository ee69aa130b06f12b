"""The six routes of StepPay's REST API that are known (fact 27), and how each finds its record in the stores."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from steppay_mock.store.base import StoreBase
from steppay_mock.store.records import Record
from steppay_mock.store.tables import Tables

HOST = "api.steppay.kr"
URL = f"https://{HOST}"

_NO_ID = -1

Find = Callable[[Tables, str], Record | None]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """A route: a path template, and the kind of record that it reads."""

    template: str
    noun: str
    key: str
    """The meaning of the last part of the path, and the webhook field that has it."""
    find: Find
    is_number: bool = False

    @property
    def prefix(self) -> str:
        """The path up to the key."""
        return self.template.partition("{")[0]


@dataclass(frozen=True, slots=True)
class ApiTarget:
    """The record that a path asks for: its route and its key."""

    route: ApiRoute
    key: str

    def find(self, tables: Tables) -> Record | None:
        """The record in these tables; None if they do not have it."""
        return self.route.find(tables, self.key)

    @property
    def is_valid(self) -> bool:
        """Whether the key has the form of an id, where the route takes an id."""
        return not self.route.is_number or _number(self.key) != _NO_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiView:
    """Which events of its stores the API has seen."""

    until: Mapping[int, int] = field(default_factory=dict)
    """The number of events that it knows of a store, by the position of the store; all events of the others."""
    behind: int = 0
    """The number of newest events that it does not know yet."""
    hiding: int = 0
    """Records that did not exist this number of events ago are hidden."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """The record that a path asks for; None if there is none, or if it is hidden."""

    record: Record | None
    is_hidden: bool = False


def target_of(path: str) -> ApiTarget | None:
    """The record that the path asks for; None if no route has this path."""
    for route in ROUTES:
        key = path.removeprefix(route.prefix)
        if key != path and key and "/" not in key:
            return ApiTarget(route, key)
    return None


def find_record(stores: Sequence[StoreBase], target: ApiTarget, view: ApiView) -> FoundRecord:
    """The record in the store that was added last among those that have it."""
    is_hidden = False
    for place in reversed(range(len(stores))):
        store = stores[place]
        events = view.until.get(place, len(store.events))
        record = target.find(store.tables_at(max(0, events - view.behind)))
        if record is None:
            continue
        if view.hiding and target.find(store.tables_at(max(0, events - view.hiding))) is None:
            is_hidden = True
            continue
        return FoundRecord(record)
    return FoundRecord(None, is_hidden)


def _number(key: str) -> int:
    # 19 digits are enough for every Long (fact 13). Python's int() raises ValueError for more than 4,300 digits.
    return int(key) if re.fullmatch("[0-9]{1,19}", key) else _NO_ID


# tuple(...) before each search: a server reads in its threads while the test changes the tables, and a dict that
# changes during iteration raises RuntimeError. tuple() copies in one step that no other thread can interrupt.


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


ROUTES = (
    ApiRoute("/api/v1/orders/{idOrCode}", "order", "its id or its code (data.id, data.code)", _order),
    ApiRoute(
        "/api/v1/subscriptions/{id}", "subscription", "its id (data.subscriptionId)", _subscription, is_number=True
    ),
    ApiRoute("/api/v1/customers/{id}", "customer", "its id (data.id)", _customer, is_number=True),
    ApiRoute("/api/v1/products/{code}", "product", "its code (data.code)", _product),
    ApiRoute("/api/v1/invoices/{id}", "invoice", "its id (data.id)", _invoice, is_number=True),
    ApiRoute("/api/payment/receipt/{idKey}", "payment", "its idKey (data.idKey)", _payment),
)

LISTING = ", ".join(f"GET {route.template}" for route in ROUTES)
