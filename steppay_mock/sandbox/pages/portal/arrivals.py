"""What a comparison with those before shows of an event: what it is about, and whether it came twice or out of order.

The same for deliveries, which came to an endpoint, and for webhooks, which came to an inbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.payload.subject import thing_of
from steppay_mock.store.timeline import status_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """Something to know about a delivery or a webhook; ``kind`` chooses the words."""

    kind: str
    number: int | None = None
    """The other one that it is about."""
    text: str = ""
    is_fine: bool = False
    """Whether nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an event is about."""

    kind: str
    key: str
    status: str

    @property
    def name(self) -> str:
        """The thing, such as ``subscription 324665``."""
        return f"{self.kind} {self.key}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One that arrived, in the order of arrival."""

    number: int
    at: str
    """The endpoint or the inbox."""
    body: bytes
    second: int | None
    """The timestamp of the event; None for one that does not tell it."""
    place: tuple[int, int] = (0, 0)
    """Where it stands among those of its second, if that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalComparison:
    """What those before show of one."""

    previous: int | None = None
    """The one with the event before, of the same thing, at the same place."""
    badges: tuple[Badge, ...] = ()


@lru_cache(maxsize=4096)
def subject_of_body(body: bytes) -> Subject:
    """What the event with this body is about."""
    try:
        event = Event.from_bytes(body)
    except SteppayMockError:
        return Subject(kind="", key="", status="")
    kind, key = thing_of(event)
    try:
        status = status_of(event.data)
    except (KeyError, TypeError, AttributeError, IndexError):  # the payload is not one of StepPay's
        status = ""
    return Subject(kind=kind, key="" if key is None else str(key), status=status)


def compare_arrivals(arrived: Iterable[Arrived]) -> dict[int, ArrivalComparison]:
    """By its number, what those before show of each."""
    arrivals = _Arrivals()
    return {one.number: arrivals.see(one) for one in arrived}


_Rank = tuple[int, int, int]
"""Where an event stands among all: its second, and its place in it."""


@dataclass(slots=True)
class _Arrivals:
    """What arrived so far, everywhere."""

    first: dict[tuple[str, bytes], tuple[int, _Rank]] = field(default_factory=dict)
    newest: dict[tuple[str, str], tuple[_Rank, int]] = field(default_factory=dict)
    seconds: dict[tuple[str, str, int], tuple[bytes, int]] = field(default_factory=dict)
    last: dict[tuple[str, str], tuple[bytes, int, int | None]] = field(default_factory=dict)

    def see(self, one: Arrived) -> ArrivalComparison:
        """The event before, and what the comparison with those before shows."""
        thing = subject_of_body(one.body).name
        badges = [*self._duplicates(one), *self._disorder(one, thing)]
        return ArrivalComparison(previous=self._previous(one, thing), badges=tuple(badges))

    def _duplicates(self, one: Arrived) -> Iterable[Badge]:
        original = self.first.setdefault((one.at, one.body), (one.number, (one.second or 0, *one.place)))
        if original[0] != one.number:
            yield Badge(kind="duplicate", number=original[0])

    def _disorder(self, one: Arrived, thing: str) -> Iterable[Badge]:
        if one.second is None:
            return
        rank = self.first[one.at, one.body][1]
        newest = self.newest.get((one.at, thing))
        if newest is not None and newest[0] > rank:
            yield Badge(kind="out_of_order", number=newest[1])
        else:
            self.newest[one.at, thing] = (rank, one.number)
        beside = self.seconds.setdefault((one.at, thing, one.second), (one.body, one.number))
        if beside[0] != one.body:
            yield Badge(kind="same_second", number=beside[1])

    def _previous(self, one: Arrived, thing: str) -> int | None:
        body, number, before = self.last.get((one.at, thing), (one.body, one.number, None))
        previous = before if body == one.body else number
        self.last[one.at, thing] = (one.body, one.number, previous)
        return previous
