"""The lock of a run: at most one process or thread sends it, and one that was killed does so no longer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from steppay_mock.delivery.journal.path import real_path
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.real_time import monotonic, sleep

try:
    import fcntl
except ImportError:  # Windows: there a run must not be resumed while it is going on
    fcntl = None  # type: ignore[assignment]

_NAP = 0.01  # seconds between two attempts to lock what another is about to let go of

IS_CERTAIN = fcntl is not None
"""Whether a claim tells that nobody else sends the run."""


@contextmanager
def claim(journal: str, run: int, *, patience: float = 0.0) -> Iterator[bool]:
    """Whether the run is ours for as long as this lasts; False if another process or thread is sending it.

    A lock of the system on a file beside the journal, which it lets go of however the process ends. The journal may be
    named by any path: symbolic links are followed, and a file with several hard links is no journal. ``patience`` is
    how many seconds another may take to let go of it.
    """
    if fcntl is None:
        yield True
        return
    path = Path(f"{real_path(journal)}-run{run}")
    until = monotonic() + patience
    while (locked := _lock(path)) is None and monotonic() < until:
        sleep(_NAP)
    if locked is None:
        yield False
        return
    with locked:
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)


def _lock(path: Path) -> IO[bytes] | None:
    while True:
        try:
            file = path.open("ab")
        except OSError as error:
            raise SteppayMockError(
                f"{path} cannot be written: {error.strerror}. It stands beside the journal while a run is sent: "
                "name a journal in a folder that can be written."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        if _is_at(file, path):
            return file
        file.close()  # whoever had it removed it between our opening and our locking


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
