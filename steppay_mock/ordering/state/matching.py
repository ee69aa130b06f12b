"""Which row of one list is which row of the other? Those of the same id, or of whatever else tells rows apart."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

_IDENTIFIERS = ("id", "code", "key", "uuid", "number", "name", "email", "no")
_MOST = 500  # rows up to which it is tried

Row = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows by pairs, with the name of each, such as ``id=7``; where there is no partner, its list is empty."""

    pairs: tuple[tuple[str, list[Row], list[Row]], ...]
    reordered: bool
    """Whether the rows that have a partner stand in another order."""


def match_rows(expected: list[Any], actual: list[Any]) -> Matches | None:
    """Match rows by the field that leaves the fewest differences; None if no field does, or no row is in both."""
    rows = [*expected, *actual]
    if not expected or not actual or len(rows) > _MOST or not all(isinstance(row, dict) for row in rows):
        return None
    fields = [field for field in rows[0] if _tells_apart(field, expected) and _tells_apart(field, actual)]
    ranked = [(cost, _rank(field), str(field), field) for field in fields if (cost := _cost(field, expected, actual))]
    if not ranked:
        return None
    field = min(ranked, key=lambda one: one[:3])[-1]
    return _match(field, expected, actual)


def _tells_apart(field: Any, rows: list[Row]) -> bool:
    found = [row.get(field) for row in rows]
    return all(_is_value(value) for value in found) and len(set(found)) == len(found)


def _is_value(value: Any) -> bool:
    return value is not None and not isinstance(value, list | dict) and isinstance(value, Hashable)


def _rank(field: Any) -> int:
    """How little it looks like an identifier."""
    name = str(field).lower()
    if name in _IDENTIFIERS:
        return _IDENTIFIERS.index(name)
    return len(_IDENTIFIERS) + (not name.endswith(_IDENTIFIERS))


def _cost(field: Any, expected: list[Row], actual: list[Row]) -> int:
    """How many fields would differ, and one more; 0 if no row has a partner."""
    partners = {row[field]: row for row in actual}
    pairs = [(row, partners.pop(row[field])) for row in expected if row[field] in partners]
    if not pairs:
        return 0
    alone = [len(row) for row in (*expected, *partners.values())]
    differing: int = sum(one.get(key) != other.get(key) for one, other in pairs for key in {*one, *other})
    return 1 + differing + sum(alone) - sum(len(one) for one, _ in pairs)


def _match(field: Any, expected: list[Row], actual: list[Row]) -> Matches:
    there, came = {row[field]: row for row in expected}, {row[field]: row for row in actual}
    names = dict.fromkeys((*there, *came))
    pairs = tuple(
        (f"{field}={name!r}", [there[name]] if name in there else [], [came[name]] if name in came else [])
        for name in names
    )
    both = [name for name in there if name in came]
    return Matches(pairs, reordered=both != [name for name in came if name in there])
