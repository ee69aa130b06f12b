"""The thing that an event is about: its kind and its key. Objects name their own id differently (fact 15)."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.event import Event, V1Event

_NAMES = {
    "subscriptionId": "subscription",
    "paymentId": "payment",
    "priceCode": "price",
    "subscriptionItemId": "usage of item",
    "id": "",
    "code": "product",
}


def subject_of(event: Event) -> tuple[str, Any]:
    """The kind and the key, such as ``("order", 183682)``; of a StepCover event the message, not its subscription."""
    if isinstance(event, V1Event):
        return event.subject
    kind = str(event.type).partition(".")[0]
    if kind == "cover":
        return "message", event.data.get("id")
    for name, noun in _NAMES.items():
        if name in event.data:
            return noun or kind, event.data[name]
    return kind, None


def thing_of(event: Event) -> tuple[str, Any]:
    """The same for any event that can be delivered; one without a key has its event type and None."""
    try:
        found = subject_of(event)
        hash(found)
    except (KeyError, TypeError):  # the payload is not one of StepPay's
        return str(event.type), None
    return found
