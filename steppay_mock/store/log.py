"""The event log of a store: small entries, from which events are written when they are read.

An entry holds the record of its event. Records never change, so an event reads the same at any time. A log of a million
events keeps a million entries, whose records share most of their parts, and no payloads.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, overload

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.v1 import V1EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.body import BodyForm
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.payload.event import Event
from steppay_mock.payload.instants import EPOCH
from steppay_mock.payload.nulls import write_nulls
from steppay_mock.payload.options import Nulls
from steppay_mock.store.record_data import data_of
from steppay_mock.store.records import Record
from steppay_mock.store.v1 import V1Webhooks


class LogEntry(NamedTuple):
    """One event: its type, its timestamp in seconds, and its record."""

    event_type: EventType | V1EventType
    timestamp: int
    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The options of a store for writing its events."""

    is_test: bool | None
    nulls: Nulls
    body: BodyForm
    seed: int
    v1: V1Webhooks | None = None
    """The webhooks v1 that stand in the log beside the events of v2."""

    def write(self, entry: LogEntry, position: int) -> Event:
        """Write the event at this position of the log."""
        if self.v1 is not None and isinstance(entry.event_type, V1EventType):
            return self.v1.write(entry.record, entry.timestamp)
        payload: dict[str, Any] = {
            "timestamp": entry.timestamp,
            "version": "v1",
            "event": str(entry.event_type),
            "data": data_of(entry.record),
        }
        if self.nulls != "null":
            by_chance = self.nulls == "mixed"
            chance = Chance(derive_seed(self.seed, "nulls", position)) if by_chance else None
            write_nulls(payload["data"], self.nulls, chance)
        if self.is_test is not None:
            payload["isTest"] = self.is_test
        return Event(payload, form=self.body)


class EventLog(Sequence[Event]):
    """All events of a store, in occurrence order."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._entries: list[LogEntry] = []

    def __repr__(self) -> str:
        return f"<{len(self)} events>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Event]:
        write = self._envelope.write
        for position, entry in enumerate(self._entries):
            yield write(entry, position)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> list[Event]: ...
    def __getitem__(self, place: int | slice) -> Event | list[Event]:
        if isinstance(place, slice):
            return [self._envelope.write(self._entries[at], at) for at in range(len(self))[place]]
        at = range(len(self))[place]
        return self._envelope.write(self._entries[at], at)

    def add(self, event_type: EventType, moment: datetime, record: Record) -> None:
        """Append an event, and the webhook v1 that belongs to it."""
        second = _seconds(moment)
        self._entries.append(LogEntry(event_type, second, record))
        v1 = self._envelope.v1
        if v1 is not None and (beside := v1.beside(event_type, record)) is not None:
            self._entries.append(LogEntry(beside, second, record))

    def entries(self, count: int | None = None, *, start: int = 0) -> Sequence[LogEntry]:
        """The entries from ``start`` up to ``count``; None: up to the end."""
        return self._entries[start:count]

    def count_until(self, at: Event | int) -> int:
        """The number of events up to and with this one; a number is checked and returned.

        SteppayMockError for an event that is not in the log.
        """
        if isinstance(at, Event):
            return self._place_of(at) + 1
        if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at <= len(self):
            raise SteppayMockError(
                f"at={at!r} is not an event of this store. Give one, or a number of events from 0 to {len(self)}."
            )
        return at

    def riffle(self, start: int, *, group: Callable[[Record], object], chance: Chance) -> None:
        """Mix the events of each second from ``start`` on; events of one group keep their order.

        A second with an event of no group, such as one of a product, stays as it is.
        """
        mixed: list[LogEntry] = []
        at = start
        while at < len(self):
            end = bisect_left(self._entries, self._entries[at].timestamp + 1, lo=at, key=lambda entry: entry.timestamp)
            mixed += _riffled(self._entries[at:end], group, chance)
            at = end
        self._entries[start:] = mixed

    def _place_of(self, event: Event) -> int:
        second = event.second
        if isinstance(second, int):
            at = bisect_left(self._entries, second, key=lambda entry: entry.timestamp)
            while at < len(self) and self._entries[at].timestamp == second:
                if self[at].payload == event.payload:
                    return at
                at += 1
        raise SteppayMockError(
            f"This {event.type} did not happen in this store. Give an unchanged one of store.events, or their number."
        )


def _riffled(entries: list[LogEntry], group: Callable[[Record], object], chance: Chance) -> Iterator[LogEntry]:
    # Riffle: draw a random key for each place, and let each group fill its places in its own order.
    turns = [group(entry.record) for entry in entries]
    if None in turns:
        yield from entries
        return
    queues: dict[object, list[LogEntry]] = {}
    for entry, turn in zip(reversed(entries), reversed(turns), strict=True):
        queues.setdefault(turn, []).append(entry)
    keys = [chance.random() for _ in turns]
    yield from (queues[turns[at]].pop() for at in sorted(range(len(turns)), key=keys.__getitem__))


_EPOCH_ORDINAL = EPOCH.toordinal()


def _seconds(moment: datetime) -> int:
    """Whole seconds since the epoch. Computed by hand, because it is called for every event and timedelta is slower."""
    days = moment.toordinal() - _EPOCH_ORDINAL
    return ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second
