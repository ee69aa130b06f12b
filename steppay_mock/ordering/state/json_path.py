"""JSONPath, which names places in a state: writes the path of a place, and reads patterns that match places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[^\W\d][\w-]*")
_STEP = re.compile(
    r"""(?P<dots>\.\.?) (?P<name>[\w*-]+)
      | (?P<deep>\.\.)? \[ (?: (?P<any>\*) | (?P<index>\d+) | '(?P<single>[^']+)' | "(?P<double>[^"]+)" ) \]""",
    re.VERBOSE,
)


def below(path: str, step: object) -> str:
    """The path one step further: ``.name``, ``[0]``, or the key in brackets, such as ``['a name']``."""
    if isinstance(step, str):
        return f"{path}.{step}" if _NAME.fullmatch(step) else f"{path}[{step!r}]"
    return f"{path}[{step!r}]"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a pattern; ``deep``: at any depth below the step before, ``is_any``: every key matches."""

    deep: bool
    is_any: bool
    matches: Callable[[object], bool]


class PatternError(ValueError):
    """The text is no pattern; ``rest`` is the part that could not be read."""

    def __init__(self, rest: str) -> None:
        super().__init__(rest)
        self.rest = rest


def read_steps(path: str) -> tuple[PathStep, ...]:
    """The steps of a path that begins with ``$``; PatternError if a part of it is no step."""
    steps: list[PathStep] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise PatternError(path[at:])
        at = found.end()
        is_any = bool(found["any"]) or set(found["name"] or "") == {"*"}
        steps.append(
            PathStep(found["dots"] == ".." or found["deep"] is not None, is_any, _matcher(found, is_any=is_any))
        )
    return tuple(steps)


def places_at(
    state: Any, steps: tuple[PathStep, ...], *, path: str = "$", key: Any = None
) -> Iterator[tuple[str, Any, Any]]:
    """The places of a plain state that the steps match: the path, the last key, and the value there."""
    if not steps:
        yield path, key, state
        return
    step, *rest = steps
    members = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list) else ()
    for name, inner in members:
        if step.matches(name):
            yield from places_at(inner, tuple(rest), path=below(path, name), key=name)
        if step.deep:
            yield from places_at(inner, steps, path=below(path, name), key=name)


def _matcher(found: re.Match[str], *, is_any: bool) -> Callable[[object], bool]:
    if is_any:
        return lambda _key: True
    if found["index"]:
        index = int(found["index"])
        return lambda key: type(key) is int and key == index
    if found["name"]:
        shape = re.compile(".*".join(map(re.escape, found["name"].split("*"))), re.DOTALL)
        # Names do not match indexes: "1*" is a key that begins with 1, and not the second row.
        return lambda key: type(key) is not int and shape.fullmatch(str(key)) is not None
    exact = found["single"] or found["double"]
    return lambda key: key == exact


def leaves(path: str, node: Any, *, keys: bool = False) -> Iterator[tuple[str, Any]]:
    """All values of plain data that have nothing below them, with their paths; with ``keys`` all keys too."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if keys:
                yield below(path, key), key
            yield from leaves(below(path, key), inner, keys=keys)
    elif isinstance(node, list):
        for place, inner in enumerate(node):
            yield from leaves(below(path, place), inner, keys=keys)
    else:
        yield path, node
