"""Matches the rows of one list with those of another by a key: the fields that identify a row, such as its id.

A diff by position would show every row as changed once one row is inserted. No schema says which column is the key, so
it is chosen by the data: it has to be unique in every list, and the one that leaves the fewest differences wins.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

_IDENTIFIERS = ("id", "code", "key", "uuid", "number", "name", "email", "no")
# The last word of a name in snake_case or camelCase: order_id, orderId, but not "paid".
_LAST_WORD = re.compile(rf"(?:^|[\W_]|(?<=[a-z0-9])(?=[A-Z]))(?i:{'|'.join(_IDENTIFIERS)})$")
_MOST = 500  # rows of a list; longer ones are not matched
_MOST_JOINED = 8  # fields that are tried in pairs: 28 of them

Row = dict[Any, Any]
Field = tuple[Any, ...]
"""The path to a value in a row: a name, or two if the row holds an entity, as rows of SQLAlchemy do."""
Key = tuple[Field, ...]
"""The fields that identify a row: one, or two such as a table and an id."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of rows with their name, such as ``id=7``. A row without a partner is beside an empty list."""

    pairs: tuple[tuple[str, list[Row], list[Row]], ...]
    reordered: bool
    """Whether the rows with a partner are in another order."""


def match_rows(expected: list[Any], actual: list[Any]) -> Matches | None:
    """Match rows by the best key; None if there is no key, or no row is in both lists."""
    key = choose_key([expected, actual]) if expected and actual else None
    if key is None:
        return None
    there, came = rows_by(key, expected), rows_by(key, actual)
    names = dict.fromkeys((*there, *came))
    pairs = tuple(
        (name, [there[name]] if name in there else [], [came[name]] if name in came else []) for name in names
    )
    both = [name for name in there if name in came]
    return Matches(pairs, reordered=both != [name for name in came if name in there]) if both else None


def choose_key(lists: Sequence[list[Any]]) -> Key | None:
    """The key that is unique in every list; None if there is none, or not everything in the lists is a row.

    Of several keys it is the one with the fewest changed fields from each list to the next: a status changes, an id
    does not.
    """
    rows = [row for one in lists for row in one]
    if not rows or max(map(len, lists)) > _MOST or not all(isinstance(row, dict) for row in rows):
        return None
    fields = sorted((field for field in _fields(rows[0]) if _is_everywhere(field, rows)), key=_rank)
    # Single fields first. Pairs (a table and an id) are tried only if no unique field looks like an id, because by
    # chance many pairs are unique.
    keys: list[Key] = [(field,) for field in fields]
    found = [key for key in keys if _tells_apart(key, lists)]
    if not any(_looks_like_an_id(key[0]) for key in found):
        found += [key for key in combinations(fields[:_MOST_JOINED], 2) if _tells_apart(key, lists)]
    steps = [(one, other) for one, other in pairwise(lists) if one != other]
    return min(found, key=lambda key: _cost_and_rank(key, steps), default=None)


def rows_by(key: Key, rows: Sequence[Row]) -> dict[str, Row]:
    """The rows under their names, such as ``id=7``."""
    return {", ".join(f"{'.'.join(map(str, field))}={_value(row, field)!r}" for field in key): row for row in rows}


def _fields(row: Row) -> list[Field]:
    inner = [(name, below) for name, value in row.items() if isinstance(value, dict) for below in value]
    return [*((name,) for name in row), *inner]


def _value(row: Row, field: Field) -> Any:
    value: Any = row
    for step in field:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _is_everywhere(field: Field, rows: Sequence[Row]) -> bool:
    return all(_is_name(_value(row, field)) for row in rows)


def _is_name(value: Any) -> bool:
    return value is not None and not isinstance(value, list | dict | bool) and isinstance(value, Hashable)


def _tells_apart(key: Key, lists: Sequence[list[Row]]) -> bool:
    return all(len({_values(row, key) for row in rows}) == len(rows) for rows in lists)


def _values(row: Row, key: Key) -> tuple[Any, ...]:
    return tuple(_value(row, field) for field in key)


def _looks_like_an_id(field: Field) -> bool:
    return _LAST_WORD.search(str(field[-1])) is not None


def _rank(field: Field) -> tuple[int, str]:
    """The less it looks like an identifier, the higher."""
    name = str(field[-1])
    if name.lower() in _IDENTIFIERS:
        return _IDENTIFIERS.index(name.lower()), str(field)
    return len(_IDENTIFIERS) + (not _looks_like_an_id(field)), str(field)


def _cost_and_rank(key: Key, steps: Sequence[tuple[list[Row], list[Row]]]) -> Any:
    return sum(_cost(key, one, other) for one, other in steps), len(key), *map(_rank, key)


def _cost(key: Key, expected: list[Row], actual: list[Row]) -> int:
    """The number of changed fields; a row without a partner counts with all its fields."""
    partners = {_values(row, key): row for row in actual}
    cost = 0
    for row in expected:
        partner = partners.pop(_values(row, key), None)
        cost += len(row) if partner is None else sum(row.get(name) != partner.get(name) for name in {*row, *partner})
    return cost + sum(map(len, partners.values()))
