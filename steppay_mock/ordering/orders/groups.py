"""The events of each customer of a story, and the orders in which the events of two customers may be mixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from steppay_mock.ordering.orders.course import Course
from steppay_mock.payload.event import Event


def customers_of(events: Sequence[Event]) -> list[str | None]:
    """Whom each event is about; None where that is nobody, such as for products.

    Usage names the item of a subscription alone, and that is found by the subscription's other events.
    """
    owners: dict[Any, str] = {}
    for event in events:
        owner = _named(event)
        for item in event.data.get("items") or () if owner is not None else ():
            if isinstance(item, Mapping) and "subscriptionItemId" in item:
                owners[item["subscriptionItemId"]] = str(owner)
    return [_named(event) or owners.get(event.data.get("subscriptionItemId")) for event in events]


def groups_of_customers(events: Sequence[Event]) -> dict[str, Course]:
    """By customer the places of the events that are about the customer or nobody, as they happened."""
    owners = customers_of(events)
    return {
        one: tuple(place for place, owner in enumerate(owners) if owner in {one, None})
        for one in dict.fromkeys(owner for owner in owners if owner is not None)
    }


def interleavings(one: Course, other: Course) -> Iterator[Course]:
    """The events of both, as they happened, either's first, and by turns; each order once.

    What belongs to both comes with the one that comes first.
    """
    both = {*one, *other}
    turns = (place for pair in zip_longest(one, other) for place in pair if place is not None)
    mixed = [sorted(both), (*one, *other), (*other, *one), turns]
    yield from dict.fromkeys(tuple(dict.fromkeys(order)) for order in mixed)


def _named(event: Event) -> str | None:
    name = "id" if str(event.type).startswith("customer.") else "customerId"
    customer = event.data.get(name)
    return None if customer is None else str(customer)
