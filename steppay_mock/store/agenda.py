"""The agenda: work that the store has planned in time, and does as its clock passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from typing import Literal, get_args

from steppay_mock.store.records import Key

Kind = Literal[
    "expiry",
    "given time comes",
    "pause is over",
    "period ends",
    "renewal",
    "retry",
    "notice",
    "deposit arrives",
    "account closes",
    "invoice is sent",
    "invoice is overdue",
    "order is told again",
]
"""The kinds of work. Of work due at one moment, the kind listed first comes first.

So a subscription that expires is not renewed before.
"""

Work = Callable[[Key, datetime], None]
"""The function that does it, called with the key of the record and the planned moment."""

_RANKS = {kind: rank for rank, kind in enumerate(get_args(Kind))}


class Agenda:
    """Planned work in the order of time.

    Work cannot be taken back. A function in ``StoreBase._work`` checks first whether its reason still exists.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, int, Kind, Key]] = []
        self._waiting: set[tuple[datetime, Kind, Key]] = set()
        self._planned = 0

    def plan(self, moment: datetime, kind: Kind, key: Key) -> None:
        """Plan work on the record with this key. The same work at the same moment is planned once."""
        if (moment, kind, key) in self._waiting:
            return
        self._waiting.add((moment, kind, key))
        self._planned += 1  # a tie-breaker: first planned, first done; the keys of a tie may not be comparable
        heappush(self._heap, (moment, _RANKS[kind], self._planned, kind, key))

    def take_until(self, moment: datetime) -> Iterator[tuple[datetime, Kind, Key]]:
        """The work due by then, one at a time: doing it may plan more."""
        while self._heap and self._heap[0][0] <= moment:
            due, _, _, kind, key = heappop(self._heap)
            self._waiting.discard((due, kind, key))
            yield due, kind, key
