"""What if a receiver gets nothing else until what it was sent is settled? It has a queue, and the others go on."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.sender.agenda import Agenda

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Row

_MOST_QUEUED = 1_000
"""Rows that are held in memory for receivers whose turn it is not."""


@dataclass(kw_only=True)
class BlockingAgenda(Agenda):
    """Sends a receiver nothing else until what it was sent is settled; the other receivers go on meanwhile."""

    endpoints: Collection[int]
    _busy: Counter[int] = field(default_factory=Counter)
    """How much of what each receiver was sent is not settled."""
    _queues: dict[int, deque[list[Row]]] = field(default_factory=dict)
    _queued: int = 0

    def done(self) -> bool:
        """Whether nothing is left to start."""
        return not self._queued and super().done()

    def settle(self, row: Row) -> None:
        """The row has its outcome."""
        self._busy[row.endpoint] -= 1

    def _recall(self, row: Row, at: float) -> None:
        self._busy[row.endpoint] += 1
        self.retry(row, at)

    def _may_read(self) -> bool:
        # A receiver that blocks for hours must not draw the whole run into memory: from some point on, all wait for it.
        return self._queued < _MOST_QUEUED and any(not self._busy[endpoint] for endpoint in self.endpoints)

    def _take(self, now: float, in_flight: int) -> list[Row]:
        while not (found := self._turn(in_flight)):
            rows = super()._take(now, in_flight)
            if not rows:
                return []
            self._queue(rows)
            self._fill(now)
        rows = found.popleft()
        self._queued -= len(rows)
        self._busy[rows[0].endpoint] += len(rows)
        return rows

    def _moments(self, in_flight: int) -> list[float]:
        found = super()._moments(in_flight)
        return [*found, self._next_start] if self._turn(in_flight) else found

    def _turn(self, in_flight: int) -> deque[list[Row]] | None:
        """The queue of a receiver whose turn it is."""
        for endpoint, queue in self._queues.items():
            if queue and not self._busy[endpoint] and self._fits(queue[0], in_flight):
                return queue
        return None

    def _queue(self, rows: list[Row]) -> None:
        self._queued += len(rows)
        for endpoint in dict.fromkeys(row.endpoint for row in rows):
            self._queues.setdefault(endpoint, deque()).append([row for row in rows if row.endpoint == endpoint])
