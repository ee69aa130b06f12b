"""Reads the events of one action one by one, and compares each with what it must say, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from store.fold import counted_anew, object_of, spell_out

from steppay_mock import Event, Store

Data = dict[str, Any]
Wanted = Callable[[datetime, Data], Any]
"""What a field must be, from the moment of the event and from its other fields."""

TABLES = {"Order": "orders", "Payment": "payments", "Subscription": "subscriptions", "Invoice": "invoices"}
TABLES |= {"Customer": "customers", "Product": "products", "Price": "prices", "Usage": "usage", "Cover": "messages"}
KEYS = {"payments": "paymentId", "subscriptions": "subscriptionId", "products": "code", "prices": "priceCode"}
KEYS |= {"usage": "subscriptionItemId"}
_LATEST = 999_999


@dataclass(frozen=True, slots=True)
class Like:
    """A text of that form."""

    pattern: str


ANY_ID = object()
"""An id. Whether it is a new one, the auditor knows."""
ANY_TEXT = Like(r"(?s).+")
FIRST_LINE_ID: Wanted = lambda _now, data: data["items"][0]["id"]  # noqa: E731 - a value of a table
FIRST_LINE_CODE: Wanted = lambda _now, data: data["items"][0]["code"]  # noqa: E731
NOW: Wanted = lambda now, _data: now.isoformat()  # noqa: E731


def exact(amount: Any) -> Decimal:
    """The amount as a decimal, without the rounding of a float."""
    return Decimal(str(amount))


def after(**time: float) -> Wanted:
    """So long after the event."""
    return lambda now, _data: (now + timedelta(**time)).isoformat()


def same_as(name: str) -> Wanted:
    """The value of another field of the object."""
    return lambda _now, data: data[name]


@dataclass(slots=True)
class Known:
    """What the events have told so far: each object as its last webhook has it."""

    tables: dict[str, dict[Any, Data]] = field(default_factory=lambda: {name: {} for name in TABLES.values()})

    @classmethod
    def of(cls, store: Store) -> Known:
        known = cls()
        known.learn(store)
        return known

    def learn(self, store: Store) -> None:
        """Learn of what there was before the first event."""
        state = store.state(at=0)
        for name in ("customers", "products", "prices"):
            for key, data in state[name].items():
                self.tables[name].setdefault(key, data)

    def believe(self, event_type: str, table: str, data: Data) -> None:
        key = data[KEYS.get(table, "id")]
        if event_type.endswith(".deleted"):
            self.tables[table].pop(key)
            for price in data.get("prices", []):
                self.tables["prices"].pop(price["priceCode"], None)
            return
        before = self.tables[table].get(key)
        if table == "subscriptions" and before:
            for number in counted_anew(before, data):
                self.tables["usage"].pop(number, None)
        if table == "products":
            self.tables["prices"] |= {price["priceCode"]: price for price in data["prices"]}
            data = {name: value for name, value in data.items() if name != "prices"}
        self.tables[table][key] = deepcopy(data)


class Burst:
    """The events of an action, in their order. Each is told later than the one before."""

    def __init__(self, known: Known, events: list[Event], *, began: datetime, ended: datetime) -> None:
        self.known, self.stamp = known, began
        self.ended, self._left = ended, list(events)
        self.told: list[str] = []
        self._without_moment = 0

    def expect(
        self, event_type: str, wanted: Data, *, at: str | Callable[[Data], datetime] | None = None, pause: bool = True
    ) -> Data:
        """The next event, which is of this type and says this. ``at`` is the field that has its moment, such as
        ``cancel.lastCanceledDate``.

        ``pause=False``: it may have the moment of the event before it.
        """
        assert self._left, f"{event_type} was not sent after {self.told}"
        event = self._left.pop(0)
        assert event.type == event_type, f"{event.type} was sent for {event_type} after {self.told}"
        self.told.append(event_type)
        name = object_of(event.payload)
        data = _told(event)
        if at is not None:
            self._move(at(data) if callable(at) else _moment_at(data, at), strictly=pause)
        elif not event_type.startswith("customer."):  # these two take no time
            self._without_moment += 1
        agree(f"{event_type} {TABLES[name]}", data, wanted, self.stamp, data)
        self.known.believe(event_type, TABLES[name], data)
        return data

    def coming(self, field_name: str) -> datetime:
        """The moment that the next event has in this field. Some amounts follow from it."""
        assert self._left, f"nothing was sent after {self.told}"
        return _moment_at(self._left[0].data, field_name)

    def take(self, event_type: str, *, at: str) -> Data:
        """The next event, of something new, of which the caller checks what was asked for."""
        assert self._left, f"{event_type} was not sent after {self.told}"
        return self.expect(event_type, _told(self._left[0]), at=at)

    def change(self, event_type: str, table: str, key: Any, *, at: str | None = None, **changes: Any) -> Data:
        """The next event, which changes these fields of the object and no others."""
        return self.expect(event_type, {**self.known.tables[table][key], **changes}, at=at)

    def close(self) -> None:
        assert not self._left, f"{[str(event.type) for event in self._left]} were sent too, after {self.told}"
        assert self._earliest(0) <= self.ended, "each event takes some milliseconds"

    def _move(self, moment: datetime, *, strictly: bool) -> None:
        earliest = self._earliest(1 if strictly else 0)
        assert earliest <= moment <= self.ended, f"{moment} is not between {earliest} and {self.ended}"
        self.stamp, self._without_moment = moment, 0

    def _earliest(self, events: int) -> datetime:
        """The earliest moment after so many events more, each of which takes a millisecond at least."""
        earliest = self.stamp + timedelta(milliseconds=events + self._without_moment)
        if earliest.replace(microsecond=0) > self.stamp.replace(microsecond=0):
            earliest = self.stamp  # a burst stays within its second (fact 6)
        return earliest.replace(microsecond=earliest.microsecond // 1000 * 1000)  # an idKey has milliseconds


def agree(path: str, actual: Any, wanted: Any, now: datetime, whole: Data) -> None:
    """Assert that the value is what is wanted, at every depth."""
    if callable(wanted):
        wanted = wanted(now, whole)
    if wanted is ANY_ID:
        assert isinstance(actual, int), f"{path}: {actual!r} is no id"
    elif isinstance(wanted, Like):
        assert isinstance(actual, str), f"{path}: {actual!r} is no text"
        assert re.fullmatch(wanted.pattern, actual), f"{path}: {actual!r} is not like {wanted.pattern}"
    elif isinstance(wanted, dict):
        assert isinstance(actual, dict), f"{path}: {actual!r} is no object"
        assert set(actual) == set(wanted), f"{path}: {set(actual) ^ set(wanted)}"
        for name, inner in wanted.items():
            agree(f"{path}.{name}", actual[name], inner, now, whole)
    elif isinstance(wanted, list | tuple):
        assert isinstance(actual, list), f"{path}: {actual!r} is no list"
        assert len(actual) == len(wanted), f"{path}: {len(actual)} of {len(wanted)}"
        for at, (one, inner) in enumerate(zip(actual, wanted, strict=True)):
            agree(f"{path}[{at}]", one, inner, now, whole)
    elif isinstance(wanted, Decimal):
        assert Decimal(str(actual)) == wanted, f"{path}: {actual!r} is not {wanted}"
    else:
        assert (actual, type(actual)) == (wanted, type(wanted)) or _equal_numbers(actual, wanted), (
            f"{path}: {actual!r} is not {wanted!r}"
        )


def _equal_numbers(actual: Any, wanted: Any) -> bool:
    numbers = isinstance(actual, int | float) and isinstance(wanted, int | float)
    return numbers and not isinstance(actual, bool) and not isinstance(wanted, bool) and actual == wanted


def _told(event: Event) -> Data:
    """What an event says, with its nulls."""
    data = spell_out(object_of(event.payload), deepcopy(event.data))
    for entry in data.get("recordQuotas", []):
        entry |= {"deltaQuota": entry.get("deltaQuota"), "accumulateQuota": entry.get("accumulateQuota")}
    return data


def _moment_at(data: Data, path: str) -> datetime:
    value: Any = data
    for name in path.split("."):
        value = value[name]
    return datetime.fromisoformat(value)


def millis_of(id_key: str) -> datetime:
    """The moment in an idKey."""
    return datetime.fromtimestamp(int(id_key[:13]) // 1000, UTC).replace(
        tzinfo=None, microsecond=int(id_key[10:13]) * 1000
    )


def id_key_of(now: datetime, _data: Data) -> Like:
    millis = int(now.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000 + now.microsecond // 1000
    return Like(rf"{millis:013d}[0-9A-Za-z]{{16}}")
