"""How the texts of a search name an option, and which command or call replays a counterexample.

A message never contains the name of an option. It asks ``option("reset")``, which gives ``reset=`` in Python and
``--reset-url`` at a shell. The command line and the pytest plugin set their face once, with ``speaking``, before they
start a search; all other texts are Python's. A result keeps the face of its search, so that its report reads the same
wherever it is made.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

AT_A_SHELL: Final[Mapping[str, str]] = {
    "state": "--state-url",
    "reset": "--reset-url",
    "path": "--to",
    "api": "--serve-api",
    "types": "--events",
    "allow_hosts": "--allow-host",
    "duplicates": "--no-duplicates",
    "scenarios": "--scenario",
    "fresh": "--state-url with {customer_id} and no --reset-url",
}
"""Options that have another name on the command line; all others have the same name with dashes."""

PYTHON_ONLY: Final = frozenset({"effects", "invariant", "save", "restore", "events", "watch"})
"""Options of ``explore`` and ``replay`` that the command line does not have: at a shell they are named as a noun."""

_NO_VALUE: Final = object()  # None is a value that a caller may have given


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The URLs of a receiver elsewhere: of webhooks, of its state and of its reset. None: the URL holds a secret."""

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
    """How a reader types an option, and how they replay a counterexample."""

    is_shell: bool = False
    """Whether options are typed at a shell; else they are arguments in Python."""
    before: str = 'replay("'
    """What stands before the token in the command that replays it."""
    after: str = '", receiver, state=state, events=events)'
    """What stands after the token in that command."""
    hint: str = "from steppay_mock import replay; pass the options of this search too"
    """What the reader has to do first; empty if nothing."""
    reach: Reach | None = field(default=None, repr=False)
    """How the receiver is reached, where that is known as URLs."""

    def option(self, name: str, *, value: object = _NO_VALUE) -> str:
        """The option of ``explore`` as the reader types it, with this value or as a name alone."""
        if not self.is_shell:
            return f"{name}=" if value is _NO_VALUE else f"{name}={value!r}"
        if name in PYTHON_ONLY:
            return name
        flag = AT_A_SHELL.get(name) or f"--{name.replace('_', '-')}"
        if value is _NO_VALUE or value is None or value is True:
            return flag
        values = value if isinstance(value, list | tuple) else [value]
        return " ".join(f"{flag} {shlex.quote(str(one))}" for one in values)

    def again(self, token: str) -> str:
        """The line that replays the counterexample of this token."""
        return f"{self.before}{token}{self.after}"


PYTHON = Face()
"""The face of a caller in Python."""

_CURRENT: ContextVar[Face] = ContextVar("steppay_mock_face", default=PYTHON)


@contextmanager
def speaking(face: Face) -> Iterator[None]:
    """A context in which texts name options as this face does."""
    # A context variable and not an argument: errors are raised at any depth, also in the threads of asyncio.to_thread,
    # which inherit the context of their caller.
    before = _CURRENT.set(face)
    try:
        yield
    finally:
        _CURRENT.reset(before)


def current_face() -> Face:
    """The face that texts have here."""
    return _CURRENT.get()


def option(name: str, *, value: object = _NO_VALUE) -> str:
    """The option of ``explore`` as the reader types it, with this value or as a name alone."""
    return current_face().option(name, value=value)
