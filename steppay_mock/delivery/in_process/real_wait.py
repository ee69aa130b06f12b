"""Waits for tasks of an event loop in real time, also where a test has stopped the clock of event loops.

A loop counts by ``time.monotonic``, which freezegun stops: a timeout would come never, or at once. Our own loops get
the real clock. For a loop of the user, a thread wakes it up as long as its clock is not the real one.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from threading import Timer
from typing import Any

from steppay_mock.wire.own_sockets import own_socket
from steppay_mock.wire.real_time import monotonic

_SAME = 1.0  # seconds; a clock that differs by less is the real one, read a little later


def real_loop() -> asyncio.AbstractEventLoop:
    """A new loop that counts real time. Raises SteppayMockError if a tool forbids the sockets that a loop needs."""
    with own_socket("run the event loop of an ASGI app", allow="--allow-unix-socket"):
        # A loop opens a pair of sockets. If they are forbidden, a half-made loop raises again when it is collected.
        socket.socket(getattr(socket, "AF_UNIX", socket.AF_INET)).close()
        loop = asyncio.new_event_loop()
    with suppress(AttributeError):  # loops in C, such as uvloop's, have a clock of their own
        loop.time = monotonic  # type: ignore[method-assign]
    return loop


async def wait_for_tasks(
    tasks: Iterable[asyncio.Future[Any]], *, seconds: float, return_when: str = asyncio.ALL_COMPLETED
) -> None:
    """Return when the tasks are done, as ``asyncio.wait`` does, or after this many real seconds. It cancels no task."""
    loop, waited_for = asyncio.get_running_loop(), set(tasks)
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        if _counts_real_time(loop):
            await asyncio.wait(waited_for, timeout=left, return_when=return_when)
        else:
            await _wait_with_timer(loop, waited_for, left, return_when)
        pending = [one for one in waited_for if not one.done()]
        if not pending or (return_when == asyncio.FIRST_COMPLETED and len(pending) < len(waited_for)):
            return


def _counts_real_time(loop: asyncio.AbstractEventLoop) -> bool:
    return abs(loop.time() - monotonic()) < _SAME


async def _wait_with_timer(
    loop: asyncio.AbstractEventLoop, tasks: set[asyncio.Future[Any]], seconds: float, return_when: str
) -> None:
    """Return when the wait ends, or when a thread has woken the loop up after this many seconds."""
    woken = loop.create_future()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(woken.cancel)

    timer = Timer(seconds, wake)
    timer.daemon = True
    timer.start()
    waiting = asyncio.ensure_future(asyncio.wait(tasks, return_when=return_when))
    try:
        await asyncio.wait({waiting, woken}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
        waiting.cancel()
