"""The records of a store: one frozen dataclass for each kind of thing.

An action never changes a record; it makes a new one. So an event in the log can hold its record, and still reads the
same after later actions. :mod:`steppay_mock.store.record_data` writes a record as the ``data`` of a webhook.
All datetimes are UTC without a zone (fact 10).
"""

from __future__ import annotations

from steppay_mock.store.records.customers_and_products import Customer, Key, MarketingChannel, Price, Product, Words
from steppay_mock.store.records.orders import Basket, Debit, Invoice, Order, OrderLine, Payment, VirtualAccount
from steppay_mock.store.records.subscriptions import Item, Message, Period, Subscription, Usage, UsageEntry, Via

__all__ = [
    "Basket",
    "Customer",
    "Debit",
    "Invoice",
    "Item",
    "Key",
    "MarketingChannel",
    "Message",
    "Order",
    "OrderLine",
    "Payment",
    "Period",
    "Price",
    "Product",
    "Record",
    "Subscription",
    "Usage",
    "UsageEntry",
    "Via",
    "VirtualAccount",
    "Words",
    "owner_of",
]

Record = Customer | Product | Price | Order | Payment | Subscription | Invoice | Usage | Message


def owner_of(record: Record) -> int | None:
    """The id of the customer to whom the record belongs; None for products and prices."""
    if isinstance(record, Product | Price):
        return None
    return record.id if isinstance(record, Customer) else record.customer_id
