"""Which members of a state do not count? Surrogate ids and times of arrival, named by patterns.

The patterns are compiled into places while states are read: a place knows for each key the place below it, or that the
member does not count. It works that out once, so that reading a state costs one look-up a member.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option
from steppay_mock.ordering.state.json_path import PathStep, PatternError, read_steps

_BARE = re.compile(r"[\w*-]+")
_FORMS = "'received_at' (anywhere), '*_at', '$..updated_at', '$.payments[*].id', '$.rows[0]' or \"$['a name']\""


@dataclass(frozen=True, slots=True)
class _Pattern:
    text: str
    steps: tuple[PathStep, ...]


class PathNode(dict[object, "PathNode | None"]):
    """What counts below a place: for each key or index the place that it leads to, or None if it does not count.

    ``live`` is False where nothing below can be ignored any more.
    """

    __slots__ = ("_met", "_open", "live")

    def __init__(self, waiting: Iterable[tuple[_Pattern, int]], met: set[str]) -> None:
        super().__init__()
        self._open = tuple(dict.fromkeys(waiting))
        self._met = met
        self.live = bool(self._open)

    def __missing__(self, key: object) -> PathNode | None:
        further: list[tuple[_Pattern, int]] = []
        dropped = False
        for pattern, at in self._open:
            step = pattern.steps[at]
            if step.deep:
                further.append((pattern, at))
            if not step.matches(key):
                continue
            if at + 1 < len(pattern.steps):
                further.append((pattern, at + 1))
            else:
                dropped = True
                self._met.add(pattern.text)
        found = self[key] = None if dropped else PathNode(further, self._met)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Ignore:
    """What does not count, as patterns; make one for each exploration, for it remembers which of them were met."""

    patterns: tuple[str, ...] = ()
    root: PathNode = field(default_factory=lambda: PathNode((), set()), repr=False)
    _met: set[str] = field(default_factory=set, repr=False)

    def unmatched(self) -> tuple[str, ...]:
        """The patterns that no state had a member for so far: usually slips of the pen."""
        return tuple(text for text in self.patterns if text not in self._met)


NOTHING = Ignore()
"""Everything counts."""


def read_ignore(given: object) -> Ignore:
    """What the pattern or patterns name; SteppayMockError names a pattern that says nothing, or everything.

    A bare name is that key anywhere; ``*`` in a name stands for any letters. ``$`` begins a JSONPath of ``.name``,
    ``[0]``, ``[*]`` and ``['any name']``; two dots mean any depth.
    """
    if isinstance(given, Ignore):
        return given
    texts = tuple(dict.fromkeys([given] if isinstance(given, str) else _each(given)))
    met: set[str] = set()
    root = PathNode([(_parse(text), 0) for text in texts], met)
    return Ignore(patterns=texts, root=root, _met=met)


def _each(given: object) -> Iterator[str]:
    if not isinstance(given, Iterable):
        raise SteppayMockError(f"{option('ignore', value=given)} is no path and no list of paths. Say {_FORMS}.")
    for text in given:
        if not isinstance(text, str):
            raise SteppayMockError(f"{option('ignore', value=text)} is no path: a path is a text. Say {_FORMS}.")
        yield text


def _parse(text: str) -> _Pattern:
    path = f"$..{text}" if _BARE.fullmatch(text) else text
    if not path.startswith("$"):
        raise SteppayMockError(
            f"{option('ignore', value=text)} is no path: it is no bare name, and does not begin with $. Say {_FORMS}."
        )
    try:
        steps = read_steps(path)
    except PatternError as error:
        raise SteppayMockError(
            f"{option('ignore', value=text)} is no path from {error.rest!r} on. Say {_FORMS}."
        ) from None
    if all(step.is_any for step in steps):
        raise SteppayMockError(
            f"{option('ignore', value=text)} would leave nothing to compare. Name what does not count: {_FORMS}."
        )
    return _Pattern(text, steps)
