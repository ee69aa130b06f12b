"""``ignore=``: patterns of the parts of a state that do not count, such as surrogate ids and times of arrival.

The patterns together are an automaton over keys, as regular expressions are over characters. Its states (``PathNode``)
are made when a state of the receiver is read for the first time: a node knows for each key the node below it, or None
if that member is ignored. So reading a state costs one dict lookup for each member, however many patterns there are.
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
    """One place in a state: for each key or index the node below it; None if that member is ignored.

    ``live`` is False if no pattern can match anything below. Then the faster readers without paths are used.
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
            if step.deep:  # it may match at any depth, so it stays open below
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
    """The patterns of ``ignore=``. Make one for each search: it remembers which patterns have matched."""

    patterns: tuple[str, ...] = ()
    root: PathNode = field(default_factory=lambda: PathNode((), set()), repr=False)
    _met: set[str] = field(default_factory=set, repr=False)

    def unmatched(self) -> tuple[str, ...]:
        """The patterns that have matched nothing so far: usually typos."""
        return tuple(text for text in self.patterns if text not in self._met)


NOTHING = Ignore()
"""Nothing is ignored."""


def read_ignore(given: object) -> Ignore:
    """Read one pattern or several; SteppayMockError names a pattern that is no path, or that matches everything.

    A bare name is that key at any depth; ``*`` in a name matches any characters. ``$`` begins a JSONPath of ``.name``,
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
