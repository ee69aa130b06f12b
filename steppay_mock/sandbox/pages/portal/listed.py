"""The deliveries as the portal lists them: what each is about, and what is unusual about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from steppay_mock.delivery.journal.history import read_history
from steppay_mock.delivery.journal.reading import read_journal
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.payload.subject import thing_of
from steppay_mock.sandbox.pages.portal.sent_request import judge_request
from steppay_mock.store.timeline import status_of

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.history import SentDelivery
    from steppay_mock.delivery.journal.reading import Delivery

REMEMBERED = 2000
"""The number of deliveries, the newest, that the portal lists and compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """Something to know about a delivery; ``kind`` chooses the words."""

    kind: str
    number: int | None = None
    """The other delivery that it is about."""
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
class ListedDelivery:
    """A delivery with its subject and its badges."""

    sent: SentDelivery
    subject: Subject
    previous: int | None
    """The delivery of the event before, of the same thing, to the same endpoint."""
    arrival: tuple[Badge, ...]
    """What the comparison with those before shows."""

    @property
    def badges(self) -> tuple[Badge, ...]:
        """What is unusual about it. The request is judged when it is asked for: that takes time."""
        return (*_own_badges(self.sent), *self.arrival)

    @property
    def delivery(self) -> Delivery:
        """The delivery as the journal has it."""
        return self.sent.delivery


def list_deliveries(path: str) -> list[ListedDelivery]:
    """The deliveries of a sandbox's file, the newest first."""
    with read_journal(path) as journal:
        history = read_history(journal, most=REMEMBERED)
    arrived = sorted((one for one in history if one.first_sent_at is not None), key=_arrival)
    arrivals = _Arrivals()
    told = {one.number: arrivals.see(one) for one in arrived}
    return [
        ListedDelivery(
            sent=one,
            subject=subject_of_body(one.body),
            previous=told[one.number][0] if one.number in told else None,
            arrival=tuple(told[one.number][1]) if one.number in told else (),
        )
        for one in history
    ]


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


def _arrival(sent: SentDelivery) -> tuple[float, int]:
    return sent.first_sent_at or 0.0, sent.number


_Rank = tuple[int, int, int]
"""Where an event stands among all: its second, the first run that has it, and its place there."""


@dataclass(slots=True)
class _Arrivals:
    """What arrived so far, at every endpoint."""

    first: dict[tuple[str, bytes], tuple[int, _Rank]] = field(default_factory=dict)
    newest: dict[tuple[str, str], tuple[_Rank, int]] = field(default_factory=dict)
    seconds: dict[tuple[str, str, int | None], tuple[bytes, int]] = field(default_factory=dict)
    last: dict[tuple[str, str], tuple[bytes, int, int | None]] = field(default_factory=dict)

    def see(self, sent: SentDelivery) -> tuple[int | None, list[Badge]]:
        """The delivery of the event before, and what the comparison with those before shows."""
        one = sent.delivery
        endpoint, stamp = one.receiver, one.timestamp
        thing = subject_of_body(sent.body).name
        rank = (stamp or 0, one.run, sent.place)
        badges = []
        original = self.first.get((endpoint, sent.body))
        if original is None:
            self.first[endpoint, sent.body] = (sent.number, rank)
        else:
            rank = original[1]
            badges.append(Badge(kind="duplicate", number=original[0]))
        newest = self.newest.get((endpoint, thing))
        if newest is not None and newest[0] > rank:
            badges.append(Badge(kind="out_of_order", number=newest[1]))
        else:
            self.newest[endpoint, thing] = (rank, sent.number)
        beside = self.seconds.setdefault((endpoint, thing, stamp), (sent.body, sent.number))
        if beside[0] != sent.body:
            badges.append(Badge(kind="same_second", number=beside[1]))
        return self._previous(endpoint, thing, sent), badges

    def _previous(self, endpoint: str, thing: str, sent: SentDelivery) -> int | None:
        body, number, before = self.last.get((endpoint, thing), (sent.body, sent.number, None))
        previous = before if body == sent.body else number
        self.last[endpoint, thing] = (sent.body, sent.number, previous)
        return previous


def _own_badges(sent: SentDelivery) -> Iterable[Badge]:
    """What the request itself shows."""
    one = sent.delivery
    if sent.first_sent_at is not None:
        judged = judge_request(sent.body, signed_at=sent.signed_at, sent_at=one.sent_at, fault=one.fault)
        yield Badge(kind="signature", text=judged.proof, is_fine=judged.proof == "valid")
        if not judged.parsed:
            yield Badge(kind="no_json")
        elif judged.violations:
            yield Badge(kind="violation", text=judged.violations[0].path)
    if one.fault is not None:
        yield Badge(kind="fault", text=one.fault)
