"""What is an event about? The kind of thing, and its key: objects name their own id differently (fact 15)."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.event import Event

_NAMES = {
    "subscriptionId": "subscription",
    "paymentId": "payment",
    "priceCode": "price",
    "subscriptionItemId": "usage of item",
    "id": "",
    "code": "product",
}


def subject_of(event: Event) -> tuple[str, Any]:
    """Such as ``("order", 183682)``; a StepCover message is itself, not the subscription that it is about."""
    kind = str(event.type).partition(".")[0]
    if kind == "cover":
        return "message", event.data.get("id")
    for name, noun in _NAMES.items():
        if name in event.data:
            return noun or kind, event.data[name]
    return kind, None


def thing_of(event: Event) -> tuple[str, Any]:
    """The same for anything that can be delivered; where it says no key, it has its type and None."""
    try:
        found = subject_of(event)
        hash(found)
    except (KeyError, TypeError):  # no event of StepPay's
        return str(event.type), None
    return found
