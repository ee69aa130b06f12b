"""Where does chance come from? One seeded source for each event, which also remembers what must stay the same in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b, shake_128
from random import Random
from typing import Any, TypeVar

from steppay_mock.contract.catalogue import EventType
from steppay_mock.payload.instants import local_date_time, remarkable_moments
from steppay_mock.payload.people import PEOPLE
from steppay_mock.payload.pools import Pool

T = TypeVar("T")

# Letters and digits are cut out of one long text, half of them at a time: ten times as quick as drawing each.
_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TEXT = shake_128(b"steppay-mock").digest(2**18).translate(bytes(_LETTERS[byte % 62] for byte in range(256))).decode()
_CUTS = len(_TEXT) - 100


def derive_seed(*parts: object) -> int:
    """A seed made from all the parts: the same in every process, whatever PYTHONHASHSEED."""
    return int.from_bytes(
        blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


class Draw:
    """Chance, time and words for one event.

    Only ``Random.random`` is used, whose sequence Python keeps stable between versions; ``choice`` and ``shuffle`` are
    not promised to be. ``turn`` is the event's place in its run: edge cases walk through enumerations by it. ``needed``
    holds the fields (identity of the object, name) without which the event makes no sense.
    """

    __slots__ = ("_memory", "edge", "event_type", "needed", "now", "person", "pool", "random", "turn")

    def __init__(
        self, seed: int, *, event_type: EventType, now: datetime, pool: Pool, turn: int = 0, edge: bool = False
    ) -> None:
        self.random = Random(seed).random
        self.event_type = event_type
        self.now = now
        self.pool = pool
        self.turn = turn
        self.edge = edge
        self.person = int(self.random() * PEOPLE)
        self.needed: set[tuple[int, str]] = set()
        self._memory: dict[str, Any] = {}

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[int(self.random() * len(values))]

    def walk(self, values: Sequence[T]) -> T:
        """One of the values; for edge cases the next in turn, so that a run long enough has them all."""
        if not self.edge:
            return values[int(self.random() * len(values))]
        key = f"walk {len(values)} {values[0]}"
        steps: int = self._memory.get(key, 0)
        self._memory[key] = steps + 1
        return values[(self.turn + steps) % len(values)]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in that share of the cases."""
        return self.random() < share

    def alphanumerics(self, length: int) -> str:
        """Letters and digits, two hundred at most."""
        half = (length + 1) // 2
        at, then = int(self.random() * _CUTS), int(self.random() * _CUTS)
        return _TEXT[at : at + half] + _TEXT[then : then + length - half]

    def same(self, key: str, make: Callable[[Draw], T]) -> T:
        """What ``make`` gave the first time it was asked for under this key within the event."""
        found: T | None = self._memory.get(key)
        if found is None:
            found = self._memory[key] = make(self)
        return found

    def past(self, *, days: float = 90) -> datetime:
        """A moment up to ``days`` before now."""
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
        # The same number all over an event: cut at different places, moments in order would not be.
        return local_date_time(moment, digits=self.same("digits", lambda draw: draw.pick((0, 1, 3, 6, 9))))
