"""Which calls there are at a path, and which call is near a path that nothing is at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

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


def nearest_call(method: str, path: str) -> str | None:
    """The call whose path is nearly this one, of this method if there is one; None if none is near."""
    filled: dict[str, str] = {}
    # Of equal paths the one with the method counts.
    for verb, call in sorted(_every_call(), key=lambda call: call[0] != method):
        filled.setdefault(call.filled_from(path), f"{verb} {call.template}")
    near = get_close_matches(path.rstrip("/"), filled, n=1, cutoff=_NEAR)
    return filled[near[0]] if near else None


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
