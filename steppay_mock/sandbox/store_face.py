"""The store of a sandbox as a test sees it: its actions are acts, which the sandbox keeps and delivers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from steppay_mock.sandbox.acts import ACTIONS
from steppay_mock.store.base import check_time, read_moment
from steppay_mock.store.records import Record

if TYPE_CHECKING:
    from steppay_mock.sandbox.live_store import LiveStore


class StoreFace:
    """Has all members of the store. An action goes through the sandbox; anything else is read from the store."""

    def __init__(self, live: LiveStore) -> None:
        self._live = live

    def __getattr__(self, name: str) -> Any:
        if name in ACTIONS:
            return partial(self._act, name)
        return self._live.read(lambda store: getattr(store, name))

    def __repr__(self) -> str:
        return f"{self._live.store!r} of a sandbox"

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, and do the work that is due in it."""
        given = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
        self._live.perform("advance", {name: value for name, value in given.items() if value != 0})

    def let_pass(self, time: timedelta) -> None:
        """Let this time pass."""
        check_time(time)
        self._live.perform("advance", {"seconds": time.total_seconds()})

    def advance_to(self, moment: datetime | float) -> None:
        """Let time pass until that moment: a datetime with a zone, or seconds since the epoch."""
        until = read_moment(moment, "moment").replace(tzinfo=UTC)
        with self._live.changed:
            self.let_pass(until - self._live.store.now)

    def _act(self, name: str, /, *records: Any, **options: Any) -> Any:
        arguments = {**_by_name(name, records), **{key: _as_data(value) for key, value in options.items()}}
        return self._live.perform("action", {"name": name, "arguments": arguments})


def _by_name(action: str, records: tuple[Any, ...]) -> Mapping[str, Any]:
    """The first argument, which alone has a place, by its name."""
    import inspect

    from steppay_mock.store.store import Store

    names = list(inspect.signature(getattr(Store, action)).parameters)[1:]
    return {name: _as_data(value) for name, value in zip(names, records, strict=False)}


def _as_data(value: Any) -> Any:
    """The argument as plain data: a record as its key, a moment as text."""
    if isinstance(value, Record):
        return value.key
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [_as_data(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _as_data(one) for key, one in value.items()}
    return value
