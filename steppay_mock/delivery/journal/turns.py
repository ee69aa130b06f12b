"""Turns of the threads of this process that write to one file.

SQLite lets one connection write at a time. The others sleep and try again, up to a tenth of a second each time: many
threads that write a little each would mostly sleep. Here they queue up: each goes on when the one before is done.
"""

from __future__ import annotations

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


_turns: WeakValueDictionary[str, WritingTurn] = WeakValueDictionary()
_guard = Lock()


def turn_of(path: str) -> WritingTurn:
    """The turn of all who write to that file; keep it as long as the file is open."""
    with _guard:
        return _turns.setdefault(real_path(path), WritingTurn())
