"""The lock of a run: at most one process or thread sends it. The lock of a process that was killed is released."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from steppay_mock.delivery.journal.path import real_path
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.real_time import monotonic, sleep

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Journal

try:
    import fcntl
except ImportError:  # Windows has no flock: there a run must not be resumed while another process sends it
    fcntl = None  # type: ignore[assignment]

_NAP = 0.01  # seconds between two attempts to lock what another is about to let go of

IS_CERTAIN = fcntl is not None
"""Whether a claim proves that no other process sends the run."""


@contextmanager
def claim(journal: str, run: int, *, patience: float = 0.0) -> Iterator[bool]:
    """Whether the run is ours within ``with``; False if another process or thread is sending it.

    It is a lock of the system (flock) on a file beside the journal: the system releases it however the process ends.
    The journal may be named by any path: symbolic links are followed, and a file with several hard links is refused.
    ``patience`` is how many seconds to wait for another process to release it.
    """
    with claim_file(Path(f"{real_path(journal)}-run{run}"), patience=patience) as ours:
        yield ours


@contextmanager
def claim_file(path: Path, *, patience: float = 0.0) -> Iterator[bool]:
    """Whether this file, which stands for something else, is ours within ``with``; False if another one has it.

    It is made, and removed at the end.
    """
    if fcntl is None:
        yield True
        return
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


def forget_given_up(journal: Journal) -> list[int]:
    """Remove the runs whose planning was cut off, of which nothing was sent; their numbers.

    A run that is being planned now is claimed, and stays.
    """
    forgotten = []
    for run in journal.unplanned() if IS_CERTAIN else ():
        with claim(journal.path, run) as ours:
            if ours and run in journal.unplanned():
                journal.forget(run)
                forgotten.append(run)
    return forgotten


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
        except OSError as error:
            file.close()
            if isinstance(error, BlockingIOError):
                return None
            raise SteppayMockError(
                f"{path} cannot be locked: {error.strerror}. It stands beside the journal while a run is sent, so that "
                "no other process sends the run, too: name a journal on a disk of this machine."
            ) from None
        if _is_at(file, path):
            return file
        file.close()  # its owner removed it between our opening and our locking: this lock is on a file without a name


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
