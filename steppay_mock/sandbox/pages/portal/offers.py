"""The actions that each record of the store allows now, with the choices that their fields have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steppay_mock.sandbox.pages.portal.forms import FieldChoice, FormField, Source
from steppay_mock.sandbox.pages.portal.offered import (
    OF_CUSTOMERS,
    OF_INVOICES,
    OF_ORDERS,
    OF_PRICES,
    OF_PRODUCTS,
    OF_STORE,
    OF_SUBSCRIPTIONS,
    Noun,
    OfferedAction,
    OfferGroup,
    grouped,
)
from steppay_mock.sandbox.pages.shown import shown_amount
from steppay_mock.store.customer_cards import cards_of
from steppay_mock.store.records import Customer, Invoice, Order, Payment, Price, Product, Subscription

if TYPE_CHECKING:
    from steppay_mock.store.store import Store

ShownRecord = Customer | Order | Subscription | Invoice | Payment | Product | Price
"""A record that has a page."""

SHOWN = 50
"""How many records of a kind are listed."""

_FEW = 20
"""How many choices a field has in a list: the page of the record has all."""

_TABLES: dict[type[ShownRecord], tuple[OfferedAction, ...]] = {
    Customer: OF_CUSTOMERS,
    Order: OF_ORDERS,
    Subscription: OF_SUBSCRIPTIONS,
    Invoice: OF_INVOICES,
    Payment: (),
    Product: OF_PRODUCTS,
    Price: OF_PRICES,
}
_NOUNS: dict[Noun, str] = {
    "customer": "customers",
    "order": "orders",
    "subscription": "subscriptions",
    "invoice": "invoices",
    "payment": "payments",
    "product": "products",
    "price": "prices",
}


class Offers:
    """What can be done in a store at this moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        names = {price.code: product.name for product in store.products for price in product.prices}
        self._prices = tuple(
            FieldChoice(
                value=one.code,
                text=f"{names.get(one.code, '')} · {shown_amount(one.amount, store.currency)} · {one.code}",
            )
            for one in store.prices
        )

    def of(self, record: ShownRecord) -> list[OfferedAction]:
        """The actions that the record allows now."""
        return self._filled(self._allowed(_TABLES[type(record)], record), record)

    def quick(self, record: ShownRecord) -> list[OfferGroup]:
        """The forms that a list has for the record, each with the fields that it must have, and few choices."""
        few = [
            replace(one, fields=tuple(each for each in one.fields if each.is_required))
            for one in _TABLES[type(record)]
            if one.is_quick
        ]
        found = self._filled(self._allowed(few, record), record)
        return grouped(
            replace(one, fields=tuple(replace(each, choices=each.choices[:_FEW]) for each in one.fields))
            for one in found
        )

    def of_store(self) -> list[OfferedAction]:
        """What can be made new."""
        return self._filled(OF_STORE, None)

    def _allowed(self, offers: Sequence[OfferedAction], record: ShownRecord) -> list[OfferedAction]:
        """Those of the offers that the state of the record allows; it is looked at only if one needs it."""
        if isinstance(record, Payment) or not any(one.needs for one in offers):
            return list(offers)
        if isinstance(record, Subscription | Invoice):
            allowed = self._store.allowed_transitions(record)
            return [one for one in offers if (one.needs in allowed if one.needs else allowed)]
        allowed = self._store.allowed_for(record)
        if "refund" in allowed:  # a paid order that is cancelled is refunded (fact 43): one button is enough
            allowed = tuple(one for one in allowed if one != "cancel_order")
        return [one for one in offers if not one.needs or one.needs in allowed]

    def _filled(self, offers: Iterable[OfferedAction], record: ShownRecord | None) -> list[OfferedAction]:
        """The offers with the choices and the present values in their fields, without those that have no choice."""
        values = {} if record is None else _values_of(record)
        found = []
        for one in offers:
            fields = [self._field(each, record, values) for each in one.fields]
            if all(each.is_possible for each in fields if each.is_required):
                found.append(replace(one, fields=tuple(each for each in fields if each.is_possible)))
        return found

    def _field(self, field: FormField, record: ShownRecord | None, values: Mapping[str, Any]) -> FormField:
        known = values.get(field.name)
        value = field.value if known is None else str(known)
        choices = field.choices if field.source is None else self._choices(field.source, record)
        return replace(field, value=value, choices=choices)

    def _choices(self, source: Source, record: ShownRecord | None) -> tuple[FieldChoice, ...]:
        store = self._store
        if source == "prices":
            return self._prices
        if source == "customers":
            return tuple(
                FieldChoice(value=str(one.id), text=f"{one.id} · {one.words.get('name') or ''}")
                for one in store.customers[: -SHOWN - 1 : -1]
            )
        if source == "cards" and isinstance(record, Customer):
            tables = store.tables_at(len(store.events))
            return tuple(FieldChoice(value=one, text=one) for one in cards_of(tables, record.id))
        items = record.items if isinstance(record, Subscription) else ()
        return tuple(
            FieldChoice(value=str(one.id), text=f"{one.id} · {one.product_name} · {one.price.code} × {one.quantity}")
            for one in items
            if source == "items" or one.price.is_metered
        )


def find_record(store: Store, noun: str, key: int | str) -> ShownRecord | None:
    """The record of this noun and key; None if there is none."""
    found: ShownRecord | None = next((one for one in getattr(store, _NOUNS[noun]) if one.key == key), None)  # type: ignore[index]
    return found


def _values_of(record: ShownRecord) -> dict[str, Any]:
    """What the fields of its forms say now, by their names; None of what it does not have."""
    reader = _VALUES.get(type(record))
    found: dict[str, Any] = {} if reader is None else reader(record)
    return found


_VALUES: dict[type[ShownRecord], Callable[[Any], dict[str, Any]]] = {
    Order: lambda order: {"amount": order.left},
    Subscription: lambda subscription: {"quantity": subscription.items[0].quantity},
    Invoice: lambda invoice: {
        "quantity": invoice.basket.quantity,
        "discount": invoice.discount,
        "memo": invoice.memo,
        "days_to_pay": (invoice.deadline - invoice.created_at).days,
    },
    Customer: lambda customer: {name: customer.words.get(name) for name in ("name", "email", "phone")},
    Product: lambda product: {"name": product.name, "status": product.status, "stock": product.stock},
    Price: lambda price: {"amount": price.amount, "name": (price.words.get("plan") or {}).get("name")},
}
