"""The actions that each record of the store allows now, with the choices that their fields have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
)
from steppay_mock.sandbox.pages.shown import shown_amount
from steppay_mock.store.customer_cards import cards_of
from steppay_mock.store.lifecycle import INVOICE, SUBSCRIPTION, allowed_actions
from steppay_mock.store.records import Customer, Invoice, Order, Payment, Price, Product, Subscription

if TYPE_CHECKING:
    from steppay_mock.store.store import Store

ShownRecord = Customer | Order | Subscription | Invoice | Payment | Product | Price
"""A record that has a page."""

SHOWN = 50
"""How many records of a kind are listed."""

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
        return self._filled(self._allowed(record), record)

    def of_store(self) -> list[OfferedAction]:
        """What can be made new."""
        return self._filled(list(OF_STORE), None)

    def _allowed(self, record: ShownRecord) -> list[OfferedAction]:
        if isinstance(record, Subscription):
            allowed = allowed_actions(SUBSCRIPTION, record.status)
            return [one for one in OF_SUBSCRIPTIONS if (one.needs in allowed if one.needs else allowed)]
        if isinstance(record, Invoice):
            allowed = allowed_actions(INVOICE, record.status)
            return [one for one in OF_INVOICES if one.needs in allowed]
        if isinstance(record, Payment):
            return []
        allowed = self._store.allowed_for(record)
        if isinstance(record, Order):
            # A paid order that is cancelled is refunded (fact 43): one button is enough.
            return [
                one
                for one in OF_ORDERS
                if one.needs in allowed and not (one.key == "cancel_order" and "refund" in allowed)
            ]
        table = {Customer: OF_CUSTOMERS, Product: OF_PRODUCTS, Price: OF_PRICES}[type(record)]
        return [one for one in table if not one.needs or one.needs in allowed]

    def _filled(self, offers: list[OfferedAction], record: ShownRecord | None) -> list[OfferedAction]:
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
