"""Hints on ids that are null in every row of a table, though the things of the story have them.

Usually the receiver reads a field that the object does not have (fact 15), such as ``data.id`` of a subscription.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.truth.hint import Hint
from steppay_mock.ordering.truth.names import RowPlace, id_name, without_kinds, words_of
from steppay_mock.ordering.truth.statuses import FIELDS, is_word_of
from steppay_mock.ordering.truth.things import KINDS, Thing, Things

_REFERENCES = {"customer": "customerId", "order": "orderId", "invoice": "invoiceId"}
_PARENTS = frozenset({"customer", "order"})
"""The kinds whose ids stand in rows of subscriptions, payments and invoices beside their own."""
_NULLS = frozenset({None, "None", "null", "undefined"})  # a null key, as languages write it

Row = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class _RowTable:
    """A list of rows, or a dict of rows."""

    path: str
    place: RowPlace
    rows: list[Row]
    keys: tuple[Any, ...]
    """The keys, if it is a dict."""


@dataclass(frozen=True, slots=True)
class _Owner:
    """A thing of the story that has the id, and the field that holds it."""

    thing: Thing
    field: str
    value: Any


def null_hints(state: Any, things: Things) -> Iterator[Hint]:
    """The hints on columns with the name of an id, and on keys, that are null in every row."""
    yield from _null_keys("$", state, RowPlace(), things)
    for table in _tables("$", state, RowPlace()):
        for name in dict.fromkeys(name for row in table.rows for name in row if isinstance(name, str)):
            # One null id may be right, such as that of a guest. Null in every row is a field that does not exist.
            if any(row.get(name) is not None or name not in row for row in table.rows):
                continue
            owner = _owner(name, table, things)
            if owner is not None:
                yield _hint(f"{table.path}.{name}", name, owner)


def _tables(path: str, node: Any, place: RowPlace) -> Iterator[_RowTable]:
    members = node if isinstance(node, dict) else dict(enumerate(node)) if isinstance(node, list) else {}
    inner = list(members.values())
    if inner and all(isinstance(one, dict) for one in inner) and not place.is_past:
        yield _RowTable(f"{path}[*]", place, inner, tuple(members) if isinstance(node, dict) else ())
    for key, one in members.items():
        yield from _tables(below(path, key), one, place.below(key)) if isinstance(one, dict | list) else ()


def _null_keys(path: str, node: Any, place: RowPlace, things: Things) -> Iterator[Hint]:
    """The hints on rows under a null key."""
    if isinstance(node, dict):
        for key, inner in node.items():
            kinds = (place.kinds or _spoken_of([_row_of(inner)], things)) if key in _NULLS else ()
            found = [thing for kind in kinds for thing in things.of(kind)]
            if found and not place.is_past:
                yield _hint(below(path, key), "the key", _Owner(found[0], KINDS[found[0].kind].ids[0], found[0].key))
            yield from _null_keys(below(path, key), inner, place.below(key), things)


def _owner(name: str, table: _RowTable, things: Things) -> _Owner | None:
    """A thing of the story with the id that the column's name says; None where a right receiver may have no id."""
    read = id_name(name)
    word = without_kinds(words_of(name))
    if read is None or word not in (("id",), ("code",)):
        return None
    wants_code = word == ("code",)
    own = read.kind or next(iter(table.place.kinds or _spoken_of(table.rows, things)), None)
    if own is not None and (own in table.place.kinds or _speaks_of(own, table.rows, things)):
        return next((found for thing in things.of(own) if (found := _named(thing, wants_code=wants_code))), None)
    if read.kind is None:
        return None
    about = _things_in(table, things)
    return next((found for one in about if (found := _referred(one, read.kind, things, wants_code=wants_code))), None)


def _named(thing: Thing, *, wants_code: bool) -> _Owner | None:
    """The thing's own id, or its code if it has one."""
    fields = [one for one in KINDS[thing.kind].ids if not wants_code or one.lower().endswith("code")]
    value = thing.events[-1].data.get(fields[0]) if fields else None
    return None if value is None else _Owner(thing, fields[0], value)


def _referred(thing: Thing, kind: str, things: Things, *, wants_code: bool) -> _Owner | None:
    """The id of another kind in the thing's last event, or in that of its order."""
    orders = things.find(thing.events[-1].data.get("orderId"), "order")
    field = _REFERENCES.get(kind, "")
    for one in (thing, *orders):
        value = one.events[-1].data.get(field)
        if value is not None and not wants_code:
            return _Owner(one, field, value)
        for other in things.find(value, kind):
            return _named(other, wants_code=True)
    return None


def _spoken_of(rows: list[Row], things: Things) -> tuple[str, ...]:
    """The one kind of thing that the rows can be about: its things end with the statuses in them. Empty if several."""
    kinds = tuple(
        kind
        for kind in FIELDS
        if _speaks_of(kind, rows, things) and all(_statuses(kind, things) & _texts(row) for row in rows)
    )
    return kinds if len(kinds) == 1 else ()


def _statuses(kind: str, things: Things) -> set[Any]:
    """The final statuses of the things of a kind."""
    return {status for thing in things.of(kind) for status in thing.known(FIELDS[kind]) or ()}


def _texts(row: Row) -> set[str]:
    return {value for value in row.values() if isinstance(value, str)}


def _speaks_of(kind: str, rows: list[Row], things: Things) -> bool:
    """Whether each row has a status of the kind, and no id but its own number and those of what it belongs to."""
    return all(
        any(isinstance(one, str) and is_word_of(one, kind) for one in row.values())
        and all(_may_stand_beside(name, value, things) for name, value in row.items())
        for row in rows
    )


def _may_stand_beside(name: Any, value: Any, things: Things) -> bool:
    """Whether a row that has this column may lack an id of its own thing."""
    read = id_name(name) if isinstance(name, str) else None
    if read is None or value is None:
        return True
    return read.kind in _PARENTS or (read.kind is None and not things.find(value))


def _row_of(node: Any) -> Row:
    """The value under a key, as a row."""
    return node if isinstance(node, dict) else {"": node}


def _things_in(table: _RowTable, things: Things) -> Iterator[Thing]:
    """The things that the rows are about, by their keys and their columns."""
    ids: list[tuple[Any, str | None]] = [(key, None) for key in table.keys]
    for row in table.rows:
        ids += [(row[name], read.kind) for name in row if isinstance(name, str) and (read := id_name(name))]
    for value, kind in ids:
        yield from (thing for thing in things.find(value, kind) if table.place.allows(thing.kind))


def _hint(path: str, name: str, owner: _Owner) -> Hint:
    where = path if name == "the key" else f"every row: {path}"
    return Hint(
        kind="null-id",
        path=path,
        thing=str(owner.thing),
        here=None,
        store=owner.value,
        sentence=f"looks wrong: {name} is null in {where}, and the store has {owner.field} {owner.value} of "
        f"{owner.thing}. Objects name their ids differently (fact 15): read {owner.field} of the {owner.thing.kind}.",
    )
