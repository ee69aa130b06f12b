"""Invoices: as they are read (InvoiceDTO), in a list, and the numbers that stand beside the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.amounts import whole
from steppay_mock.rest.shapes.customers import customer_object
from steppay_mock.rest.shapes.orders import order_made
from steppay_mock.rest.shapes.products import merchant_uuid
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.actions.new_orders import amount_of
from steppay_mock.store.records import Invoice, Order

Data = dict[str, Any]

_COUNTS = {
    "reservationCount": "RESERVATION",
    "sendCount": "SENT",
    "paidCount": "PAID",
    "overdueCount": "OVER_DUE",
}


def invoice_object(reading: ApiReading, invoice: Invoice) -> Data:
    """An invoice that is read, with its customer and its order."""
    customer, order = reading.customer(invoice.customer_id), _order_of(reading, invoice)
    return {
        "id": invoice.id,
        "status": invoice.status,
        "customer": None if customer is None else customer_object(reading, customer),
        "publishType": "NOW" if invoice.reserved_at is None else "RESERVATION",
        "order": None if order is None else order_made(reading, order),
        "purchaseDeadline": reading.at(invoice.deadline),
        "publishMethod": list(invoice.channels),
        "discount": whole(invoice.discount),
        "memoToCustomer": invoice.memo,
        "reservationAt": reading.at_or_null(invoice.reserved_at),
        "deletedAt": reading.at_or_null(invoice.deleted_at),
    }


def invoice_row(reading: ApiReading, invoice: Invoice) -> Data:
    """An invoice in a list. Before it is sent it has no order: its orderCode, which cannot be null, is empty then."""
    customer, order = reading.customer(invoice.customer_id), _order_of(reading, invoice)
    sold = invoice.basket.prices[0]
    product = reading.product(sold.product_code)
    return {
        "id": invoice.id,
        "createdAt": reading.at(invoice.created_at),
        "orderCode": invoice.order_code or "",
        "customerName": None if customer is None else customer.words.get("name"),
        "productName": order.lines[0].product_name if order else product and product.name,
        "orderType": "RECURRING_INITIAL" if sold.recurs else "ONE_TIME",
        "price": money(amount_of(invoice.basket) if order is None else order.amount),
        "status": invoice.status,
        "paymentDate": None if order is None else reading.at_or_null(order.paid_at),
        "purchaseDeadline": reading.at(invoice.deadline),
        "vendorUUID": merchant_uuid(reading),
        "parentVendorUUID": None,
        "reservationAt": reading.at_or_null(invoice.reserved_at),
        "productCountryCode": "KR",
        "productCurrencyCode": reading.store.currency,
    }


def _order_of(reading: ApiReading, invoice: Invoice) -> Order | None:
    return None if invoice.order_id is None else reading.tables.orders.get(invoice.order_id)


def invoice_counts(statuses: Iterable[str]) -> Data:
    """How many invoices there are of each status that StepPay counts."""
    found = Counter(statuses)
    return {name: found[status] for name, status in _COUNTS.items()}
