"""Checks that events and receiver are given in their order: events first, then the receiver."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.wire.shown_url import shown_url

# A URL, or module:app as the pytest plugin takes it. The names of scenarios have neither.
_RECEIVER = re.compile(r"[^\s:]+:\S+")


def refuse_swapped(events: object, receiver: object, *, call: str) -> None:
    """Raise a SteppayMockError with the corrected call if events and receiver are given the other way round.

    ``call`` is the correct call, with ``{events}`` and ``{receiver}`` in their places.
    """
    if not (_is_receiver(events) or _is_events(receiver)):
        return
    # Each is shown at the place where it belongs, and a word stands in for what is no text.
    corrected = call.format(events=_shown(receiver, "events"), receiver=_shown(events, "app"))
    raise SteppayMockError(f"Are events and receiver swapped? The events come first. Write {corrected}")


def _is_receiver(value: Any) -> bool:
    if isinstance(value, str):
        return _RECEIVER.fullmatch(value) is not None
    # A class is callable too, such as EventType: that is another mistake, with a message elsewhere.
    return callable(value) and not isinstance(value, type | Iterable)


def _is_events(value: Any) -> bool:
    # Some apps can be iterated as well, so that being callable counts first.
    return isinstance(value, Event) or (
        isinstance(value, Iterable) and not isinstance(value, str | bytes) and not callable(value)
    )


def _shown(value: Any, word: str) -> str:
    return repr(shown_url(value)) if isinstance(value, str) else word
