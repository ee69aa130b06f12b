"""Explains why a probe's result has no normal form: where the bad value is, and what to return in its place.

The readers in normal.py know no paths, because they run after every delivery. So this goes through the value a second
time, slowly and with paths, when there is something to explain.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator
from typing import Any, NoReturn

from steppay_mock.delivery.excerpt import excerpt, excerpt_of
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.state.ignore import Ignore, PathNode
from steppay_mock.ordering.state.json_path import below
from steppay_mock.ordering.state.reading import VALUES, Unordered, reader_of

_SHOWN = 120  # characters of a path that a message shows
_DEEPEST = 150  # levels, far below Python's recursion limit
_CONTAINERS = (dict, list, tuple, set, frozenset, Unordered)
_PLAIN = "Return plain data: a list, a dict, a dataclass, texts and numbers."
_BY_ID = "Return rows as dicts of plain values, and refer to other rows by their id."


def explain_unfit(value: Any, error: Exception, *, ignore: Ignore, name: str) -> SteppayMockError:
    """The error that names the first value without a normal form; ``error`` is what the readers raised."""
    try:
        _UnfitFinder().look(value, ignore.root, "$")
    except _Unfit as found:
        return SteppayMockError(f"{option(name)} gives {found}")
    return SteppayMockError(f"{option(name)} gives data that cannot be compared: {excerpt_of(error)}. {_PLAIN}")


class _Unfit(Exception):  # noqa: N818 - carries the words of a message up to explain_unfit()
    pass


class _UnfitFinder:
    """Goes through a value as the readers do, and raises _Unfit at the first one that cannot be compared."""

    def __init__(self) -> None:
        self._above: dict[int, str] = {}

    def look(self, value: Any, place: PathNode, path: str) -> None:
        if type(value) in VALUES:
            return
        if id(value) in self._above:
            _refuse(value, path, f"which is the same as {excerpt(self._above[id(value)])}, around it", _BY_ID)
        if len(self._above) >= _DEEPEST:
            _refuse(value, path, f"more than {_DEEPEST} levels deep", _BY_ID)
        inner = _read(value, path)
        self._above[id(value)] = path
        if type(inner) is dict:
            for key, one in inner.items():
                if place[key] is not None:
                    self.look(key, place, below(path, key))
                self._look_below(one, place, path, key)
        elif type(inner) in _CONTAINERS:
            for at, one in enumerate(inner):
                self._look_below(one, place, path, at)
        elif inner is not value:
            self.look(inner, place, path)
        del self._above[id(value)]

    def _look_below(self, value: Any, place: PathNode, path: str, step: object) -> None:
        further = place[step]
        if further is not None:
            self.look(value, further, below(path, step))


def _read(value: Any, path: str) -> Any:
    if type(value) in _CONTAINERS:
        return value
    reader = reader_of(type(value))
    if reader is None:
        _refuse(value, path, *_cure(value))
    try:
        return reader(value)
    except Exception as error:  # noqa: BLE001 - a property of the user's class may raise anything
        step = "Read them in the probe, and return a dict."
        _refuse(value, path, f"whose fields cannot be read: {excerpt_of(error)}", step)


def _cure(value: Any) -> tuple[str, str]:
    if isinstance(value, Awaitable):
        return "which was not awaited", "Await it in the probe, and return the result."
    if isinstance(value, Iterator):
        return "which can be iterated only once", "Return list(...) of it."
    if callable(value):
        return "which is a function", "Call it in the probe, and return the result."
    if isinstance(value, Iterable):
        return "which may give other values at each iteration", "Return list(...) of it."
    return "which cannot be compared", f"{_PLAIN} Of an object, return the fields that count, such as vars(it)."


def _refuse(value: Any, path: str, why: str, step: str) -> NoReturn:
    raise _Unfit(f"a {type(value).__qualname__} at {excerpt(path, limit=_SHOWN)}, {why}. {step}")
