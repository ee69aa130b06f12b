"""The places of a JSON text: where each value begins, and on which line."""

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
class Place:
    """A value, by what it stands in and its step there, and the offset where it begins.

    ``repeated`` where its object had that name before.
    """

    around: Place | None = field(repr=False)
    step: str
    offset: int
    written: str
    repeated: bool

    @property
    def path(self) -> str:
        """The JSON path, in which very long names are cut. Made when it is asked for, which few are."""
        steps: list[str] = []
        place: Place | None = self
        while place is not None:
            steps.append(place.step if len(place.step) <= _LONGEST_STEP else f"{place.step[:_LONGEST_STEP]}…")
            place = place.around
        return "".join(reversed(steps))


@dataclass(slots=True)
class _Open:
    """An object or array that has begun, and which of its values comes next."""

    place: Place
    is_object: bool
    names: set[str] = field(default_factory=set)
    step: str = "[0]"
    index: int = 0
    wants_name: bool = True
    repeated: bool = False


def iter_places(text: str) -> Iterator[Place]:
    """Every value of a JSON text that Python's parser takes, in the order of the text, however deep."""
    around: list[_Open] = []
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
                place = Place(None, "$", found.start(), written, repeated=False)
            else:
                place = Place(inner.place, inner.step, found.start(), written, inner.repeated)
            yield place
            if written in "{[":
                around.append(_Open(place, is_object=written == "{"))


class Lines:
    """The lines of a text, counted once: to look one up costs little, however many lines there are."""

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
    """The lines of a text by JSON path. The text is read once, for all paths that are looked up."""

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)
        self._root = _Known(0)
        around: list[tuple[Place, _Known]] = []
        for place in iter_places(text):
            known = _Known(place.offset)
            while around and around[-1][0] is not place.around:
                around.pop()
            if around:
                around[-1][1].inside[place.step] = known  # of repeated names the last one counts
            else:
                self._root = known
            if place.written in "{[":
                around.append((place, known))

    def line_of(self, path: str) -> int:
        """The line, from 1, of the value at that path, or of the nearest thing around it that is there."""
        known, rest = self._root, path.removeprefix("$")
        while rest:
            step = next((one for one in _steps(rest) if one in known.inside), None)
            if step is None:
                break
            known, rest = known.inside[step], rest[len(step) :]
        return self._lines.at(known.offset)


class _Known:
    """Where a value begins, and the values in it by their steps."""

    __slots__ = ("inside", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.inside: dict[str, _Known] = {}


def _steps(path: str) -> Iterator[str]:
    """What the first step of the path may be: a name may have dots and brackets in it. All of it comes first."""
    yield path
    for found in _NEXT_STEP.finditer(path, 1):
        yield path[: found.start()]


def _next(inner: _Open) -> None:
    inner.index += 1
    inner.wants_name = True
    if not inner.is_object:
        inner.step = f"[{inner.index}]"


def _name(inner: _Open, name: str) -> None:
    inner.step = f".{name}"
    inner.repeated = name in inner.names
    inner.names.add(name)
    inner.wants_name = False
