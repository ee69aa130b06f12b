"""Finds the parts of a state in which two customers influence each other.

If customers are independent, the events of both change the state by exactly what the events of each alone change. So
four states are enough to find a part that is shared: before, after either customer alone, and after both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.state.normal import normalise, plain

_ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "nothing"})()


def interferences(first: Hashable, one: Hashable, other: Hashable, both: Hashable) -> Iterator[str]:
    """The paths of the parts in which they influence each other.

    ``first`` is the state at the beginning; the others are those after the events of one customer, of the other, and of
    both, all in normal form. A value that one customer changed must be after both as that customer left it. A value
    that neither changed must be as at the beginning. Rows of lists and sets are counted: after both there must be as
    many as each alone added and removed.
    """
    return _compared(*map(plain, (first, one, other, both)), path="$")


def _compared(first: Any, one: Any, other: Any, both: Any, *, path: str) -> Iterator[str]:
    values = first, one, other, both
    there = [value for value in values if value is not _ABSENT]
    if there and all(isinstance(value, dict) for value in there):
        dicts = [{} if value is _ABSENT else value for value in values]
        for key in dict.fromkeys(key for value in dicts for key in value):
            yield from _compared(*(value.get(key, _ABSENT) for value in dicts), path=below(path, key))
    elif there and all(isinstance(value, list) for value in there):
        if not _adds_up(*(_counted(value) for value in values)):
            yield path
    elif not _is_either(*(_form(value) for value in values)):
        yield path


def _is_either(first: Hashable, one: Hashable, other: Hashable, both: Hashable) -> bool:
    """Whether the value is as the one customer left it who changed it, or both alike; or unchanged by both."""
    changed = {one, other} - {first}
    return len(changed) <= 1 and both == (changed.pop() if changed else first)


def _adds_up(first: Counter[Any], one: Counter[Any], other: Counter[Any], both: Counter[Any]) -> bool:
    """Whether each row is there as often as the two changes say.

    Events without a customer are delivered with either one, so a row of theirs is in both changes: the count may be
    anything from the larger change to the sum.
    """
    for row in {*first, *one, *other, *both}:
        changes = one[row] - first[row], other[row] - first[row]
        least, most = sorted((sum(changes), max(changes, key=abs)))  # sorted: both are negative for removed rows
        if not least <= both[row] - first[row] <= most:
            return False
    return True


def _counted(rows: Any) -> Counter[Any]:
    return Counter() if rows is _ABSENT else Counter(_form(row) for row in rows)


def _form(value: Any) -> Hashable:
    return _ABSENT if value is _ABSENT else normalise(value)
