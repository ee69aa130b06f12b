"""Receipts of payments. No type is published: the names of the fields are those of documents and public code."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.order_payments import card_number, discount_of
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Payment


def receipt_object(reading: ApiReading, payment: Payment) -> dict[str, Any]:
    """The receipt of a payment."""
    order = reading.tables.orders.get(payment.order_id)
    return {
        "paymentStatus": payment.status,
        "paymentDate": reading.at_or_null(payment.paid_at),
        "partnerOrderId": str(payment.order_id),
        "partnerUserId": str(payment.customer_id),
        "amount": money(payment.amount),
        "discount": 0 if order is None else money(discount_of(order)),
        "cardNumber": card_number(reading, payment),
        "paymentGateway": payment.gateway,
    }
