"""Gives Mangum an event loop: it asks for the current one, and Lambda's only thread has one.

A test may have none: ``asyncio.run`` leaves its thread without a loop, and other threads never have one.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import finalize

if TYPE_CHECKING:
    import asyncio


class EventLoops:
    """One loop for each thread: the connections that an app keeps open between events belong to its loop."""

    def __init__(self) -> None:
        self._made: dict[int, asyncio.AbstractEventLoop] = {}
        self._in_use: set[int] = set()
        finalize(self, _close, self._made)  # a served app is never closed

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """Within ``with``, ``asyncio.get_event_loop()`` gives a loop that is open, if Mangum is loaded."""
        if "mangum" not in sys.modules or _has_one():
            yield
            return
        import asyncio

        from steppay_mock.delivery.in_process.real_wait import real_loop

        thread = threading.get_ident()
        if thread not in self._made:
            self._close_those_of_ended_threads()
            self._made[thread] = real_loop()
        asyncio.set_event_loop(self._made[thread])
        self._in_use.add(thread)
        try:
            yield
        finally:
            self._in_use.discard(thread)
            asyncio.set_event_loop(None)

    def close(self) -> None:
        """Close all loops."""
        _close(self._made)

    def _close_those_of_ended_threads(self) -> None:
        """Close loops that nobody can use any more: a server may start a thread for each request."""
        # A server in C has threads that Python does not list: theirs are in use.
        alive = {thread.ident for thread in threading.enumerate()} | self._in_use
        for ident in [*self._made]:
            if ident not in alive and (loop := self._made.pop(ident, None)) is not None:
                loop.close()


def _close(loops: dict[int, asyncio.AbstractEventLoop]) -> None:
    while loops:
        _, loop = loops.popitem()
        loop.close()


def _has_one() -> bool:
    """Whether this thread has a loop that is open. Before Python 3.14 ``get_event_loop`` may make one."""
    import asyncio

    if sys.version_info >= (3, 14):
        try:
            return not asyncio.get_event_loop().is_closed()
        except RuntimeError:
            return False
    here = getattr(asyncio.get_event_loop_policy(), "_local", None)
    loop: asyncio.AbstractEventLoop | None = getattr(here, "_loop", None)
    return loop is not None and not loop.is_closed()
