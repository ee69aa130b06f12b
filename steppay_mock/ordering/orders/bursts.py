"""What if what happened at once got one and the same second? Bursts of events, with their timestamps made equal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from steppay_mock.payload.event import Event


def collapse_bursts(events: Iterable[Event], *, seconds: float) -> tuple[Event, ...]:
    """The events, those of a burst all with the timestamp of its first (fact 6).

    A burst goes on for as long as the next event is at most so many seconds after the one before.
    """
    found: list[Event] = []
    first = last = None
    for event in events:
        now = event.timestamp
        if first is None or last is None or not 0 <= now - last <= seconds:
            first = now
        last = now
        found.append(event if now == first else replace(event, payload={**event.payload, "timestamp": first}))
    return tuple(found)
