"""What does a store remember? One frozen record for each thing, in the store's own words.

A change makes a new record and leaves the old one as it was, so that what an event was about stays true. How a record
is written in a webhook is the business of :mod:`steppay_mock.store.shapes`. Moments are UTC without a zone (fact 10).
"""

from __future__ import annotations

from steppay_mock.store.records.catalogue import Price, Product
from steppay_mock.store.records.customers import Customer
from steppay_mock.store.records.invoices import Invoice
from steppay_mock.store.records.messages import Message
from steppay_mock.store.records.orders import Basket, Line, Order
from steppay_mock.store.records.payments import Debit, Payment, VirtualAccount
from steppay_mock.store.records.subscriptions import Item, Period, Subscription
from steppay_mock.store.records.usage import Usage, UsageEntry, Via
from steppay_mock.store.records.words import Key, Words

__all__ = [
    "Basket",
    "Customer",
    "Debit",
    "Invoice",
    "Item",
    "Key",
    "Line",
    "Message",
    "Order",
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
    """The id of the customer whom the record is about; None for products and prices."""
    if isinstance(record, Product | Price):
        return None
    return record.id if isinstance(record, Customer) else record.customer_id
