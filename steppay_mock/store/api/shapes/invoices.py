"""Invoices: as they are read (InvoiceDTO), in a list, and the numbers that stand beside the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from steppay_mock.store.api.shapes.amounts import decimal, whole
from steppay_mock.store.api.shapes.customers import customer_object
from steppay_mock.store.api.shapes.orders import order_made
from steppay_mock.store.api.shapes.products import merchant_uuid
from steppay_mock.store.api.shapes.reading import ApiReading
from steppay_mock.store.records import Invoice

Data = dict[str, Any]

_COUNTS = {
    "reservationCount": "RESERVATION",
    "sendCount": "SENT",
    "paidCount": "PAID",
    "overdueCount": "OVER_DUE",
}


def invoice_object(reading: ApiReading, invoice: Invoice) -> Data:
    """An invoice that is read, with its customer and its order."""
    customer, order = reading.customer(invoice.customer_id), reading.tables.orders.get(invoice.order_id)
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
    """An invoice in a list."""
    customer, order = reading.customer(invoice.customer_id), reading.tables.orders[invoice.order_id]
    return {
        "id": invoice.id,
        "createdAt": reading.at(order.created_at),
        "orderCode": invoice.order_code,
        "customerName": None if customer is None else customer.words.get("name"),
        "productName": order.lines[0].product_name,
        "orderType": order.type,
        "price": decimal(order.amount),
        "status": invoice.status,
        "paymentDate": reading.at_or_null(order.paid_at),
        "purchaseDeadline": reading.at(invoice.deadline),
        "vendorUUID": merchant_uuid(reading),
        "parentVendorUUID": None,
        "reservationAt": reading.at_or_null(invoice.reserved_at),
        "productCountryCode": "KR",
        "productCurrencyCode": reading.store.currency,
    }


def invoice_counts(statuses: Iterable[str]) -> Data:
    """How many invoices there are of each status that StepPay counts."""
    found = Counter(statuses)
    return {name: found[status] for name, status in _COUNTS.items()}
