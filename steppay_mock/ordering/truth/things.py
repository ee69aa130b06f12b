"""The things that a story is about: their ids, the values in their events, and the store's values at the end.

A value of the store is compared only if the last event about the thing has it too. A receiver cannot know what changed
without an event.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from steppay_mock.payload.event import V1Event
from steppay_mock.payload.subject import subject_of

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event
    from steppay_mock.store.store import Story


@dataclass(frozen=True, slots=True)
class ThingKind:
    """A kind of thing: its table in ``Store.state()``, its schema, and the fields with its ids (fact 15)."""

    table: str
    schema: str
    ids: tuple[str, ...]
    """The first one is the key in the store."""


KINDS = {
    "customer": ThingKind("customers", "Customer", ("id", "code")),
    "product": ThingKind("products", "Product", ("code",)),
    "price": ThingKind("prices", "Price", ("priceCode",)),
    "order": ThingKind("orders", "Order", ("id", "code", "idKey")),
    "subscription": ThingKind("subscriptions", "Subscription", ("subscriptionId",)),
    "payment": ThingKind("payments", "Payment", ("paymentId", "idKey")),
    "invoice": ThingKind("invoices", "Invoice", ("id",)),
    "usage": ThingKind("usage", "Usage", ("subscriptionItemId",)),
}
_SUBJECTS = {"usage of item": "usage"}
EXACT = 2**53
"""Above this, a float does not hold every whole number."""


@dataclass(frozen=True, slots=True)
class ThingEvent:
    """One event about a thing; ``number`` is its place in the story, counted from 1."""

    number: int
    second: Any
    event_type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One thing of the story."""

    kind: str
    key: Any
    events: tuple[ThingEvent, ...]
    kept: Mapping[str, Any] | None
    """The store's record at the end; None if it was deleted."""

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_deleted(self) -> bool:
        """Whether its last event is its deletion."""
        return self.events[-1].event_type.endswith(".deleted")

    @property
    def names(self) -> frozenset[str]:
        """The ids by which rows may call it, as text."""
        told = (self.events[-1].data.get(name) for name in KINDS[self.kind].ids)
        return frozenset(text for text in map(spell_id, told) if text)

    def known(self, field: str) -> tuple[Any, ...] | None:
        """The values of a field at the end, several if its path has a list; None if no receiver can know them."""
        if self.kept is None:
            return None
        kept = values_at(self.kept, field)
        # Not the store's value alone: it may have changed without an event, and then no receiver can know it.
        return kept if kept == values_at(self.events[-1].data, field) else None

    def tied(self, field: str) -> tuple[Any, ...]:
        """The values in all events of the last second: timestamps do not say which is newer (fact 6)."""
        last = self.events[-1]
        return tuple(
            value
            for one in self.events
            if one.second == last.second and not one.event_type.endswith((".created", ".standby"))
            for value in values_at(one.data, field)
        )

    def told(self, field: str) -> tuple[Any, ...]:
        """The values in all events, the oldest first."""
        return tuple(value for one in self.events for value in values_at(one.data, field))

    def replaced(self, field: str, values: Collection[Any]) -> ThingEvent | None:
        """The first event with another value after the last one with one of these values; None if there is none."""
        told = [any(value in values for value in values_at(one.data, field)) for one in self.events]
        after = max((at for at, here in enumerate(told) if here), default=len(told)) + 1
        return self.events[after] if after < len(told) else None


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """All things that a story is about."""

    all: tuple[Thing, ...]
    by_name: Mapping[str, tuple[Thing, ...]]
    state: Mapping[str, Mapping[Any, Any]]
    """The store's state at the end."""

    def find(self, value: Any, kind: str | None = None) -> tuple[Thing, ...]:
        """The things with this id, as a number or as text."""
        found = self.by_name.get(spell_id(value) or "", ())
        return tuple(one for one in found if kind is None or one.kind == kind)

    def is_untold(self, kind: str, value: Any) -> bool:
        """Whether the store has such a thing, and no event is about it."""
        name, kept = spell_id(value), self.state[KINDS[kind].table].items()
        return name is not None and any(name in {spell_id(key), spell_id(one.get("code"))} for key, one in kept)

    def of(self, kind: str) -> tuple[Thing, ...]:
        """The things of a kind."""
        return tuple(one for one in self.all if one.kind == kind)


@lru_cache(maxsize=1)  # a story does not change, and several states are compared with it
def things_of(story: Story, types: frozenset[str] | None = None) -> Things:
    """The things that the events of the story are about; ``types``: those that were delivered, by default all."""
    told: dict[tuple[str, Any], list[ThingEvent]] = {}
    for number, event in enumerate(story.events, start=1):
        subject = _subject(event) if types is None or str(event.type) in types else None
        if subject is not None:
            telling = ThingEvent(number, event.second, str(event.type), event.data)
            told.setdefault(subject, []).append(telling)
    state = story.state()
    found = tuple(
        Thing(kind, key, tuple(events), state[KINDS[kind].table].get(key)) for (kind, key), events in told.items()
    )
    by_name: dict[str, tuple[Thing, ...]] = {}
    for thing in found:
        for name in thing.names:
            by_name[name] = (*by_name.get(name, ()), thing)
    return Things(found, by_name, state)


def _subject(event: Event) -> tuple[str, Any] | None:
    # A webhook v1 says less than the event of v2 that it stands beside, and would be the last one about the thing.
    if isinstance(event, V1Event):
        return None
    try:
        kind, key = subject_of(event)
    except (KeyError, TypeError):
        return None
    kind = _SUBJECTS.get(kind, kind)
    return (kind, key) if kind in KINDS and key is not None else None


def values_at(data: Any, field: str) -> tuple[Any, ...]:
    """The values at a dotted path, in which ``*`` is every member of a list. An absent value is null (fact 7)."""
    found = [data]
    for step in field.split("."):
        found = [inner for one in found for inner in _step(one, step)]
    return tuple(found)


def _step(data: Any, step: str) -> Iterator[Any]:
    if step == "*":
        yield from data if isinstance(data, list | tuple) else ()
    elif isinstance(data, Mapping):
        yield data.get(step)
    elif isinstance(data, list) and step.isdecimal():
        yield data[int(step)] if int(step) < len(data) else None
    else:
        yield None


def spell_id(value: Any) -> str | None:
    """The id as text, equal for 662866, "662866" and 662866.0; None for values that cannot be ids."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal) and -EXACT < value < EXACT and value == int(value):
        return str(int(value))
    return None
