"""Compares states without the order of rows, and lines up the rows of several states.

A list of rows is a list of dicts, or a list of lists of one length, as a cursor returns them. SQL without ORDER BY
returns rows in any order, so a difference in order alone is reported as such and not as a wrong state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from steppay_mock.ordering.state.marks import Flag, Instance, Many, Members, Named, is_marked
from steppay_mock.ordering.state.matching import choose_key, rows_by
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.state.reading import Unordered

_ABSENT = object()
_CLASS = "(class)"  # no field has this name


def same_rows(one: Hashable, other: Hashable) -> bool:
    """Whether two states in normal form are equal, or differ only in the order of rows."""
    return bool(one == other or without_order(one) == without_order(other))


def without_order(form: Any) -> Any:
    """The form without the order of rows. Compare it only with other such forms."""
    if isinstance(form, frozenset):
        return _counted(map(without_order, form))
    if not isinstance(form, tuple):
        return form
    if is_marked(form):
        return form[0], _counted(tuple(map(without_order, pair)) for pair in _pairs(form[1]))
    # Only lists of rows lose their order. A list of values, such as [1, 2], means its order.
    inner = [without_order(one) for one in form]
    return _counted(inner) if _are_rows([_width(one) for one in form]) else tuple(inner)


def by_key(states: Sequence[Any]) -> list[Any]:
    """The states in plain form, with a mapping in place of each list of rows and of each set.

    A row has one name in all states, by a key that is chosen for all of them together. Rows without a key, and members
    of sets, are named by their content, with their count as the value.
    """
    return _aligned([plain(state) for state in states])


def agrees(state: Hashable, truth: Hashable) -> bool:
    """Whether the state is what a truth says, both in normal form.

    A truth is written by hand, so it is compared loosely. If it has dicts, instances are compared as dicts of their
    fields. The order of rows does not count. True equals 1, because SQLite returns booleans as numbers.
    """
    # If the truth names a class anywhere, its author compares instances, and classes count.
    classes = _names_a_class(truth)
    one, other = (_loosened(without_order(form), classes=classes) for form in (state, truth))
    return bool(one == other)


def _pairs(members: Any) -> Iterable[tuple[Any, Any]]:
    return members if isinstance(members, frozenset) else [((Many, pair), count) for pair, count in members[1]]


def _counted(things: Iterable[Any]) -> Any:
    return Many, frozenset(Counter(things).items())


def _are_rows(widths: Sequence[int]) -> bool:
    """Whether things are rows, by their widths: 0 for dicts, the length for lists, -1 for all others."""
    return len(set(widths)) == 1 and widths[0] not in (-1, 1)


def _width(form: Any) -> int:
    if not isinstance(form, tuple):
        return -1
    if is_marked(form):
        return 0 if form[0] is Members or type(form[0]) is Named else -1
    return len(form) or -1


# For by_key(): the values at one place of all states at once, _ABSENT where a state has nothing there.


def _aligned(values: Sequence[Any]) -> list[Any]:
    found = list(values)
    for kind, read in ((list, _mappings), (dict, _members)):
        places = [at for at, value in enumerate(found) if isinstance(value, kind)]
        for at, mapping in zip(places, read([found[at] for at in places]), strict=True):
            found[at] = mapping
    return found


def _members(mappings: Sequence[dict[Any, Any]]) -> list[dict[Any, Any]]:
    # Column by column over all states, so that a list of rows below gets one key for all of them.
    names = dict.fromkeys(name for one in mappings for name in one)
    columns = {name: _aligned([one.get(name, _ABSENT) for one in mappings]) for name in names}
    return [
        {name: value for name, column in columns.items() if (value := column[at]) is not _ABSENT} | _class_of(one)
        for at, one in enumerate(mappings)
    ]


def _class_of(mapping: dict[Any, Any]) -> dict[Any, Any]:
    return {_CLASS: mapping.of} if isinstance(mapping, Instance) else {}


def _mappings(lists: Sequence[list[Any]]) -> list[Any]:
    """Mappings for lists of rows and for sets; other lists as they are."""
    things = [thing for one in lists for thing in one]
    is_set = any(isinstance(one, Unordered) for one in lists)
    if not things or not (is_set or _are_rows([_plain_width(thing) for thing in things])):
        return [{} for _ in lists] if is_set else list(lists)
    rows = [[_as_dict(thing) for thing in one] for one in lists]
    key = choose_key(rows)
    return [_by_content(one) if key is None else rows_by(key, one) for one in rows]


def _plain_width(thing: Any) -> int:
    if isinstance(thing, dict):
        return 0
    return (len(thing) or -1) if isinstance(thing, list) and not isinstance(thing, Unordered) else -1


def _as_dict(thing: Any) -> Any:
    return dict(enumerate(thing)) if _plain_width(thing) > 1 else thing


def _by_content(things: Sequence[Any]) -> dict[str, int]:
    return dict(Counter(repr(plain(without_order(normalise(thing)))) for thing in things))


# For agrees().


def _names_a_class(form: Any) -> bool:
    if isinstance(form, tuple | frozenset):
        return any(map(_names_a_class, form))
    return isinstance(form, Named)


def _loosened(form: Any, *, classes: bool) -> Any:
    if isinstance(form, tuple):
        return tuple(_loosened(one, classes=classes) for one in form)
    if isinstance(form, frozenset):
        return frozenset(_loosened(one, classes=classes) for one in form)
    if isinstance(form, Named) and not classes:
        return Members
    return int(form.value) if isinstance(form, Flag) else form
