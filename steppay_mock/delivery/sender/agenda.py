"""What may start now: new deliveries in their order and retries when they are due, as many and as often as was said."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING

from steppay_mock.delivery.sender.waiting import Waiting, Why

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Row
    from steppay_mock.delivery.sender.clock import Clock


@dataclass(kw_only=True)  # no slots: super() knows none
class Agenda:
    """What is still to be done of a run."""

    rows: Iterator[Row]
    clock: Clock
    concurrency: int
    interval: float
    """Seconds between two starts, on average at least."""
    speed: float
    """Seconds of waiting for one of the story: waits are compressed by it."""
    longest: float = inf
    """Seconds that a retry is waited for at most: what the clock says of it counts no further."""
    _again: list[tuple[float, int, Row]] = field(default_factory=list)
    _next: list[Row] = field(default_factory=list)
    """The rows that start together next: one, or those of a batch."""
    _ahead: Row | None = None
    _exhausted: bool = False
    _not_before: float = 0.0
    _next_start: float = 0.0
    _order: Iterator[int] = field(default_factory=count)

    def done(self) -> bool:
        """Whether nothing is left to start. May take the next row, to know."""
        return not (self._next or self._again or self._peek())

    def finished(self) -> bool:
        """Whether every row is known to have started; takes none to know it."""
        return self._exhausted and self.done()

    def starting(self, in_flight: int) -> list[Row]:
        """What starts now, so many being in flight."""
        found: list[Row] = []
        while in_flight + len(found) < self.concurrency:
            rows = self._due(in_flight + len(found))
            if not rows:
                break
            found += rows
            if self.interval:
                self._pace(len(rows))
        return found

    def retry(self, row: Row, at: float) -> None:
        """Start the row again at that moment, by the clock that never goes back."""
        heapq.heappush(self._again, (at, next(self._order), row._replace(due=None)))

    def settle(self, row: Row) -> None:
        """The row has its outcome."""

    def patience(self, in_flight: int, *, longest: float) -> float:
        """Seconds until something may start; where only answers can change that, the longest."""
        if in_flight >= self.concurrency:
            return longest
        due = self._moments(in_flight)
        if not due:
            return longest
        waiting = max(min(due), self._next_start) - self.clock.steady()
        return max(min(waiting, longest) if in_flight else waiting, 0.0)

    def waiting(self, seconds: float) -> Waiting:
        """What is waited for, where nothing may start for so many seconds and nothing is in flight."""
        found: list[tuple[float, Why, Row | None]] = [(at, "retry", row) for at, _, row in self._again[:1]]
        found += [(self._not_before, "schedule", row) for row in self._next[:1]]
        at, why, row = min(found, default=(self._next_start, "rate", None), key=itemgetter(0))
        return Waiting(seconds, why, row) if at >= self._next_start else Waiting(seconds, "rate", row)

    def _pace(self, started: int) -> None:
        now = self.clock.steady()
        # Who starts a little late may catch up; a pause is not caught up.
        on_time = 0 <= now - self._next_start < self.interval
        self._next_start = (self._next_start if on_time else now) + self.interval * started

    def _due(self, in_flight: int) -> list[Row]:
        now = self.clock.steady()
        self._fill(now)  # its wait begins now, whatever the rate
        if now < self._next_start:
            return []
        if self._again and self._again[0][0] <= now:
            return [heapq.heappop(self._again)[2]]
        return self._take(now, in_flight)

    def _take(self, now: float, in_flight: int) -> list[Row]:
        """What is next, if its time has come and there is room."""
        if not self._next or now < self._not_before or not self._fits(self._next, in_flight):
            return []
        rows, self._next = self._next, []
        return rows

    def _moments(self, in_flight: int) -> list[float]:
        """When something may start, where no answer has to come first."""
        found = [self._again[0][0]] if self._again else []
        if self._next:
            if self._fits(self._next, in_flight):
                found.append(self._not_before)
        elif not self._exhausted and self._may_read():
            found.append(self._next_start)
        return found

    def _fits(self, rows: list[Row], in_flight: int) -> bool:
        """Whether there is room for all that start together; what is wider than the room starts alone."""
        return not in_flight or in_flight + len(rows) <= self.concurrency

    def _may_read(self) -> bool:
        """Whether what is new may be looked at yet."""
        return True

    def _fill(self, now: float) -> None:
        """Take the next row, with all of its batch, if that may be."""
        while not self._next and self._may_read():
            row = self._peek()
            if row is None:
                return
            self._ahead = None
            if row.due is not None:  # it failed before the run was cut off
                self._recall(row, now + self._rest(row, row.due))
                continue
            self._next = [row]
            self._not_before = now + row.wait * self.speed
            while row.batch is not None and (after := self._peek()) and after.batch == row.batch and after.due is None:
                self._ahead = None
                self._next.append(after)

    def _rest(self, row: Row, due: float) -> float:
        """Seconds until the row is tried again: no more than were to pass at first, if the clock was set back."""
        return max(min(due - self.clock.now(), row.delay, self.longest), 0.0)

    def _recall(self, row: Row, at: float) -> None:
        self.retry(row, at)

    def _peek(self) -> Row | None:
        if self._ahead is None and not self._exhausted:
            self._ahead = next(self.rows, None)
            self._exhausted = self._ahead is None
        return self._ahead
