"""What does the API see of its stores: how they are, how they were, and what is not there yet?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from steppay_mock.store.api.endpoints import Target
from steppay_mock.store.books import Books
from steppay_mock.store.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How far the API looks."""

    until: Mapping[int, int] = field(default_factory=dict)
    """How many events it knows of a store, by the store's place; of one that is left out, all."""
    behind: int = 0
    """How many events it lags behind that."""
    hiding: int = 0
    """What is younger than so many events it does not show."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked for, or why it cannot be seen."""

    record: Record | None
    is_hidden: bool = False


def look(stores: Sequence[Books], target: Target, sight: Sight) -> Found:
    """The thing in the newest store that has it."""
    is_hidden = False
    for place in reversed(range(len(stores))):
        store = stores[place]
        events = sight.until.get(place, len(store.events))
        record = target.find(store.tables_at(max(0, events - sight.behind)))
        if record is None:
            continue
        if sight.hiding and target.find(store.tables_at(max(0, events - sight.hiding))) is None:
            is_hidden = True
            continue
        return Found(record)
    return Found(None, is_hidden)
