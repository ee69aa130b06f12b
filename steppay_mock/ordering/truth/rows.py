"""Finds the rows of a state that are about things of the story, by columns with an id and by keys of dicts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.truth.names import RowPlace, id_name, is_inner, kinds_in, words_of
from steppay_mock.ordering.truth.things import Thing, Things

_PARTS = re.compile(r"[^\w]+")
_LONG = 4  # digits: a shorter number is probably the number of the row itself
_LISTED = ""  # the column of a value that has none


@dataclass(frozen=True, slots=True)
class StateRow:
    """One row, or one value under an id."""

    path: str
    place: RowPlace
    things: tuple[Thing, ...]
    """The things that it may be the row of: one, unless its ids leave that open."""
    mentioned: tuple[Thing, ...]
    """All things whose ids are in it."""
    columns: Mapping[str, Any]
    container: str
    is_own: bool = True
    """Whether it is the thing's own row; if not, it is about something that belongs to the thing."""
    is_value: bool = False
    """Whether it is a single value, under an id or beside one, without columns."""

    def path_of(self, name: str) -> str:
        """The path of the column's value."""
        return self.path if self.is_value else below(self.path, name)

    def about(self, name: str) -> tuple[Thing, ...]:
        """The things that a column is about: ``payment_status`` is about a payment that the row mentions."""
        kinds = kinds_in(words_of(name))
        if not kinds or name == self.place.name:
            return self.things
        own = tuple(one for one in self.things if one.kind in kinds)
        return own or tuple(one for one in self.mentioned if one.kind in kinds)


def find_rows(state: Any, things: Things) -> tuple[StateRow, ...]:
    """The rows about things of the story, in the order of the state.

    A table with two rows of one thing is a history. Its rows are left out, and those of tables named like a history.
    """
    found = [row for row in _Walk(things).walk("$", state, RowPlace(), container="$") if not row.place.is_past]
    # Two rows of one thing in one table are a history, in which old values are right.
    counts = Counter((row.container, thing) for row in found if row.is_own for thing in row.things)
    histories = {container for (container, _), count in counts.items() if count > 1}
    return tuple(row for row in found if row.container not in histories)


@dataclass(frozen=True, slots=True)
class _Walk:
    things: Things

    def walk(
        self,
        path: str,
        node: Any,
        place: RowPlace,
        *,
        container: str,
        named: tuple[Thing, ...] = (),
        owner: StateRow | None = None,
    ) -> Iterator[StateRow]:
        """The rows in a node; ``named`` are the things that its key names, ``owner`` is the row around it."""
        if isinstance(node, dict):
            row = self._row(path, node, place, container=container, named=named, owner=owner)
            if row is not None:
                yield row
            for key, inner in node.items():
                yield from self._member(path, key, inner, place, row)
        elif isinstance(node, list):
            listed = self._listed(path, node, place, container)
            if listed is not None:
                yield listed
                return
            for at, inner in enumerate(node):
                yield from self.walk(below(path, at), inner, place, container=path)

    def _member(self, path: str, key: Any, inner: Any, place: RowPlace, row: StateRow | None) -> Iterator[StateRow]:
        named = self._named(key, place)
        inside = place if named else place.below(key)
        if isinstance(inner, dict | list):
            owner = row if row is not None and isinstance(key, str) and _is_inner(key, row) else None
            yield from self.walk(below(path, key), inner, inside, container=path, named=named, owner=owner)
        elif named:
            columns = {place.name: inner}
            yield StateRow(below(path, key), place, named, named, columns, container=path, is_value=True)

    def _named(self, key: Any, place: RowPlace) -> tuple[Thing, ...]:
        """The things that a key names: ``662866``, or ``subscription/662866``."""
        found = self._numbered(key, place)
        if not found and isinstance(key, str):
            parts = [part for part in _PARTS.split(key) if part]
            kinds = kinds_in(tuple(word for part in parts for word in words_of(part)))
            ids = [one for part in parts for one in self.things.find(part)]
            if len(parts) == len(kinds) + 1 == 2:  # exactly one kind and one id
                found = tuple(one for one in ids if one.kind in kinds)
        return tuple(one for one in found if place.allows(one.kind))

    def _row(
        self,
        path: str,
        node: dict[Any, Any],
        place: RowPlace,
        *,
        container: str,
        named: tuple[Thing, ...],
        owner: StateRow | None,
    ) -> StateRow | None:
        columns = {
            key: value for key, value in node.items() if isinstance(key, str) and not isinstance(value, dict | list)
        }
        generic, by_kind = self._ids(columns, place)
        mentioned = (*named, *generic, *by_kind)
        own = tuple(one for one in by_kind if one.kind in place.kinds) or named
        if not own:
            own = tuple(one for one in generic if place.allows(one.kind))
        is_own = bool(own) or not place.is_foreign
        if not own and not place.kinds:
            own = _most_telling(by_kind)
        if not own and not mentioned and owner is not None:
            own, mentioned, is_own = owner.things, owner.mentioned, owner.is_own
            container = path
        if not own:
            return None
        things = tuple(dict.fromkeys(own))
        return StateRow(path, place, things, tuple(dict.fromkeys(mentioned)), columns, container, is_own=is_own)

    def _numbered(self, value: Any, place: RowPlace) -> tuple[Thing, ...]:
        """The things with this id. A short number without a kind in sight is taken for the number of a row."""
        found = self.things.find(value)
        return found if place.kinds else tuple(one for one in found if len(str(value)) >= _LONG)

    def _ids(self, columns: Mapping[str, Any], place: RowPlace) -> tuple[tuple[Thing, ...], tuple[Thing, ...]]:
        """The things that columns such as ``id`` name, and those that columns such as ``payment_id`` do."""
        generic: list[Thing] = []
        by_kind: list[Thing] = []
        for name, value in columns.items():
            read = id_name(name)
            if read is not None and read.kind is None:
                generic.extend(self._numbered(value, place))
            elif read is not None:
                by_kind.extend(self.things.find(value, read.kind))
        return tuple(generic), tuple(by_kind)

    def _listed(self, path: str, node: list[Any], place: RowPlace, container: str) -> StateRow | None:
        """A row without column names, as ``fetchall()`` returns it: an id first, and one text that is a status."""
        if len(node) < 2 or any(isinstance(one, dict | list) for one in node):
            return None
        named = tuple(one for one in self.things.find(node[0]) if place.allows(one.kind))
        texts = [one for one in node[1:] if isinstance(one, str) and one.isupper()]
        if len(named) != 1 or len(texts) != 1 or place.is_foreign:
            return None
        return StateRow(path, place, named, named, {_LISTED: texts[0]}, container, is_value=True)


def _is_inner(name: str, row: StateRow) -> bool:
    return any(is_inner(name, thing.kind) for thing in row.things)


def _most_telling(found: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """A row with a customer's id and another's is about the other: a customer has no status and no amount."""
    return tuple(one for one in found if one.kind not in {"customer", "product", "price"}) or found
