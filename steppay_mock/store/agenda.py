"""What is due, and when? The work that a store does by itself as its clock passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import Literal, get_args

from steppay_mock.store.records import Key

Kind = Literal[
    "expiry",
    "period ends",
    "renewal",
    "retry",
    "notice",
    "account closes",
    "invoice is sent",
    "invoice is overdue",
]
"""The kinds of work, in the order in which they come first where they are due at one moment.

A subscription that expires is not renewed before.
"""

Work = Callable[[Key, datetime], None]
"""What does it: called with the thing that it is about, and the moment for which it was planned."""

_RANKS = {kind: rank for rank, kind in enumerate(get_args(Kind))}


class Agenda:
    """Planned work in the order of time. What has lost its reason meanwhile has to see that for itself."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, Kind, Key]] = []
        self._waiting: set[tuple[datetime, Kind, Key]] = set()
        self._planned = 0

    def plan(self, moment: datetime, kind: Kind, key: Key) -> None:
        """Plan work of that kind, on that thing, for that moment: once, however often it is planned."""
        if (moment, kind, key) in self._waiting:
            return
        self._waiting.add((moment, kind, key))
        self._planned += 1
        heappush(self._heap, (moment, _RANKS[kind], self._planned, kind, key))

    def take_until(self, moment: datetime) -> Iterator[tuple[datetime, Kind, Key]]:
        """What is due by then, one by one: work that is done may plan more."""
        while self._heap and self._heap[0][0] <= moment:
            due, _, _, kind, key = heappop(self._heap)
            self._waiting.discard((due, kind, key))
            yield due, kind, key
