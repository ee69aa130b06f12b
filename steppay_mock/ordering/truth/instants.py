"""Compares the instants of rows with those of the store that the column's name can mean.

Nine hours off is always told: a LocalDateTime is UTC and was read as Korean time (fact 10). Another moment is told only
where the column has the name of one field. A time without a zone may be Korean time on purpose, so nine hours later
without a zone is no mistake.
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
    """Every instant of a story: what is one of them has its reason."""

    known: tuple[datetime, ...]

    @classmethod
    @lru_cache(maxsize=1)
    def of(cls, things: Things) -> StoryInstants:
        """Those that the events tell, and those at which they happened."""
        told = [one for thing in things.all for one in thing.events]
        moments = {moment for one in told for moment in instants_in(one.data)}
        seconds = {datetime.fromtimestamp(one.second, UTC) for one in told if isinstance(one.second, int)}
        return cls(tuple(moments | seconds))

    def hints(self, row: StateRow) -> Iterator[Hint]:
        """The instants of the row that contradict the store."""
        for name, value in row.columns.items():
            moment = read_instant(value)
            words = _core(name)
            if moment is None or moment.is_day or not words:
                continue
            hint = next((found for thing in row.things if (found := self._compare(row, thing, name, moment))), None)
            if hint is not None and not self._is_right_elsewhere(row, moment, name):
                yield hint

    def _compare(self, row: StateRow, thing: Thing, name: str, moment: Instant) -> Hint | None:
        words = _core(name)
        fields = _NAMES.get(thing.kind, {}).get(words) or _NAMES.get(thing.kind, {}).get(words - {thing.kind}) or []
        right = {one: _moments(thing, one) for one in fields}
        if any(moment.is_same(at) for moments in right.values() for at in moments):
            return None
        for one, moments in right.items():
            for at in moments:
                if self._is_nine_hours_off(moment, at):
                    return _nine_hours(row, thing, name, moment, field=one, at=at)
        exact = _ONE.get((thing.kind, words))
        return self._other(row, thing, name, exact, moment) if exact is not None else None

    def _is_nine_hours_off(self, moment: Instant, at: datetime) -> bool:
        off = moment.is_same(at - KST) or (not moment.is_naive and moment.is_same(at + KST))
        return off and not any(moment.is_same(one) for one in self.known)

    def _other(self, row: StateRow, thing: Thing, name: str, exact: str, moment: Instant) -> Hint | None:
        """The column has the name of one field, and another moment."""
        right = _moments(thing, exact)
        if not right or (moment.is_naive and any(moment.is_same(at + KST) for at in right)):
            return None
        same = [
            value for value in thing.told(exact) if (at := read_instant(value)) is not None and moment.is_same(at.at)
        ]
        if not same and any(moment.is_same(one) for one in self.known):
            return None
        path, here, store = row.path_of(name), _shown(row.columns[name]), right[0].replace(tzinfo=None).isoformat()
        return Hint(
            kind="instant",
            path=path,
            thing=str(thing),
            here=row.columns[name],
            store=store,
            sentence=f"looks wrong: {thing} has {here} here ({path}), the store's {exact} is {store} UTC. "
            + before(thing.replaced(exact, same), f"Compare what is written there with data.{exact}."),
        )

    def _is_right_elsewhere(self, row: StateRow, moment: Instant, name: str) -> bool:
        """Whether another thing that the row mentions explains it: ``paid_at`` of a payment in the row of an order."""
        others = [thing for thing in row.mentioned if thing not in row.things]
        return _core(name) not in _ONE_NAMES and any(
            moment.is_same(at) for thing in others if thing.kept is not None for at in instants_in(thing.kept)
        )


_ONE_NAMES = {words for _, words in _ONE}


def _moments(thing: Thing, name: str) -> list[datetime]:
    """What the field may be at the end; none where nobody can know it."""
    known = thing.known(name)
    if known is None or None in known:
        return []
    read = (read_instant(value) for value in (*known, *thing.tied(name)))
    return [one.at for one in read if one is not None]


def _nine_hours(row: StateRow, thing: Thing, name: str, moment: Instant, *, field: str, at: datetime) -> Hint:
    path, here = row.path_of(name), row.columns[name]
    store = at.replace(tzinfo=None).isoformat()
    way = "before" if at > moment.at else "after"
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
