"""Customers: as they are read (ProductCustomerdto), as they are made (CustomerV1DTO), and in a list."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.coherence.fields import money
from steppay_mock.rest.shapes.buyers import attributes_of, marketing, person, shipping_address
from steppay_mock.rest.shapes.order_lines import price_sold
from steppay_mock.rest.shapes.prices import claim_method_of
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.rest.shapes.subscription_items import item_object
from steppay_mock.store.customer_cards import cards_of
from steppay_mock.store.records import Customer, Order, Subscription

Data = dict[str, Any]

_ENDED = {"CANCELED", "EXPIRED", "INCOMPLETE"}
_HOME = "KR"


def customer_object(reading: ApiReading, customer: Customer) -> Data:
    """A customer who is read, with all orders and subscriptions."""
    words, orders = customer.words, reading.orders_of_customer(customer)
    subscriptions = reading.subscriptions_of_customer(customer)
    return {
        "id": customer.id,
        **person(customer),
        "orderCount": len(orders),
        "totalPurchasedPrice": money(sum(one.left for one in orders if one.paid_at is not None)),
        "shipping": shipping_address(words.get("shipping")),
        "orders": [_order(reading, one) for one in orders],
        "subscriptions": [_subscription(reading, customer, one) for one in subscriptions],
        "paymentMethods": _payment_methods(reading, customer),
        "code": customer.code,
        **marketing(customer),
        "attributes": attributes_of(customer),
        "createdAt": reading.at(words["createdAt"]),
        "additionalRecipients": list(words.get("additionalRecipients") or ()),
    }


def customer_made(reading: ApiReading, customer: Customer) -> Data:
    """A customer as a call answers that makes or changes one: nine fields (observed)."""
    words = customer.words
    return {
        "id": customer.id,
        "name": words.get("name"),
        "email": words.get("email"),
        "phone": words.get("phone"),
        "code": customer.code,
        **marketing(customer),
        "createdAt": reading.at(words["createdAt"]),
    }


def customer_row(reading: ApiReading, customer: Customer) -> Data:
    """A customer in a list."""
    words, subscriptions = customer.words, reading.subscriptions_of_customer(customer)
    return {
        "id": customer.id,
        "code": customer.code,
        **person(customer),
        "orderCount": len(reading.orders_of_customer(customer)),
        "activeSubscriptionCount": sum(1 for one in subscriptions if one.status not in _ENDED),
        "paymentMethods": _payment_methods(reading, customer),
        **marketing(customer),
        "createdAt": reading.at(words["createdAt"]),
        "dormantAt": None,
        "customFields": attributes_of(customer),
        "countryCode": (words.get("shipping") or {}).get("countryCode") or _HOME,
    }


def session_token(reading: ApiReading, customer: Customer) -> str:
    """The token of a customer's session."""
    return reading.token("session", customer.id)


def _order(reading: ApiReading, order: Order) -> Data:
    return {
        "id": order.id,
        "type": order.type,
        "productName": order.lines[0].product_name,
        "amount": money(order.amount),
        "claimMethodType": claim_method_of(price_sold(reading, order)),
        "createdAt": reading.at(order.created_at),
    }


def _subscription(reading: ApiReading, customer: Customer, subscription: Subscription) -> Data:
    return {
        "id": subscription.id,
        "code": reading.code("subscription", subscription.id),
        "nextPaymentDateTime": reading.at_or_null(subscription.next_at),
        "items": [item_object(reading, item) for item in subscription.items],
        "status": subscription.status,
        "recurring": {"interval": subscription.unit, "intervalCount": subscription.count},
        "paymentMethod": _method(reading, customer, subscription.card),
        "endDate": reading.at_or_null(subscription.end_at),
        "lastPaymentDateTime": reading.at_or_null(subscription.paid_at),
    }


def _payment_methods(reading: ApiReading, customer: Customer) -> list[Data]:
    """The cards and accounts that the customer has."""
    return [_method(reading, customer, card) for card in cards_of(reading.tables, customer.id)]


def method_number(reading: ApiReading, customer: Customer, card: str) -> int:
    """The number of a card or account of the customer."""
    return reading.number("payment method", customer.id, card)


def _method(reading: ApiReading, customer: Customer, card: str) -> Data:
    return {"id": method_number(reading, customer, card), "paymentInfo": card}
