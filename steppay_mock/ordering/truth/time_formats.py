"""Reads instants in the formats that receivers use: datetimes, ISO texts, epoch seconds, milliseconds, microseconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

KST = timedelta(hours=9)
_WITHIN = timedelta(seconds=1)  # a receiver may keep whole seconds, truncated or rounded
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = (10**9, 10**10)  # from 2001 to 2286: the ranges of the three units do not overlap


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant in UTC; ``is_naive``: its format has no zone."""

    at: datetime
    is_naive: bool

    @property
    def is_day(self) -> bool:
        """Whether it is midnight in UTC or in Korea: probably a date and no time."""
        return time(0) in {self.at.time(), (self.at + KST).time()}

    def is_same(self, other: datetime) -> bool:
        """Whether it is this instant, as exactly as the receiver keeps it: to the second, or to the minute."""
        apart = abs(self.at - other)
        return apart <= _WITHIN or (self.at.second == self.at.microsecond == 0 and apart < _MINUTE)


def read_instant(value: Any) -> Instant | None:
    """The instant of a value, in UTC if it has no zone; None for a date and for everything that is no instant."""
    if isinstance(value, datetime):
        return _zoned(value)
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _from_number(float(value))
    return None


def instants_in(data: Any) -> Iterator[datetime]:
    """All instants in a payload that are ISO texts."""
    if isinstance(data, Mapping):
        for inner in data.values():
            yield from instants_in(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from instants_in(inner)
    elif isinstance(data, str):
        instant = _from_text(data)
        if instant is not None:
            yield instant.at


def _from_text(text: str) -> Instant | None:
    if len(text) < len("2025-01-15 03:00") or not text[:4].isdecimal() or text[4] != "-":
        return None
    try:
        return _zoned(datetime.fromisoformat(text))
    except ValueError:
        return None


def _zoned(instant: datetime) -> Instant | None:
    try:
        at = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError:
        return None
    return Instant(at, is_naive=instant.tzinfo is None)


def _from_number(number: float) -> Instant | None:
    for scale in (1, 1_000, 1_000_000):
        if _SECONDS[0] <= number / scale < _SECONDS[1]:
            return Instant(_EPOCH + timedelta(seconds=number / scale), is_naive=False)
    return None
