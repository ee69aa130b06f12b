"""The tables of a store: its current records by kind and key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from steppay_mock.store.log import LogEntry
from steppay_mock.store.record_data import data_of
from steppay_mock.store.records import (
    Customer,
    Invoice,
    Key,
    Message,
    Order,
    Payment,
    Price,
    Product,
    Record,
    Subscription,
    Usage,
)

State = dict[str, dict[Any, dict[str, Any]]]
"""Plain data: by kind, then by id or code, the object as a webhook has it, with its null fields."""


@dataclass(slots=True)
class Tables:
    """The current records."""

    customers: dict[int, Customer] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    prices: dict[str, Price] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    payments: dict[int, Payment] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    usage: dict[int, Usage] = field(default_factory=dict)
    former: dict[tuple[str, Key], Record] = field(default_factory=dict)
    """Deleted records by table and key: orders and subscriptions still name their customer, product and price."""
    removed_cards: set[tuple[int, str]] = field(default_factory=set)
    """The ids of customers with cards that they no longer have. No event tells of it."""

    def put(self, record: Record) -> None:
        """Add the record, or replace the one with its key. Usage is removed where a count begins anew (fact 26)."""
        if isinstance(record, Message):
            return
        table: dict[Key, Any] = getattr(self, record.table)
        before = table.get(record.key)
        table[record.key] = record
        if isinstance(record, Subscription) and before is not None and self.usage:
            self._forget_usage(record, before)
        if isinstance(record, Product):
            self.prices.update((price.code, price) for price in record.prices)
        elif isinstance(record, Price):
            self._update_product(record, before)

    def drop(self, record: Record) -> None:
        """Remove the record, and the prices of a product. They are :attr:`former` records then."""
        getattr(self, record.table).pop(record.key, None)
        self.former[record.table, record.key] = record
        if isinstance(record, Product):
            for price in record.prices:
                self.prices.pop(price.code, None)
                self.former[price.table, price.code] = price
        if isinstance(record, Price) and record.product_code in self.products:
            product = self.products[record.product_code]
            self.products[product.code] = _with_prices(
                product, (one for one in product.prices if one.key != record.key)
            )

    def follow(self, entries: Iterable[LogEntry]) -> None:
        """Apply the events of these log entries."""
        for entry in entries:
            if entry.event_type.endswith(".deleted"):
                self.drop(entry.record)
            else:
                self.put(entry.record)

    def plain(self) -> State:
        """All records as plain data. Products come without their prices, which have their own table."""
        state: State = {
            one.name: {key: data_of(record) for key, record in getattr(self, one.name).items()}
            for one in fields(self)
            if one.name not in {"former", "removed_cards"}
        }
        for product in state["products"].values():
            del product["prices"]
        state["usage"] = {
            key: {name: usage[name] for name in ("accumulatedRecord", "accumulatedQuota")}
            for key, usage in state["usage"].items()
        }
        return state

    def _forget_usage(self, after: Subscription, before: Subscription) -> None:
        """Remove usage when a new period starts, but not seats; and seats when the plan counts in another way."""
        is_new_period = before.period.start != after.period.start
        if not is_new_period and before.items is after.items:
            return
        old = {item.id: item.price for item in before.items}
        for number in old.keys() - {item.id for item in after.items}:
            self.usage.pop(number, None)
        for item in after.items:
            new = item.price
            was = old.get(item.id, new)
            if new.counts_seats or was.counts_seats:
                begins = (new.billing, new.is_postpaid) != (was.billing, was.is_postpaid)
            else:
                begins = is_new_period
            if begins:
                self.usage.pop(item.id, None)

    def _update_product(self, price: Price, before: Price | None) -> None:
        """Update the price in the product's list of prices."""
        product = self.products.get(price.product_code)
        if product is None:
            return
        kept = [price if one.code == price.code else one for one in product.prices]
        self.products[product.code] = _with_prices(product, kept if before in product.prices else [*kept, price])


def _with_prices(product: Product, prices: Iterable[Price]) -> Product:
    return replace(product, prices=tuple(prices))
