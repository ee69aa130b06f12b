"""Where do a search, the receiver and the probes run? Beside an event loop, or in the transaction of a test of Django.

An async application often has a pool of connections that belongs to one event loop. In a test that is the loop of the
test, so whatever is the receiver's has to run there; the search itself is synchronous, and waits in its thread.

A transaction of Django's belongs to one thread, that of the test. The search stays there, and whatever is async runs in
a loop of another thread, which hands synchronous work back to the thread of the test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from inspect import iscoroutinefunction
from threading import Event
from typing import Any, Protocol, TypeVar

from steppay_mock.delivery.in_process.django_connections import (
    closing_connections,
    in_sync_thread,
    is_django_in_use,
    open_transactions,
    run_in_test,
)
from steppay_mock.delivery.in_process.django_guard import naming_the_fixture
from steppay_mock.delivery.in_process.running_loop import is_in_asyncio, require_asyncio
from steppay_mock.ordering.receiver.watchdog import HungError

T = TypeVar("T")


class Host(Protocol):
    """Runs what is the receiver's, for a search that is synchronous."""

    def check(self) -> None:
        """CancelledError if nobody waits for the search any more."""

    def run(self, awaitable: Awaitable[T], *, limit: float) -> T:
        """What the awaitable gives; HungError after so many seconds, in which the loop did not end it."""

    def call(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """What the function gives in the thread that may use the database; awaited, if it is async."""


@dataclass(frozen=True, slots=True)
class LoopOfTest:
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
        """What the function gives in that loop, and in its thread; awaited, if it is async.

        Django allows no database in a thread that runs a loop: there a synchronous function has the thread that
        Django's own async code has for it, unless the loop's thread is in a transaction.
        """

        async def called() -> Any:
            if not is_django_in_use() or iscoroutinefunction(function):
                given = function(*arguments)
            elif open_transactions():
                with naming_the_fixture():
                    given = function(*arguments)
            else:
                given = await in_sync_thread(function, *arguments)
            return await given if hasattr(given, "__await__") else given

        return self.run(called(), limit=limit)


class ThreadOfTest:
    """The thread of a test of Django, whose transaction no other thread has; a loop runs in another thread."""

    def check(self) -> None:
        """Nothing: an interrupt comes to this thread."""

    def run(self, awaitable: Awaitable[T], *, limit: float) -> T:
        """What the awaitable gives in the loop, while this thread does the work that is synchronous."""

        async def awaited() -> T:
            # In this task: asgiref finds the thread of the test from it.
            try:
                async with asyncio.timeout(limit) as timeout:
                    return await awaitable
            except TimeoutError:
                if timeout.expired():
                    raise HungError from None
                raise

        return run_in_test(awaited)

    def call(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """What the function gives in this thread."""
        given = function(*arguments)
        return self.run(given, limit=limit) if hasattr(given, "__await__") else given


_HOST: ContextVar[Host | None] = ContextVar("steppay_mock_host", default=None)


def current_host() -> Host | None:
    """The host of the search that runs in this thread; None if it needs none."""
    return _HOST.get()


def in_transaction_of_test(search: Callable[[], T]) -> T:
    """What the search gives; where this thread is in a transaction of Django's, all synchronous work is done in it."""
    if current_host() is not None or not open_transactions() or is_in_asyncio():
        return search()
    raised: list[BaseException] = []
    found: list[T] = []

    def searching() -> None:
        token = _HOST.set(ThreadOfTest())
        try:
            found.append(search())
        except BaseException as error:  # noqa: BLE001 - it must not go through the loop, which an interrupt would break
            raised.append(error)
        finally:
            _HOST.reset(token)

    run_in_test(in_sync_thread, searching)  # which is this thread again; the loop lasts until the search has ended
    if raised:
        raise raised[0]
    return found[0]


async def beside_loop(search: Callable[[], T]) -> T:
    """What the search gives, which runs in a thread of its own; it ends at its next delivery if this is cancelled."""
    require_asyncio()
    async with closing_connections():
        return await _beside_loop(search)


async def _beside_loop(search: Callable[[], T]) -> T:
    host = LoopOfTest(asyncio.get_running_loop(), Event())
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
