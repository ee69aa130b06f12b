"""The queue for a retry policy that blocks: an endpoint gets nothing else until its delivery has an outcome."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.run.attempt_queue import AttemptQueue

if TYPE_CHECKING:
    from steppay_mock.delivery.run.deliveries import DueDelivery

_MOST_QUEUED = 1_000
"""Deliveries that are held in memory for endpoints that are blocked."""


@dataclass(kw_only=True)
class BlockingQueue(AttemptQueue):
    """Blocks each endpoint while a delivery to it has no outcome; the other endpoints go on meanwhile."""

    endpoints: Collection[int]
    _busy: Counter[int] = field(default_factory=Counter)
    """How many deliveries of each endpoint have started and have no outcome."""
    _queues: dict[int, deque[list[DueDelivery]]] = field(default_factory=dict)
    _queued: int = 0

    def done(self) -> bool:
        """Whether nothing is left to start."""
        return not self._queued and super().done()

    def settle(self, delivery: DueDelivery) -> None:
        """Called when the delivery has its outcome."""
        self._busy[delivery.endpoint] -= 1

    def _recall(self, delivery: DueDelivery, at: float) -> None:
        self._busy[delivery.endpoint] += 1
        self.retry(delivery, at)

    def _may_read(self) -> bool:
        # An endpoint that is blocked for hours would draw the whole run into memory, while deliveries to the others
        # are looked for. So from some point on all wait for it.
        return self._queued < _MOST_QUEUED and any(not self._busy[endpoint] for endpoint in self.endpoints)

    def _take(self, now: float, in_flight: int) -> list[DueDelivery]:
        while not (found := self._turn(in_flight)):
            taken = super()._take(now, in_flight)
            if not taken:
                return []
            self._queue(taken)
            self._fill(now)
        started = found.popleft()
        self._queued -= len(started)
        self._busy[started[0].endpoint] += len(started)
        return started

    def _moments(self, in_flight: int) -> list[float]:
        found = super()._moments(in_flight)
        return [*found, self._next_start] if self._turn(in_flight) else found

    def _turn(self, in_flight: int) -> deque[list[DueDelivery]] | None:
        """The queue of an endpoint that is not blocked."""
        for endpoint, queue in self._queues.items():
            if queue and not self._busy[endpoint] and self._fits(queue[0], in_flight):
                return queue
        return None

    def _queue(self, deliveries: list[DueDelivery]) -> None:
        self._queued += len(deliveries)
        for endpoint in dict.fromkeys(one.endpoint for one in deliveries):
            self._queues.setdefault(endpoint, deque()).append([one for one in deliveries if one.endpoint == endpoint])
