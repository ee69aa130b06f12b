"""Hints on instants that contradict the store, by the field that the column's name can mean.

A value that is nine hours off always gets a hint: a LocalDateTime is UTC, and was read as Korean time (fact 10).
Another wrong instant gets one only if the column has the name of exactly one field. A time without a zone may be Korean
time on purpose, so nine hours later without a zone is no mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from steppay_mock.ordering.truth.hint import Hint
from steppay_mock.ordering.truth.names import VENDOR, words_of
from steppay_mock.ordering.truth.rows import StateRow
from steppay_mock.ordering.truth.statuses import before
from steppay_mock.ordering.truth.things import Thing, Things
from steppay_mock.ordering.truth.time_formats import KST, Instant, instants_in, read_instant

_SUFFIXES = frozenset(
    ["at", "on", "date", "time", "datetime", "timestamp", "ts", "utc", "ms", "millis", "epoch", "seconds", "moment"]
)
_END = "end|ends|ended|expire|expires|expired|expiry|expiration|until|valid until"
_FIELDS: dict[str, dict[str, str]] = {
    "subscription": {
        "nextPaymentDate": "next|next billing|next renewal|next charge|renew|renews|renewal|paid until|"
        "current period end|period end|" + _END,
        "lastPaymentDate": "last billing|last charge|last paid|paid",
        "originNextPaymentDate": "",
        "endDate": _END,
        "pausedDateTime": "paused|pause",
        "currentPeriod.startDateTime": "current period start|period start|start|starts|started",
        "currentPeriod.endDateTime": "current period end|period end|next billing|" + _END,
        "trialPeriod.startDateTime": "trial start|trial started",
        "trialPeriod.endDateTime": "trial end|trial ends|trial until",
        "createdAt": "created|start|started|subscribed",
        "notiBeforePaymentDate": "",
    },
    "payment": {
        "paidAt": "paid|payment|completed",
        "cancel.lastCanceledDate": "canceled|refunded|last canceled",
        "vBank.bankDate": "due|deposit due|expires|bank",
    },
    "order": {
        "paymentDate": "paid|payment|completed",
        "paymentDueDate": "due|payment due",
        "createdAt": "created|ordered",
        "modifiedAt": "modified|updated",
        "purchaseDeadline": "deadline|due",
    },
    "invoice": {"purchaseDeadline": "deadline|due", "reservationAt": "reserved|reservation"},
    "customer": {"createdAt": "created|registered"},
}
_EXACT = {  # columns of these names mean one field and nothing else
    "subscription": ("nextPaymentDate", "lastPaymentDate", "originNextPaymentDate", "notiBeforePaymentDate"),
    "payment": ("cancel.lastCanceledDate",),
    "order": ("paymentDueDate", "purchaseDeadline"),
    "invoice": ("purchaseDeadline",),
}


def _core(name: str) -> frozenset[str]:
    return frozenset(word for word in words_of(name) if word not in _SUFFIXES and word not in VENDOR)


_NAMES: dict[str, dict[frozenset[str], list[str]]] = {}
for _kind, _fields in _FIELDS.items():
    for _field, _names in _fields.items():
        for _name in (_field.rpartition(".")[2], *_names.split("|")):
            if _core(_name):
                _NAMES.setdefault(_kind, {}).setdefault(_core(_name), []).append(_field)
_ONE = {(kind, _core(name.rpartition(".")[2])): name for kind, names in _EXACT.items() for name in names}


def has_instant(row: StateRow) -> bool:
    """Whether the row has an instant whose name says which one it is."""
    return any(
        read_instant(value) is not None and {_core(name), _core(name) - {thing.kind}} & {*_NAMES.get(thing.kind, {})}
        for name, value in row.columns.items()
        for thing in row.things
    )


@dataclass(frozen=True, slots=True)
class StoryInstants:
    """All instants of a story. A value that equals one of them may have been stored on purpose."""

    known: tuple[datetime, ...]

    @classmethod
    @lru_cache(maxsize=1)
    def of(cls, things: Things) -> StoryInstants:
        """The instants in the events and in the store, and those at which the events happened."""
        told = [one for thing in things.all for one in thing.events]
        payloads = (*(one.data for one in told), *(thing.kept for thing in things.all))
        instants = {instant for one in payloads for instant in instants_in(one)}
        seconds = {datetime.fromtimestamp(one.second, UTC) for one in told if isinstance(one.second, int)}
        return cls(tuple(instants | seconds))

    def hints(self, row: StateRow) -> Iterator[Hint]:
        """The hints on the instants of the row."""
        for name, value in row.columns.items():
            instant = read_instant(value)
            words = _core(name)
            if instant is None or instant.is_day or not words:
                continue
            hint = next((found for thing in row.things if (found := self._compare(row, thing, name, instant))), None)
            if hint is not None:
                yield hint

    def _compare(self, row: StateRow, thing: Thing, name: str, instant: Instant) -> Hint | None:
        words = _core(name)
        fields = _NAMES.get(thing.kind, {}).get(words) or _NAMES.get(thing.kind, {}).get(words - {thing.kind}) or []
        right = {one: _values_of(thing, one) for one in fields}
        if any(instant.is_same(at) for instants in right.values() for at in instants):
            return None
        for one, instants in right.items():
            for at in instants:
                if self._is_nine_hours_off(instant, at):
                    return _nine_hours(row, thing, name, instant, field=one, at=at)
        exact = _ONE.get((thing.kind, words))
        return self._other(row, thing, name, exact, instant) if exact is not None else None

    def _is_nine_hours_off(self, instant: Instant, at: datetime) -> bool:
        off = instant.is_same(at - KST) or (not instant.is_naive and instant.is_same(at + KST))
        return off and not any(instant.is_same(one) for one in self.known)

    def _other(self, row: StateRow, thing: Thing, name: str, exact: str, instant: Instant) -> Hint | None:
        """The hint on a column that has the name of one field and another instant."""
        right = _values_of(thing, exact)
        if not right or (instant.is_naive and any(instant.is_same(at + KST) for at in right)):
            return None
        same = [
            value for value in thing.told(exact) if (at := read_instant(value)) is not None and instant.is_same(at.at)
        ]
        if not same and any(instant.is_same(one) for one in self.known):
            return None
        path, here, store = row.path_of(name), _shown(row.columns[name]), right[0].replace(tzinfo=None).isoformat()
        replaced = thing.replaced(exact, same)
        return Hint(
            kind="instant",
            path=path,
            thing=str(thing),
            here=row.columns[name],
            store=store,
            sentence=f"looks wrong: {thing} has {here} here ({path}), the store's {exact} is {store} UTC. "
            + before(replaced, f"Compare the value that the receiver writes with data.{exact}."),
            missed="" if replaced is None else replaced.event_type,
        )


def _values_of(thing: Thing, name: str) -> list[datetime]:
    """The values that the field may have at the end; none if no event says."""
    known = thing.known(name)
    if known is None or None in known:
        return []
    read = (read_instant(value) for value in (*known, *thing.tied(name)))
    return [one.at for one in read if one is not None]


def _nine_hours(row: StateRow, thing: Thing, name: str, instant: Instant, *, field: str, at: datetime) -> Hint:
    path, here = row.path_of(name), row.columns[name]
    store = at.replace(tzinfo=None).isoformat()
    way = "before" if at > instant.at else "after"
    return Hint(
        kind="nine-hours",
        path=path,
        thing=str(thing),
        here=here,
        store=store,
        sentence=f"looks wrong: {thing} has {_shown(here)} here ({path}), 9 hours {way} the store's {field}, {store} "
        "UTC. 9 hours off: LocalDateTime is UTC (fact 10). Read it as UTC, not as KST.",
    )


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
