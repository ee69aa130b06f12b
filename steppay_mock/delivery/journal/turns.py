"""Turns of the threads of this process that write to one file.

SQLite lets one connection write at a time. The others sleep and try again, up to a tenth of a second each time: many
threads that write a little each would mostly sleep. Here they queue up: each goes on when the one before is done.
"""

from __future__ import annotations

import os
from threading import Lock
from weakref import WeakValueDictionary

from steppay_mock.delivery.journal.path import real_path


class WritingTurn:
    """A lock, which a weak reference can be made to."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_exception: object) -> None:
        self._lock.release()


class _Turns:
    """The turns of one process, by the paths of their files."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Know of no file yet."""
        self.guard = Lock()
        self.by_path: WeakValueDictionary[str, WritingTurn] = WeakValueDictionary()


_turns = _Turns()

if hasattr(os, "register_at_fork"):  # what another thread holds while a process is forked would stay held in it
    os.register_at_fork(after_in_child=_turns.begin)


def turn_of(path: str) -> WritingTurn:
    """The turn of all who write to that file; keep it as long as the file is open."""
    with _turns.guard:
        return _turns.by_path.setdefault(real_path(path), WritingTurn())
