"""The source of values for one event: chance, time and words, with a memory for values that must agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.chance import Chance
from steppay_mock.payload.edges import ALL_LONGS, LONGS, Edge
from steppay_mock.payload.instants import local_date_time, remarkable_moments
from steppay_mock.payload.pools import PEOPLE, Pool

T = TypeVar("T")


class Draw(Chance):
    """Chance, time and words for one event.

    ``turn`` is the number of the event among those of its type: edge cases take the values of an enumeration in turn
    by it. ``needed`` holds the fields, as (id of the object, name), that an edge case must not make null. ``memory``
    holds what :meth:`same` has made.
    """

    __slots__ = ("edge", "event_type", "memory", "needed", "now", "person", "pool", "turn")

    def __init__(
        self, seed: int, *, event_type: EventType, now: datetime, pool: Pool, turn: int = 0, edge: Edge = False
    ) -> None:
        super().__init__(seed)
        self.event_type = event_type
        self.now = now
        self.pool = pool
        self.turn = turn
        self.edge = edge
        self.person = int(self.random() * PEOPLE)
        self.needed: set[tuple[int, str]] = set()
        self.memory: dict[str, Any] = {}

    @property
    def largest(self) -> int:
        """The largest integer that an event has, sums included."""
        return (LONGS if self.edge is True else ALL_LONGS)[-1]

    def walk(self, values: Sequence[T]) -> T:
        """One of the values; for edge cases the next in turn, so that a run of enough events has all of them."""
        if not self.edge:
            return values[int(self.random() * len(values))]
        key = f"walk {len(values)} {values[0]}"
        steps: int = self.memory.get(key, 0)
        self.memory[key] = steps + 1
        return values[(self.turn + steps) % len(values)]

    def same(self, key: str, make: Callable[[Draw], T]) -> T:
        """The value that ``make`` gave at the first request for this key within the event."""
        found: T | None = self.memory.get(key)
        if found is None:
            found = self.memory[key] = make(self)
        return found

    def past(self, *, days: float = 90) -> datetime:
        """A moment up to ``days`` before now."""
        # int(random() * n), here and below, not randrange(): Python keeps only the sequence of random() stable.
        if self.edge:
            return self.pick(self.same("past", lambda draw: remarkable_moments(draw.now, later=False)))
        return self.now - timedelta(0, int(self.random() * days * 86400), int(self.random() * 1_000_000))

    def future(self, *, days: float = 30) -> datetime:
        """A moment up to ``days`` after now."""
        if self.edge:
            return self.pick(self.same("future", lambda draw: remarkable_moments(draw.now, later=True)))
        return self.now + timedelta(0, 1 + int(self.random() * (days * 86400 - 1)), int(self.random() * 1_000_000))

    def stamp(self, moment: datetime) -> str:
        """The moment as a LocalDateTime; edge cases vary the number of fraction digits."""
        if not self.edge:
            return moment.isoformat()
        # The same number of digits in the whole event: two moments of one second, cut differently, would change order.
        return local_date_time(moment, digits=self.same("digits", lambda draw: draw.pick((0, 1, 3, 6, 9))))
