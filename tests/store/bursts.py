"""The events of an action, as ``type STATUS``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from steppay_mock import Event, Store

PAID = ["order.updated PAID", "payment.completed COMPLETE"]
"""With what every payment begins (fact 36)."""
COMPLETED = "order.payment_completed PAID"
"""With what every payment ends."""


def sent_by(store: Store, action: Callable[[], object]) -> list[Event]:
    """The events of an action."""
    before = len(store.events)
    action()
    return store.events[before:]


def burst(store: Store, action: Callable[[], object]) -> list[str]:
    """The events of one action as ``type STATUS``; they share one second (fact 6)."""
    events = sent_by(store, action)
    assert len({event.timestamp for event in events}) == 1
    return told(events)


def bought(store: Store, action: Callable[[], object]) -> list[str]:
    """The events of a checkout: the order in one second, and the payment in another, once the buyer has chosen."""
    events = sent_by(store, action)
    created, *paid = [event.timestamp for event in events]
    assert set(paid) == {created + store.assumptions.seconds_to_pay}
    return told(events)


def told(events: list[Event]) -> list[str]:
    return [f"{event.type} {status_of(event.data)}".rstrip() for event in events]


def status_of(data: dict[str, Any]) -> str:
    """The status of what an event carries; of an order that of its lines."""
    if "items" in data and "status" not in data:
        return str(data["items"][0]["status"])
    return str(data.get("status", data.get("messageType", "")))


def moment(text: str | None) -> datetime:
    assert text is not None
    return datetime.fromisoformat(text)


def last_of(store: Store, event_type: str) -> dict[str, Any]:
    return next(event.data for event in reversed(store.events) if event.type == event_type)


def days_between(start: str | None, end: str | None) -> float:
    return (moment(end) - moment(start)) / timedelta(days=1)
