"""Asks which field a receiver may have taken for another, by the types of the events: mistakes seen in the wild.

A question is asked only where the events have the right field and do not have the mistaken one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event

_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Mistake:
    """Of events whose type begins so: the field to read, the one that is not there, and which fact says so."""

    beginning: str
    right: str
    wrong: str
    fact: str
    more: str = ""


_MISTAKES = (
    _Mistake("subscription.usage.", "subscriptionItemId", "subscriptionId", "fact 15"),
    _Mistake("subscription.", "subscriptionId", "id", "fact 15", " The item's `subscriptionItemId` is another number."),
    _Mistake("payment.", "paymentId", "id", "fact 15"),
    _Mistake("payment.", "orderId", "orderCode", "fact 14", " It is a text, where an order's `id` is a number."),
    _Mistake("order.", "id", "orderId", "fact 15"),
    _Mistake("invoice.", "id", "invoiceId", "fact 15"),
    _Mistake("customer.", "id", "customerId", "fact 15"),
    _Mistake("product.price.", "priceCode", "id", "fact 15"),
    _Mistake("product.", "code", "id", "fact 15"),
)


def names_mistaken(events: Iterable[Event]) -> tuple[str, ...]:
    """A question for each name that it could be, the most likely first."""
    return tuple(dict.fromkeys(_questions(list(events))))


def _questions(events: list[Event]) -> Iterator[str]:
    yield "Does the receiver read `event`, not `eventType` (fact 2)?"
    for mistake in _MISTAKES:
        if any(_fits(mistake, event) for event in events):
            yield f"Does it read `data.{mistake.right}`, not `data.{mistake.wrong}` ({mistake.fact})?{mistake.more}"
    if any(event.payload.get("isTest") is True for event in events):
        yield "Does it skip test events? These say isTest: true."
    if any(_has_a_time(event.payload.get("data")) for event in events):
        yield "Does it take times without a zone for Korean time? They are UTC (fact 10), so they seem nine hours old."


def _fits(mistake: _Mistake, event: Event) -> bool:
    data = event.payload.get("data")
    begins = str(event.type).startswith(mistake.beginning)
    return begins and isinstance(data, dict) and mistake.right in data and mistake.wrong not in data


def _has_a_time(data: Any) -> bool:
    return isinstance(data, dict) and any(
        isinstance(value, str) and _LOCAL_TIME.fullmatch(value) for value in data.values()
    )
