"""The routes of StepPay's REST API that read: every GET that is published (facts 27 and 38), but the pages that pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steppay_mock.rest import targets
from steppay_mock.rest.lists import CUSTOMERS, INVOICES, ORDERS, PRODUCTS, SUBSCRIPTIONS, ApiList, Listed
from steppay_mock.rest.paths import ApiPath, Keys
from steppay_mock.rest.query import Query, required_number_in
from steppay_mock.rest.shapes.calculations import calculation_object
from steppay_mock.rest.shapes.customers import customer_object, session_token
from steppay_mock.rest.shapes.invoices import invoice_object
from steppay_mock.rest.shapes.orders import order_object
from steppay_mock.rest.shapes.prices import price_object
from steppay_mock.rest.shapes.products import price_list, product_object
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.rest.shapes.receipts import receipt_object
from steppay_mock.rest.shapes.subscriptions import subscription_object
from steppay_mock.rest.shapes.usages import usage_object
from steppay_mock.store.base import StoreBase
from steppay_mock.store.tables import Tables


@dataclass(frozen=True, kw_only=True)
class ApiRoute(ApiPath):
    """A path to read, and what is answered there. A list has ``listing``, others ``find`` and ``write``."""

    find: Callable[[Tables, Keys], Any] | None = None
    write: Callable[[ApiReading, Any], Any] | None = None
    parameter: str | None = None
    """The parameter of the query that names what is asked for, where the path does not."""
    listing: ApiList | None = None


@dataclass(frozen=True, slots=True)
class ApiTarget:
    """What a path asks for: its route, and the keys in it."""

    route: ApiRoute
    keys: Keys

    def with_query(self, query: Query) -> ApiTarget:
        """The target, with the key that the query has. WrongQueryError if it has none."""
        name = self.route.parameter
        return self if name is None else ApiTarget(self.route, {name: str(required_number_in(query, name))})

    def find(self, tables: Tables) -> Any:
        """What these tables have; None if they do not have it."""
        assert self.route.find is not None  # noqa: S101 - only lists have none
        return self.route.find(tables, self.keys)

    @property
    def key(self) -> str:
        """The last key: that of the thing itself."""
        return list(self.keys.values())[-1]

    @property
    def wrong_number(self) -> str | None:
        """The first key that must be a number and is none."""
        return self.route.wrong_number_in(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiView:
    """Which events of its stores the API has seen."""

    until: Mapping[int, int] = field(default_factory=dict)
    """The number of events that it knows of a store, by the position of the store; all events of the others."""
    behind: int = 0
    """The number of newest events that it does not know yet."""
    hiding: int = 0
    """Records that did not exist this number of events ago are hidden."""

    def tables(self, store: StoreBase, place: int) -> tuple[Tables, Tables | None]:
        """The tables that are seen of the store, and those whose lack hides a record; None if nothing is hidden."""
        events = self.until.get(place, len(store.events))
        seen = store.tables_at(max(0, events - self.behind))
        return seen, store.tables_at(max(0, events - self.hiding)) if self.hiding else None

    def now(self, store: StoreBase, place: int) -> datetime:
        """The time of an answer about the store: its own, or the second of the last event that is known of it."""
        count = self.until.get(place)
        if not count:
            return store.now
        [newest] = store.events.entries(count, start=count - 1)
        return min(store.now, datetime.fromtimestamp(newest.timestamp + 1, UTC))


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """What a path asks for, with the reading of its store; None if there is none, or if it is hidden."""

    record: Any
    reading: ApiReading | None = None
    is_hidden: bool = False


def target_of(path: str) -> ApiTarget | None:
    """What the path asks for; None if no route has this path."""
    for route in ROUTES:
        keys = route.keys_of(path)
        if keys is not None:
            return ApiTarget(route, keys)
    return None


def find_record(stores: Sequence[StoreBase], target: ApiTarget, view: ApiView) -> FoundRecord:
    """What the store has that was added last among those that have it."""
    is_hidden = False
    for place in reversed(range(len(stores))):
        tables, older = view.tables(stores[place], place)
        record = target.find(tables)
        if record is None:
            continue
        if older is not None and target.find(older) is None:
            is_hidden = True
            continue
        return FoundRecord(record, ApiReading(store=stores[place], tables=tables, now=view.now(stores[place], place)))
    return FoundRecord(None, None, is_hidden)


def list_records(stores: Sequence[StoreBase], listing: ApiList, view: ApiView) -> list[Listed]:
    """The records of all stores. If two stores have the same key, the store that was added last counts."""
    found: dict[Any, Listed] = {}
    for place in range(len(stores)):
        tables, older = view.tables(stores[place], place)
        known = None if older is None else {record.key for record in tuple(listing.records(older))}
        reading = ApiReading(store=stores[place], tables=tables, now=view.now(stores[place], place))
        for record in tuple(listing.records(tables)):
            if known is None or record.key in known:
                found[record.key] = (reading, record)
    return list(found.values())


ROUTES = (
    ApiRoute(
        template="/api/v1/orders/{idOrCode}",
        noun="order",
        key="its id or its code (data.id, data.code)",
        find=targets.order_at,
        write=order_object,
    ),
    ApiRoute(template="/api/v1/orders", noun="orders", listing=ORDERS),
    ApiRoute(
        template="/api/v1/subscriptions/{id}",
        noun="subscription",
        key="its id (data.subscriptionId)",
        find=targets.subscription_at,
        write=subscription_object,
        numbers=("id",),
    ),
    ApiRoute(template="/api/v1/subscriptions", noun="subscriptions", listing=SUBSCRIPTIONS),
    ApiRoute(
        template="/api/v1/subscriptions/{id}/calculate",
        noun="subscription",
        key="its id (data.subscriptionId)",
        find=targets.subscription_at,
        write=calculation_object,
        numbers=("id",),
    ),
    ApiRoute(
        template="/api/v1/subscriptions/{id}/items/{itemId}/options",
        noun="option group of the subscription item",
        key="the ids of a subscription and of its item (data.subscriptionId, data.items[0].subscriptionItemId), whose "
        "product has options",
        find=targets.options_at,
        write=lambda _reading, group: group,
        numbers=("id", "itemId"),
    ),
    ApiRoute(
        template="/api/v1/customers/{id}",
        noun="customer",
        key="its id (data.id)",
        find=targets.customer_at,
        write=customer_object,
        numbers=("id",),
    ),
    ApiRoute(template="/api/v1/customers", noun="customers", listing=CUSTOMERS),
    ApiRoute(
        template="/api/v1/products/{code}",
        noun="product",
        key="its code (data.code)",
        find=targets.product_at_code,
        write=product_object,
    ),
    ApiRoute(template="/api/v1/products", noun="products", listing=PRODUCTS),
    ApiRoute(
        template="/api/v1/products/{id}/prices",
        noun="product",
        key="its id, which GET /api/v1/products/{code} answers",
        find=targets.product_at,
        write=price_list,
        numbers=("id",),
    ),
    ApiRoute(
        template="/api/v1/products/{id}/prices/{priceId}",
        noun="price",
        key="the ids of the product and of the price, which GET /api/v1/products/{code} answers",
        find=targets.price_at,
        write=price_object,
        numbers=("id", "priceId"),
    ),
    ApiRoute(
        template="/api/v1/invoices/{id}",
        noun="invoice",
        key="its id (data.id)",
        find=targets.invoice_at,
        write=invoice_object,
        numbers=("id",),
    ),
    ApiRoute(template="/api/v1/invoices", noun="invoices", listing=INVOICES),
    ApiRoute(
        template="/api/v1/usages",
        noun="subscription item",
        key="?subscriptionItemId= and its id (data.items[0].subscriptionItemId)",
        find=targets.item_at,
        write=usage_object,
        parameter="subscriptionItemId",
    ),
    ApiRoute(
        template="/api/v1/session/{customerId}",
        noun="customer",
        key="its id (data.id)",
        find=targets.customer_at,
        write=session_token,
        numbers=("customerId",),
    ),
    ApiRoute(
        template="/api/payment/receipt/{idKey}",
        noun="payment",
        key="the idKey of its order, or its own (data.idKey)",
        find=targets.payment_at,
        write=receipt_object,
    ),
)
