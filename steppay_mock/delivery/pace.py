"""How fast does time pass while a story is delivered? Not at all, as it did, or compressed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from steppay_mock.payload.event import Event


def pace(events: Iterable[Event], *, scale: float, sleep: Callable[[float], object] | None = None) -> Iterator[Event]:
    """The events, each held back for as long as it happened after the one before, times ``scale``.

    ``scale`` is seconds of waiting for a second of the story: 0 for none, 1 for as long as it took. Payloads stay as
    they are: only the waiting is compressed.
    """
    wait = time.sleep if sleep is None else sleep  # looked up at each call: tools that stop the clock replace it
    before: int | None = None
    for event in events:
        gap = 0 if before is None else event.timestamp - before
        if gap > 0 and scale > 0:
            wait(gap * scale)
        before = event.timestamp
        yield event
