"""Finds the places of a JSON text: the path of each value, its offset and its line.

Python's parser gives values without their places, so the text is scanned once more, by tokens. The scan keeps a
stack and does not recurse: a payload under test may be nested as deep as the parser allows.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

_WRITTEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_NEXT_STEP = re.compile(r"[.\[]")
_LONGEST_STEP = 200  # characters of a name that a path shows: thousands of values may stand in one long name


@dataclass(frozen=True, slots=True)
class JsonPlace:
    """A value: the place around it, the step from there, and its offset in the text.

    ``repeated`` if its object had a value of the same name before.
    """

    around: JsonPlace | None = field(repr=False)
    step: str
    offset: int
    written: str
    repeated: bool

    @property
    def path(self) -> str:
        """The JSON path, with very long names cut. It is made at each call, because few places are shown."""
        steps: list[str] = []
        place: JsonPlace | None = self
        while place is not None:
            steps.append(place.step if len(place.step) <= _LONGEST_STEP else f"{place.step[:_LONGEST_STEP]}…")
            place = place.around
        return "".join(reversed(steps))


@dataclass(slots=True)
class _OpenValue:
    """An object or array whose end was not read yet, and the step of its next value."""

    place: JsonPlace
    is_object: bool
    names: set[str] = field(default_factory=set)
    step: str = "[0]"
    index: int = 0
    wants_name: bool = True
    repeated: bool = False


def iter_places(text: str) -> Iterator[JsonPlace]:
    """The values of a JSON text in their order. The text must be one that Python's parser accepts."""
    around: list[_OpenValue] = []
    for found in _WRITTEN.finditer(text):
        written = found.group()
        inner = around[-1] if around else None
        if written in "}]":
            around.pop()
        elif written == "," and inner is not None:
            _next(inner)
        elif inner is not None and inner.is_object and inner.wants_name:
            _name(inner, json.loads(written))
        elif written != ":":
            if inner is None:
                place = JsonPlace(None, "$", found.start(), written, repeated=False)
            else:
                place = JsonPlace(inner.place, inner.step, found.start(), written, inner.repeated)
            yield place
            if written in "{[":
                around.append(_OpenValue(place, is_object=written == "{"))


class LineIndex:
    """The line breaks of a text, found once: to look up a line is a binary search."""

    def __init__(self, text: str) -> None:
        self._breaks = [found.start() for found in re.finditer("\n", text)]

    def at(self, offset: int) -> int:
        """The line, from 1, on which the offset lies."""
        return bisect_left(self._breaks, offset) + 1

    def column_at(self, offset: int) -> int:
        """The column, from 1, of the offset within its line."""
        before = bisect_left(self._breaks, offset)
        return offset - (self._breaks[before - 1] if before else -1)


class PathLines:
    """The lines of a text by JSON path. The text is scanned once for all paths."""

    def __init__(self, text: str) -> None:
        self._lines = LineIndex(text)
        self._root = _KnownPlace(0)
        around: list[tuple[JsonPlace, _KnownPlace]] = []
        for place in iter_places(text):
            known = _KnownPlace(place.offset)
            while around and around[-1][0] is not place.around:
                around.pop()
            if around:
                around[-1][1].inside[place.step] = known  # of repeated names Python's parser takes the last
            else:
                self._root = known
            if place.written in "{[":
                around.append((place, known))

    def line_of(self, path: str) -> int:
        """The line, from 1, of the value at that path, or of the nearest value around it if there is none."""
        known, rest = self._root, path.removeprefix("$")
        while rest:
            step = next((one for one in _steps(rest) if one in known.inside), None)
            if step is None:
                break
            known, rest = known.inside[step], rest[len(step) :]
        return self._lines.at(known.offset)


class _KnownPlace:
    """The offset of a value, and the values in it by their steps."""

    __slots__ = ("inside", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.inside: dict[str, _KnownPlace] = {}


def _steps(path: str) -> Iterator[str]:
    """The texts that can be the first step of the path, the longest first: a name may have dots and brackets."""
    yield path
    for found in _NEXT_STEP.finditer(path, 1):
        yield path[: found.start()]


def _next(inner: _OpenValue) -> None:
    inner.index += 1
    inner.wants_name = True
    if not inner.is_object:
        inner.step = f"[{inner.index}]"


def _name(inner: _OpenValue, name: str) -> None:
    inner.step = f".{name}"
    inner.repeated = name in inner.names
    inner.names.add(name)
    inner.wants_name = False
