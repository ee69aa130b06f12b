"""Runs a search in a thread beside an event loop that goes on, in which the receiver and the probes run.

An async application often has a pool of connections that belongs to one event loop. In a test that is the loop of the
test, so whatever is the receiver's has to run there; the search itself is synchronous, and waits in its thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

from steppay_mock.delivery.running_loop import require_asyncio
from steppay_mock.ordering.receiver.watchdog import HungError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Host:
    """The event loop of the test; ``stopped`` once nobody waits for the search any more."""

    loop: asyncio.AbstractEventLoop
    stopped: Event

    def check(self) -> None:
        """CancelledError if nobody waits for the search any more."""
        if self.stopped.is_set():
            raise asyncio.CancelledError

    def run(self, awaitable: Awaitable[T], *, limit: float) -> T:
        """What the awaitable gives in that loop; HungError after so many seconds, in which the loop did not end it."""

        async def awaited() -> T:
            return await awaitable

        future = asyncio.run_coroutine_threadsafe(awaited(), self.loop)
        try:
            return future.result(limit)
        except TimeoutError:
            if future.done():  # it was the awaitable that raised it
                raise
            future.cancel()
            raise HungError from None

    def call(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """What the function gives in that loop, and in its thread; awaited, if it is async."""

        async def called() -> Any:
            given = function(*arguments)
            return await given if hasattr(given, "__await__") else given

        return self.run(called(), limit=limit)


_HOST: ContextVar[Host | None] = ContextVar("steppay_mock_host", default=None)


def current_host() -> Host | None:
    """The host of the search that runs in this thread; None if it runs beside no event loop."""
    return _HOST.get()


async def beside_loop(search: Callable[[], T]) -> T:
    """What the search gives, which runs in a thread of its own; it ends at its next delivery if this is cancelled."""
    require_asyncio()
    host = Host(asyncio.get_running_loop(), Event())
    token = _HOST.set(host)
    try:
        searching = asyncio.ensure_future(asyncio.to_thread(search))
    finally:
        _HOST.reset(token)
    try:
        return await asyncio.shield(searching)
    except asyncio.CancelledError:
        host.stopped.set()
        await asyncio.wait([searching])  # the app is to be stopped while its loop still runs
        raise
