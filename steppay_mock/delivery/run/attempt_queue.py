"""The queue of a run: the attempts that may start now. New deliveries keep their order, retries start when due."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from steppay_mock.delivery.run.deliveries import DueDelivery

Why = Literal["retry", "schedule", "rate"]


class RunClock(Protocol):
    """The time of a run. A :class:`~steppay_mock.delivery.sender.clock.Clock` is one."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def steady(self) -> float:
        """Seconds that never go back: for waiting."""

    def wait(self, seconds: float) -> None:
        """Wait that long, or a part of it."""

    def signs_at(self, url: str, now: float) -> float:
        """The time that the signature of a request to this URL has."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait while nothing is in flight, as it begins or goes on."""

    seconds: float
    """Until the next attempt may start."""
    why: Why
    """A delivery is tried again, a schedule waits, or the rate lets nothing start yet."""
    delivery: DueDelivery | None
    """The delivery that is next, if it is known."""


@dataclass(kw_only=True)  # no slots: super() in the subclass does not work with them
class AttemptQueue:
    """The deliveries of a run that have no outcome yet.

    It takes the next delivery from ``deliveries`` as late as possible: events may come from a generator that makes
    each one only when it is its turn.
    """

    deliveries: Iterator[DueDelivery]
    clock: RunClock
    concurrency: int
    interval: float = 0.0
    """The average number of seconds between two starts, at least."""
    speed: float = 1.0
    """Seconds of waiting for one second of a schedule."""
    longest: float = inf
    """The longest wait for a retry in seconds, whatever the clock says after a resume."""
    _retries: list[tuple[float, int, DueDelivery]] = field(default_factory=list)
    """A heap, by the time at which each is due."""
    _next: list[DueDelivery] = field(default_factory=list)
    """The deliveries to start next: one, or all of a batch."""
    _ahead: DueDelivery | None = None
    _exhausted: bool = False
    _not_before: float = 0.0
    _next_start: float = 0.0
    _tie_break: Iterator[int] = field(default_factory=count)

    def done(self) -> bool:
        """Whether nothing is left to start. It may have to take the next delivery to find out."""
        return not (self._next or self._retries or self._peek())

    def finished(self) -> bool:
        """Whether every delivery is known to have started; takes none to find out."""
        return self._exhausted and self.done()

    def starting(self, in_flight: int) -> list[DueDelivery]:
        """The deliveries that start now, while ``in_flight`` others are not answered yet."""
        found: list[DueDelivery] = []
        while in_flight + len(found) < self.concurrency:
            started = self._due(in_flight + len(found))
            if not started:
                break
            found += started
            if self.interval:
                self._pace(len(started))
        return found

    def retry(self, delivery: DueDelivery, at: float) -> None:
        """Start the delivery again at that moment of the steady clock."""
        heapq.heappush(self._retries, (at, next(self._tie_break), delivery._replace(due=None)))

    def settle(self, delivery: DueDelivery) -> None:
        """Called when the delivery has its outcome."""

    def patience(self, in_flight: int, *, longest: float) -> float:
        """Seconds until something may start; ``longest`` where that depends on answers alone."""
        if in_flight >= self.concurrency:
            return longest
        moments = self._moments(in_flight)
        if not moments:
            return longest
        waiting = max(min(moments), self._next_start) - self.clock.steady()
        return max(min(waiting, longest) if in_flight else waiting, 0.0)

    @property
    def next_wait(self) -> float:
        """The whole wait of the schedule before the deliveries that start next, in seconds."""
        return self._next[0].wait * self.speed if self._next else 0.0

    def waiting(self, seconds: float) -> Waiting:
        """Why nothing may start for that many seconds, where nothing is in flight."""
        found: list[tuple[float, Why, DueDelivery | None]] = [(at, "retry", one) for at, _, one in self._retries[:1]]
        found += [(self._not_before, "schedule", one) for one in self._next[:1]]
        at, why, delivery = min(found, default=(self._next_start, "rate", None), key=itemgetter(0))
        return Waiting(seconds, why if at >= self._next_start else "rate", delivery)

    def _pace(self, started: int) -> None:
        now = self.clock.steady()
        # A start that is a little late is caught up, so that the average rate is reached. A pause is not.
        on_time = now - self._next_start < self.interval
        self._next_start = (self._next_start if on_time else now) + self.interval * started

    def _due(self, in_flight: int) -> list[DueDelivery]:
        now = self.clock.steady()
        self._fill(now)  # first: the wait of a schedule begins now, even if the rate lets nothing start yet
        if now < self._next_start:
            return []
        if self._retries and self._retries[0][0] <= now:
            return [heapq.heappop(self._retries)[2]]
        return self._take(now, in_flight)

    def _take(self, now: float, in_flight: int) -> list[DueDelivery]:
        """The deliveries to start next, if their time has come and there is room for them."""
        if not self._next or now < self._not_before or not self._fits(self._next, in_flight):
            return []
        taken, self._next = self._next, []
        return taken

    def _moments(self, in_flight: int) -> list[float]:
        """When something may start without an answer coming first."""
        found = [self._retries[0][0]] if self._retries else []
        if self._next:
            if self._fits(self._next, in_flight):
                found.append(self._not_before)
        elif not self._exhausted and self._may_read():
            found.append(self._next_start)
        return found

    def _fits(self, batch: list[DueDelivery], in_flight: int) -> bool:
        """Whether the whole batch has room; a batch wider than the concurrency starts when nothing is in flight."""
        return not in_flight or in_flight + len(batch) <= self.concurrency

    def _may_read(self) -> bool:
        """Whether a new delivery may be taken yet."""
        return True

    def _fill(self, now: float) -> None:
        """Take the next delivery, with all of its batch, if none waits to start."""
        while not self._next and self._may_read():
            first = self._peek()
            if first is None:
                return
            self._ahead = None
            if first.due is not None:  # it failed before the run was cut off
                self._recall(first, now + self._rest(first, first.due))
                continue
            self._next = [first]
            self._not_before = now + first.wait * self.speed
            batch = first.batch
            while batch is not None and (after := self._peek()) and after.batch == batch and after.due is None:
                self._ahead = None
                self._next.append(after)

    def _rest(self, delivery: DueDelivery, due: float) -> float:
        """Seconds until it is tried again. Never more than were planned: the clock may have been set back since."""
        return max(min(due - self.clock.now(), delivery.delay, self.longest), 0.0)

    def _recall(self, delivery: DueDelivery, at: float) -> None:
        self.retry(delivery, at)

    def _peek(self) -> DueDelivery | None:
        if self._ahead is None and not self._exhausted:
            self._ahead = next(self.deliveries, None)
            self._exhausted = self._ahead is None
        return self._ahead
