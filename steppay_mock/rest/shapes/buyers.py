"""Customers within an order, a subscription or a payment: OrderCustomerDTO, SubscriptionCustomerV1DTO, Shipping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steppay_mock.rest.shapes.reading import ApiReading
from steppay_mock.store.records import Customer, MarketingChannel

Data = dict[str, Any]

_REQUIRED = ("name", "phone", "postcode", "address1", "address2")
_FURTHER = ("state", "city", "countryCode")
_PERSON = ("username", "name", "email", "phone")
MARKETING: dict[str, MarketingChannel] = {"marketingSms": "SMS", "marketingEmail": "EMAIL", "marketingKakao": "KAKAO"}
"""The ways of advertising by the names of their fields."""


def order_customer(reading: ApiReading, customer: Customer) -> Data:
    """The customer of an order."""
    return {**subscription_customer(reading, customer), "createdAt": reading.at(customer.words["createdAt"])}


def subscription_customer(reading: ApiReading, customer: Customer) -> Data:
    """The customer of a subscription."""
    words = customer.words
    return {
        "id": customer.id,
        "uuid": reading.uuid("customer", customer.id),
        "code": customer.code,
        **person(customer),
        "shipping": shipping_address(words.get("shipping")),
        **marketing(customer),
        "attributes": attributes_of(customer),
    }


def person(customer: Customer) -> Data:
    """Who the customer is. None is dormant."""
    return {"status": "NORMAL", **{name: customer.words.get(name) for name in _PERSON}}


def payer(words: Mapping[str, Any]) -> Data:
    """Who paid: OrderCustomerV1DTO."""
    return {"name": words.get("userName"), "email": words.get("email"), "phone": words.get("phone")}


def shipping_address(words: Mapping[str, Any] | None) -> Data | None:
    """Where goods go; None if nobody said."""
    if words is None:
        return None
    return {name: words.get(name) or "" for name in _REQUIRED} | {name: words.get(name) for name in _FURTHER}


def attributes_of(customer: Customer) -> Data:
    """The merchant's own attributes of a customer."""
    return dict(customer.words.get("attributes") or {})


def marketing(customer: Customer) -> Data:
    """What the customer agreed to."""
    return {name: channel in customer.marketing for name, channel in MARKETING.items()}
