"""Orders: as they are read (OrderV1DTO), as they are made and within an invoice (ProductOrderdto), and in a list."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.amounts import small
from steppay_mock.rest.shapes.buyers import order_customer, shipping_address
from steppay_mock.rest.shapes.order_lines import line_object, line_of_related, price_sold
from steppay_mock.rest.shapes.order_payments import discount_of, payment_part
from steppay_mock.rest.shapes.prices import claim_method_of
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.rest.shapes.subscription_items import subscription_part
from steppay_mock.store.records import Order

Data = dict[str, Any]


def order_object(reading: ApiReading, order: Order) -> Data:
    """An order that is read."""
    related = [_related(reading, one) for one in _siblings(reading, order)]
    return {**order_of_subscription(reading, order), "relatedOrders": related}


def order_of_subscription(reading: ApiReading, order: Order) -> Data:
    """An order within a subscription, which has the other orders beside it.

    So it names no related orders (assumed): else an answer would grow with the square of the number of renewals.
    """
    return {
        "id": order.id,
        **_common(reading, order),
        "payment": payment_part(reading, order, is_v1=True),
        "invoiceId": order.invoice_id,
    }


def order_made(reading: ApiReading, order: Order) -> Data:
    """An order as a call answers that makes one, and within an invoice. It has no ``id``, only ``orderId``."""
    related = [_related(reading, one) for one in _siblings(reading, order)]
    payment = payment_part(reading, order, is_v1=False)
    return {**_common(reading, order), "payment": payment, "relatedOrders": related}


def order_row(reading: ApiReading, order: Order) -> Data:
    """An order in a list."""
    customer = reading.customer(order.customer_id)
    return {
        "id": order.id,
        "customerName": None if customer is None else customer.words.get("name"),
        "type": order.type,
        "productName": order.lines[0].product_name,
        "items": [line_object(reading, line) for line in order.lines],
        "price": small(order.amount),
        "paymentDate": reading.at_or_null(order.paid_at),
        "purchaseDeadline": reading.at_or_null(order.deadline),
        "createdAt": reading.at(order.created_at),
        "modifiedAt": reading.at(order.modified_at),
        "claimMethodType": claim_method_of(price_sold(reading, order)),
        "paidAmount": money(order.amount),
        "returnedAmount": money(order.returned),
        "leftAmount": money(order.left),
    }


def _common(reading: ApiReading, order: Order) -> Data:
    """The fields that both types have."""
    customer = reading.customer(order.customer_id)
    known = [reading.tables.subscriptions[key] for key in order.subscriptions if key in reading.tables.subscriptions]
    parts = [subscription_part(reading, one) for one in known]
    # The subscription that was there before the order. An order of type RECURRING_INITIAL makes its own.
    parent = parts[0] if parts and order.type != "RECURRING_INITIAL" else None
    return {
        "orderId": order.id,
        "orderCode": order.code,
        "type": order.type,
        "paidAmount": money(order.amount),
        "returnedAmount": money(order.returned),
        "leftAmount": money(order.left),
        "discountedAmount": money(discount_of(order)),
        "productName": order.lines[0].product_name,
        "items": [line_object(reading, line) for line in order.lines],
        "customer": None if customer is None else order_customer(reading, customer),
        "paymentDate": reading.at_or_null(order.paid_at),
        "paymentDueDate": reading.at_or_null(order.due_at),
        "purchaseDeadline": reading.at_or_null(order.deadline),
        "shipping": shipping_address(order.shipping),
        "createdAt": reading.at(order.created_at),
        "modifiedAt": reading.at(order.modified_at),
        "orderLogs": [],
        "code": order.code,
        "idKey": order.id_key,
        "subscriptions": parts,
        "parentSubscription": parent,
        "relatedOrders": [],
        "calculateStartDate": None,
        "calculateEndDate": None,
        "childOrders": [],
    }


def _siblings(reading: ApiReading, order: Order) -> list[Order]:
    """The other orders of the subscriptions that the order names, the newest first."""
    found = {one.id: one for key in order.subscriptions for one in reading.orders_of_subscription(key)}
    return [one for one in found.values() if one.id != order.id]


def _related(reading: ApiReading, order: Order) -> Data:
    return {
        "id": order.id,
        "code": order.code,
        "orderType": order.type,
        "productName": order.lines[0].product_name,
        "paidAmount": money(order.amount),
        "items": [line_of_related(reading, order, line) for line in order.lines],
        "createdAt": reading.at(order.created_at),
    }
