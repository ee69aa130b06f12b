"""The event types that StepPay documents, the object that each carries, and their groups such as ``payment.*``.

The members of ``EventType`` are written out so that editors and type checkers know them. A test holds them equal to the
files of ``schemas/events``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from steppay_mock.contract.schemas import load_schema
from steppay_mock.errors import SteppayMockError, choices, did_you_mean


class EventType(StrEnum):
    """The event types that StepPay documents for webhook v2."""

    ORDER_CREATED = "order.created"
    ORDER_UPDATED = "order.updated"
    ORDER_PAYMENT_COMPLETED = "order.payment_completed"
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_UPDATED = "subscription.updated"
    SUBSCRIPTION_PAYMENT_DUE_NOTIFICATION = "subscription.payment_due_notification"
    SUBSCRIPTION_USAGE_ADDED = "subscription.usage.added"
    INVOICE_CREATED = "invoice.created"
    INVOICE_UPDATED = "invoice.updated"
    INVOICE_DELETED = "invoice.deleted"
    PAYMENT_COMPLETED = "payment.completed"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_CANCELED = "payment.canceled"
    PAYMENT_STANDBY = "payment.standby"
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_DELETED = "customer.deleted"
    PRODUCT_CREATED = "product.created"
    PRODUCT_UPDATED = "product.updated"
    PRODUCT_DELETED = "product.deleted"
    PRODUCT_PRICE_CREATED = "product.price.created"
    PRODUCT_PRICE_UPDATED = "product.price.updated"
    PRODUCT_PRICE_DELETED = "product.price.deleted"
    COVER_SENT_MESSAGE = "cover.sent_message"
    COVER_DELAYED_MESSAGE = "cover.delayed_message"
    COVER_CHANGED_PAYMENT_DATE = "cover.changed_payment_date"
    COVER_PAUSED = "cover.paused"


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One event type of the catalogue, read from its schema."""

    event_type: EventType
    object_name: str
    title: str
    title_ko: str


@cache
def catalogue() -> dict[EventType, CatalogueEntry]:
    """Every event type with the object it carries and its titles, in the vendor's order."""
    return {event_type: _entry(event_type) for event_type in EventType}


def parse_event_type(name: object) -> EventType:
    """The event type of that name; an unknown one is a :class:`SteppayMockError` that names the nearest."""
    try:
        return EventType(str(name))
    except ValueError:
        raise SteppayMockError(
            f"There is no event type {str(name)!r}.{did_you_mean(name, EventType)} `steppay-mock events` lists all "
            f"{len(EventType)}."
        ) from None


@cache
def event_groups() -> dict[str, tuple[EventType, ...]]:
    """The event types of each group such as ``payment.*``, in the vendor's order."""
    groups: dict[str, list[EventType]] = {}
    for event_type in EventType:
        parts = event_type.split(".")
        for length in range(1, len(parts)):
            groups.setdefault(".".join([*parts[:length], "*"]), []).append(event_type)
    return {name: tuple(found) for name, found in groups.items()}


def parse_event_types(names: Iterable[object]) -> tuple[EventType, ...]:
    """The event types of these names, each once; ``payment.*`` is all that begin with ``payment.``.

    An unknown name is a :class:`SteppayMockError` that names the nearest.
    """
    groups = event_groups()
    found: dict[EventType, None] = {}
    for name in names:
        if isinstance(name, str) and name.endswith("*"):
            if name not in groups:
                raise SteppayMockError(
                    f"No event type matches {name!r}.{did_you_mean(name, groups)} Write one of {choices(groups)}."
                )
            found.update(dict.fromkeys(groups[name]))
        else:
            found[parse_event_type(name)] = None
    return tuple(found)


def _entry(event_type: EventType) -> CatalogueEntry:
    # The title of an event's schema is "English title (한국어 제목)".
    schema = load_schema(f"events/{event_type}.schema.json")
    title, _, korean = schema["title"].rstrip(")").partition(" (")
    object_file = schema["properties"]["data"]["$ref"].rpartition("/")[2]
    return CatalogueEntry(event_type, object_file.removesuffix(".schema.json"), title, korean)
