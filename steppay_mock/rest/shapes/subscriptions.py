"""Subscriptions: as they are read (SubscriptionV1DTO), and in a list.

The type of a subscription within an order has no orders. So the orders within a subscription can be as they are read on
their own, with their subscriptions; they are without related orders (assumed).
"""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.shapes.buyers import shipping_address, subscription_customer
from steppay_mock.rest.shapes.orders import order_of_subscription
from steppay_mock.rest.shapes.prices import price_object
from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.rest.shapes.subscription_items import item_object, payment_method
from steppay_mock.store.records import Customer, Period, Subscription

Data = dict[str, Any]

_CANCELLED = {"CANCELED", "PENDING_CANCEL"}


def subscription_object(reading: ApiReading, subscription: Subscription) -> Data:
    """A subscription that is read, with all its orders."""
    parent = reading.tables.orders.get(subscription.order_id)
    orders = [one for one in reading.orders_of_subscription(subscription.id) if one.id != subscription.order_id]
    return {
        "id": subscription.id,
        "status": subscription.status,
        "price": price_object(reading, subscription.items[0].price),
        "startDate": reading.at(subscription.created_at),
        "trialPeriod": None if subscription.trial is None else _period(reading, subscription.trial),
        "lastPaymentDate": reading.at_or_null(subscription.paid_at),
        "nextPaymentDate": reading.at_or_null(subscription.next_at),
        "endDate": reading.at_or_null(subscription.end_at),
        "parentOrder": None if parent is None else order_of_subscription(reading, parent),
        "items": [item_object(reading, item) for item in subscription.items],
        "customer": subscription_customer(reading, _owner(reading, subscription)),
        "relatedOrders": [order_of_subscription(reading, one) for one in orders],
        "pausedDateTime": reading.at_or_null(subscription.paused_at),
        "interval": subscription.unit,
        "intervalCount": subscription.count,
        "paymentMethod": payment_method(subscription),
        "originNextPaymentDate": reading.at_or_null(subscription.origin_next_at),
        "shipping": None if parent is None else shipping_address(parent.shipping),
        "canceledVia": "MANAGER" if subscription.status in _CANCELLED else None,
        "recurringCount": subscription.recurring_count,
        "currentPeriod": _period(reading, subscription.period),
    }


def subscription_row(reading: ApiReading, subscription: Subscription) -> Data:
    """A subscription in a list."""
    is_expired = subscription.status == "EXPIRED"
    return {
        "id": subscription.id,
        "status": subscription.status,
        "customerName": _owner(reading, subscription).words.get("name") or "",
        "productName": subscription.items[0].product_name,
        "price": price_object(reading, subscription.items[0].price),
        "items": [item_object(reading, item) for item in subscription.items],
        "startDateTime": reading.at(subscription.created_at),
        "lastPaymentDateTime": reading.at(subscription.paid_at or subscription.created_at),
        "nextPaymentDateTime": reading.at_or_null(subscription.next_at),
        "expiredDateTime": reading.at_or_null(subscription.end_at if is_expired else subscription.expires_at),
        "pausedDateTime": reading.at_or_null(subscription.paused_at),
        "interval": subscription.unit,
        "intervalCount": subscription.count,
        "paymentMethod": payment_method(subscription),
        "endDate": reading.at_or_null(subscription.end_at),
    }


def _owner(reading: ApiReading, subscription: Subscription) -> Customer:
    found = reading.customer(subscription.customer_id)
    assert found is not None  # noqa: S101 - a customer who is deleted is kept among the former ones
    return found


def _period(reading: ApiReading, period: Period) -> Data:
    return {"startDateTime": reading.at(period.start), "endDateTime": reading.at(period.end)}
