"""Which calls there are at a path, and which call is near a path that nothing is at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from steppay_mock.errors import SteppayMockError, choices, did_you_mean
from steppay_mock.rest.paths import ApiPath
from steppay_mock.rest.routes import ROUTES, ApiTarget, target_of
from steppay_mock.rest.writing.call import WriteTarget
from steppay_mock.rest.writing.calls import WRITES

_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Place:
    """The calls at one path."""

    read: ApiTarget | None
    writes: tuple[WriteTarget, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that the path has."""
        return (*(("GET", "HEAD") if self.read else ()), *(one.call.method for one in self.writes))

    @property
    def template(self) -> str:
        """The template of the path, as the first of its calls names it."""
        return self.read.route.template if self.read else self.writes[0].call.template

    def write(self, method: str) -> WriteTarget | None:
        """The call that writes with this method; None if there is none."""
        return next((one for one in self.writes if one.call.method == method), None)

    def template_of(self, method: str) -> str:
        """The template of the path, as the call with this method names it if there is one."""
        written = self.write(method)
        return self.template if written is None else written.call.template


def place_at(path: str) -> Place | None:
    """The calls at this path; None if StepPay is not known to have it."""
    read = target_of(path)
    writes = tuple(_writes_at(path))
    return Place(read, writes) if read or writes else None


def check_match(pattern: str) -> None:
    """Refuse a path with wildcards that no call of the API has: a rule for it would never be used."""
    shapes = [re.sub(r"\{\w+\}", "*", call.template) for _, call in _every_call()]
    if any(_share_a_path(pattern, shape) for shape in shapes):
        return
    raise SteppayMockError(
        f"No call of StepPay's REST API has the path {pattern!r}.{did_you_mean(pattern, dict.fromkeys(shapes))} Its "
        f"paths are {choices(dict.fromkeys(call.template for _, call in _every_call()))}."
    )


def nearest_call(method: str, path: str) -> str | None:
    """The call whose path is nearly this one, of this method if there is one; None if none is near."""
    filled: dict[str, str] = {}
    # Of equal paths the one with the method counts.
    for verb, call in sorted(_every_call(), key=lambda call: call[0] != method):
        filled.setdefault(call.filled_from(path), f"{verb} {call.template}")
    near = get_close_matches(path.rstrip("/"), filled, n=1, cutoff=_NEAR)
    return filled[near[0]] if near else None


def _share_a_path(pattern: str, shape: str) -> bool:
    """Whether there is a path that both match; in ``shape`` a star is some letters without a slash."""
    wanted = re.findall(r"\[[^\]]*\]|.", pattern)
    in_a_key = "".join({*pattern, "x", "1"} - {"/"})
    # The places that can be reached after each letter: in `shape`, of the pattern. A star may be left or be used again.
    reached = _stars_left({0}, wanted)
    for part in shape:
        letters = in_a_key if part == "*" else part
        step = _after(reached, wanted, letters)
        while part == "*" and (more := step | _after(step, wanted, letters)) != step:
            step = more
        reached = step
    return len(wanted) in reached


def _after(reached: set[int], wanted: list[str], letters: str) -> set[int]:
    """The places of the pattern after one of these letters."""
    next_ones = set()
    for at in reached:
        if at < len(wanted) and any(fnmatchcase(letter, wanted[at]) for letter in letters):
            next_ones.add(at if wanted[at] == "*" else at + 1)
    return _stars_left(next_ones, wanted)


def _stars_left(reached: set[int], wanted: list[str]) -> set[int]:
    """These places, and those behind stars, which match nothing too."""
    found = set(reached)
    for at in sorted(reached):
        beyond = at
        while beyond < len(wanted) and wanted[beyond] == "*":
            beyond += 1
            found.add(beyond)
    return found


def _writes_at(path: str) -> Iterator[WriteTarget]:
    for call in WRITES:
        keys = call.keys_of(path)
        if keys is not None:
            yield WriteTarget(call, keys)


def _every_call() -> Iterator[tuple[str, ApiPath]]:
    yield from (("GET", route) for route in ROUTES)
    yield from ((call.method, call) for call in WRITES)


def _listing() -> str:
    """All paths, each with its methods. Parts of a path that vary have different names in different calls."""
    methods: dict[str, list[str]] = {}
    templates: dict[str, str] = {}
    for method, call in _every_call():
        shape = re.sub(r"\{\w+\}", "{}", call.template)
        templates.setdefault(shape, call.template)
        methods.setdefault(shape, []).append(method)
    return ", ".join(f"{'|'.join(methods[shape])} {template}" for shape, template in templates.items())


LISTING = _listing()
