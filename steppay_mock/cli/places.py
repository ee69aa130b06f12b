"""Where in a JSON text does each value stand?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_WRITTEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LAST_STEP = re.compile(r"(\.[^.\[\]]*|\[[^\[\]]*\])$")


@dataclass(frozen=True, slots=True)
class Place:
    """A value, by its JSON path, and the offset where it begins; ``repeated`` where its object had that name before."""

    path: str
    offset: int
    written: str
    repeated: bool


@dataclass(slots=True)
class _Open:
    """An object or array that has begun: where it is, and which of its values comes next."""

    path: str
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
            path = inner.path + inner.step if inner else "$"
            yield Place(path, found.start(), written, inner is not None and inner.repeated)
            if written in "{[":
                around.append(_Open(path, is_object=written == "{"))


def line_of(text: str, path: str) -> int:
    """The line, from 1, of the value at that path, or of the nearest thing around it that is there."""
    offsets: dict[str, int] = {}
    for place in iter_places(text):
        offsets[place.path] = place.offset  # of repeated names the last one counts, as for the parser
    while path not in offsets and path != "$":
        shorter = _LAST_STEP.sub("", path)
        path = shorter if shorter != path else "$"
    return line_at(text, offsets.get(path, 0))


def line_at(text: str, offset: int) -> int:
    """The line, from 1, on which the offset lies."""
    return text.count("\n", 0, offset) + 1


def column_at(text: str, offset: int) -> int:
    """The column, from 1, of the offset within its line."""
    return offset - text.rfind("\n", 0, offset)


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
