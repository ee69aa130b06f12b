"""The lists of the REST API: which records they have, and how these are chosen, sorted and cut into pages (fact 39)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from steppay_mock.contract.rest_calls import INVOICE_STATUSES
from steppay_mock.rest.query import Query, choice_in, moment_in, number_in, page_in, values_of
from steppay_mock.rest.shapes.customers import customer_row
from steppay_mock.rest.shapes.invoices import invoice_counts, invoice_row
from steppay_mock.rest.shapes.orders import order_row
from steppay_mock.rest.shapes.pages import page_object
from steppay_mock.rest.shapes.products import category_ids, product_row
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.rest.shapes.subscriptions import subscription_row
from steppay_mock.store.records import Customer, Order, Product, Subscription
from steppay_mock.store.tables import Tables

Data = dict[str, Any]
Listed = tuple[ApiReading, Any]
"""A record, with the reading of its store."""
Keep = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiList:
    """A list: its records, and what a caller can ask of it."""

    records: Callable[[Tables], Iterable[Any]]
    write: Callable[[ApiReading, Any], Data]
    sorts: Mapping[str, Callable[[ApiReading, Any], Any]]
    """The value of a record by the name of the field. Every list can be sorted by createdAt."""
    words: Callable[[Any], Iterable[str | None]] | None = None
    """The texts in which ``keyword`` is searched; None: the list has no keyword."""
    filters: Callable[[Query], list[Keep]] = field(default=lambda _query: [])
    wrap: Callable[[Data, list[Listed]], Data] = field(default=lambda page, _all: page)
    """What is answered with the page, and with all records of the list."""

    def answer(self, listed: list[Listed], query: Query) -> Data:
        """The page that the query asks for. WrongQueryError for a value that no parameter can have."""
        page = page_in(query, tuple(self.sorts))
        since, until = moment_in(query, "startDate"), moment_in(query, "endDate")
        is_any_time = since is None and until is None
        keeps = [*self.filters(query), *self._keyword(query)]
        created = self.sorts["createdAt"]
        chosen = [
            (reading, record)
            for reading, record in listed
            if (is_any_time or _is_between(created(reading, record), since, until))
            and all(keep(record) for keep in keeps)
        ]
        value = self.sorts[page.sort]
        keyed = [(_sortable(value(reading, one), one.key), (reading, one)) for reading, one in chosen]
        keyed.sort(key=itemgetter(0), reverse=not page.is_ascending)
        first = page.number * page.size
        content = [self.write(reading, one) for _, (reading, one) in keyed[first : first + page.size]]
        return self.wrap(page_object(content, number=page.number, size=page.size, total=len(chosen)), listed)

    def _keyword(self, query: Query) -> list[Keep]:
        wanted, words = query.get("keyword"), self.words
        if not wanted or words is None:
            return []
        return [lambda record: any(wanted.casefold() in (text or "").casefold() for text in words(record))]


def _sortable(value: Any, key: Any) -> tuple[bool, Any, Any]:
    """Null before all values; equal values by id or code, so that each record is on exactly one page."""
    return (value is not None, value if value is not None else "", key)


def _is_between(moment: str, since: datetime | None, until: datetime | None) -> bool:
    """Whether the moment, in whole seconds as the caller sees it, is within the two, both included (assumed)."""
    seen = datetime.fromisoformat(moment)
    return (since is None or since <= seen) and (until is None or seen <= until)


def _words_at(name: str) -> Callable[[ApiReading, Any], Any]:
    return lambda reading, record: reading.at_or_null(record.words.get(name))


def _words_text(name: str) -> Callable[[ApiReading, Any], Any]:
    return lambda _reading, record: record.words.get(name)


def _attribute_at(name: str) -> Callable[[ApiReading, Any], Any]:
    return lambda reading, record: reading.at_or_null(getattr(record, name))


def _id(_reading: ApiReading, record: Any) -> int:
    return int(record.id)


def _product_filters(query: Query) -> list[Keep]:
    status, category = choice_in(query, "status", values_of("ProductStatus")), number_in(query, "categoryId")
    keeps: list[Keep] = []
    if status is not None:
        keeps.append(lambda product: product.words["status"] == status)
    if category is not None:
        keeps.append(lambda product: category in category_ids(product))
    return keeps


def _order_filters(query: Query) -> list[Keep]:
    status = choice_in(query, "status", values_of("OrderItemStatus"))
    kind = choice_in(query, "type", values_of("OrderType"))
    keeps: list[Keep] = []
    if status is not None:
        keeps.append(lambda order: any(line.status == status for line in order.lines))
    if kind is not None:
        keeps.append(lambda order: order.type == kind)
    return keeps


def _invoice_filters(query: Query) -> list[Keep]:
    word = choice_in(query, "status", tuple(INVOICE_STATUSES))
    return [] if word is None else [lambda invoice: invoice.status == INVOICE_STATUSES[word]]


def _invoice_answer(page: Data, every: list[Listed]) -> Data:
    return {**invoice_counts(invoice.status for _, invoice in every), "invoiceList": page}


def _customer_words(customer: Customer) -> Iterable[str | None]:
    return (customer.code, *(customer.words.get(name) for name in ("name", "username", "email", "phone")))


def _order_words(order: Order) -> Iterable[str | None]:
    return (order.code, order.lines[0].product_name)


def _product_words(product: Product) -> Iterable[str | None]:
    return (product.code, product.name)


def _subscription_created(reading: ApiReading, subscription: Subscription) -> str:
    return reading.at(subscription.created_at)


CUSTOMERS = ApiList(
    records=lambda tables: tables.customers.values(),
    write=customer_row,
    sorts={"createdAt": _words_at("createdAt"), "id": _id, "name": _words_text("name")},
    words=_customer_words,
)
ORDERS = ApiList(
    records=lambda tables: tables.orders.values(),
    write=order_row,
    sorts={
        "createdAt": _attribute_at("created_at"),
        "id": _id,
        "modifiedAt": _attribute_at("modified_at"),
        "paymentDate": _attribute_at("paid_at"),
    },
    words=_order_words,
    filters=_order_filters,
)
PRODUCTS = ApiList(
    records=lambda tables: tables.products.values(),
    write=product_row,
    sorts={
        "createdAt": _words_at("createdAt"),
        "id": _id,
        "modifiedAt": _words_at("modifiedAt"),
        "name": _words_text("name"),
    },
    words=_product_words,
    filters=_product_filters,
)
SUBSCRIPTIONS = ApiList(
    records=lambda tables: tables.subscriptions.values(),
    write=subscription_row,
    sorts={"createdAt": _subscription_created, "id": _id, "nextPaymentDateTime": _attribute_at("next_at")},
)
INVOICES = ApiList(
    records=lambda tables: tables.invoices.values(),
    write=invoice_row,
    sorts={"createdAt": _attribute_at("created_at"), "id": _id, "purchaseDeadline": _attribute_at("deadline")},
    filters=_invoice_filters,
    wrap=_invoice_answer,
)
