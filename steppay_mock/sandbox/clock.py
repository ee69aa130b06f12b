"""The clock of a sandbox's store: it stands still, or runs with the time of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.instants import EPOCH
from steppay_mock.values import NumberValue

_FASTEST = 100_000.0
_LAST = datetime(9000, 12, 31, 23, 59, 59, tzinfo=UTC)
_SPEED = NumberValue(noun="store seconds in one second", least=0, most=_FASTEST, example="1")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreClock:
    """Where the store's time is. At ``since``, a moment of this machine, the store's time was ``shown``.

    ``speed`` is the number of store seconds in one second; 0: the time moves only when it is told to. ``wall`` gives
    seconds since the epoch.
    """

    wall: Callable[[], float]
    since: float
    shown: datetime
    speed: float

    def now(self) -> datetime:
        """The store's time now, in UTC. It stands still at the end of the last year that a store can have."""
        passed = max(0.0, self.wall() - self.since) * self.speed
        try:
            return max(self.shown, min(_LAST, self.shown + timedelta(seconds=passed)))
        except OverflowError:
            return max(self.shown, _LAST)

    def at(self, shown: datetime) -> StoreClock:
        """The clock that shows this time now, and goes on at the same speed."""
        return replace(self, since=self.wall(), shown=shown)

    def at_speed(self, speed: float) -> StoreClock:
        """The clock that goes on from its time at another speed."""
        return replace(self, since=self.wall(), shown=self.now(), speed=check_speed(speed))

    def as_dict(self) -> dict[str, Any]:
        """Where it is now, as plain data."""
        return {"since": self.wall(), "shown": as_microseconds(self.now()), "speed": self.speed}


def kept_clock(kept: Mapping[str, Any], *, wall: Callable[[], float]) -> StoreClock:
    """The clock of a file. One in real time has gone on meanwhile; one that was faster or slower goes on from there."""
    since = kept["since"] if kept["speed"] == 1 else wall()
    return StoreClock(wall=wall, since=since, shown=from_microseconds(kept["shown"]), speed=kept["speed"])


def check_speed(speed: object) -> float:
    """The speed, if it can be one."""
    return float(_SPEED.check("speed", speed))


def as_microseconds(moment: datetime) -> int:
    """The moment in whole microseconds since the epoch."""
    return (moment.astimezone(UTC).replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """The moment, in UTC."""
    try:
        return (EPOCH + timedelta(microseconds=count)).replace(tzinfo=UTC)
    except OverflowError:
        raise SteppayMockError(f"{count} microseconds are outside the years 1 to 9999. Give another moment.") from None
