"""The face of a search: how its texts write options, and which command or call replays a counterexample.

There are three faces: Python, a shell, and pytest. Whoever starts a search sets its face once, with ``speaking``. Texts
that name an option ask ``option`` for its name, so nobody at a shell reads ``reset=``. What was found keeps its face.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

_AT_A_SHELL: Mapping[str, str] = {
    "state": "--state-url",
    "reset": "--reset-url",
    "path": "--to",
    "api": "--serve-api",
    "types": "--events",
    "allow_hosts": "--allow-host",
    "duplicates": "--no-duplicates",
    "fresh": "--state-url with {customer_id} and no --reset-url",
}
"""Options of ``explore`` that the command line calls otherwise; the others have the same name with dashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The URLs by which a receiver elsewhere is reached, looked at and emptied; None in the place of a secret one."""

    url: str | None
    state_url: str | None
    reset_url: str | None = None
    reset_method: str = "POST"
    can_reset: bool = True
    unsigned: bool = False
    files: tuple[str, ...] = ()
    """The files that define the scenario."""
    options: tuple[tuple[str, object], ...] = ()
    """The other options of the search, as arguments of ``replay``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What the reader types for an option, and what they type to see a counterexample again."""

    is_shell: bool = False
    """Whether options are typed at a shell; else they are arguments in Python."""
    before: str = 'replay("'
    """What stands before the token in the command that replays it."""
    after: str = '", receiver, state=state, events=events)'
    """What stands behind the token there."""
    hint: str = "from steppay_mock import replay; give it the options of this search as well"
    """What else the reader needs before they type that; empty if nothing."""
    reach: Reach | None = field(default=None, repr=False)
    """How the receiver is reached, where that is known as URLs."""

    def option(self, name: str, *, value: object = None) -> str:
        """What the reader types for this option of ``explore``; without a value, its name."""
        if not self.is_shell:
            return f"{name}=" if value is None else f"{name}={value!r}"
        flag = _AT_A_SHELL.get(name) or f"--{name.replace('_', '-')}"
        if value is None or value is True:
            return flag
        values = value if isinstance(value, list | tuple) else [value]
        return " ".join(f"{flag} {shlex.quote(str(one))}" for one in values)

    def again(self, token: str) -> str:
        """The line that shows the counterexample of this token again."""
        return f"{self.before}{token}{self.after}"


PYTHON = Face()
"""The face of whoever calls ``explore`` in Python."""

_CURRENT: ContextVar[Face] = ContextVar("steppay_mock_face", default=PYTHON)


@contextmanager
def speaking(face: Face) -> Iterator[None]:
    """Within it, options are named as this face has them."""
    before = _CURRENT.set(face)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def current_face() -> Face:
    """The face that was set last."""
    return _CURRENT.get()


def option(name: str, *, value: object = None) -> str:
    """What the reader types for this option of ``explore``; without a value, its name."""
    return current_face().option(name, value=value)
