"""The file descriptors of this process: each connection takes one, and systems give few of them unless asked."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from steppay_mock.errors import SteppayMockError

try:
    import resource
except ImportError:  # Windows: there is no such limit
    resource = None  # type: ignore[assignment]

_WANTED = 10_000
"""What the limit is raised to, as Locust does, where the hard limit lets it."""
_SPARE = 32  # for the journal, a name server, and what else the process opens meanwhile
_UNKNOWN = 64  # how many are taken to be open where the system does not tell


def limit() -> int | None:
    """How many this process may have open; None where nothing bounds them."""
    if resource is None:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def make_room(connections: int) -> None:
    """Raise the limit as far as it is of use, and see that so many connections fit beside what is open.

    Raises SteppayMockError, with the figures, where they do not.
    """
    _raise_limit(max(_WANTED, needed := connections + _open() + _SPARE))
    most = limit()
    if most is not None and needed > most:
        raise SteppayMockError(
            f"{connections} deliveries at once need {needed} file descriptors, and this process may have {most}: "
            f"nothing was sent. Raise the limit with `ulimit -n {needed}`, or lower the concurrency to "
            f"{max(most - needed + connections, 1)}."
        )


def _raise_limit(wanted: int) -> None:
    soft = limit()
    if soft is None or soft >= wanted:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most <= soft:
        return
    with suppress(OSError, ValueError):  # some systems have bounds of their own; the limit is looked at afterwards
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _open() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        if Path(folder).is_dir():
            with suppress(OSError):
                return sum(1 for _ in Path(folder).iterdir())
    return _UNKNOWN
