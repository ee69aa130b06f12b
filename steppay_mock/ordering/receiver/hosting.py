"""Which thread and event loop a search, the receiver and the probes run in. Two cases force a choice.

``explore_async``: an async application often has a pool of connections, which belongs to one event loop. In a test that
is the loop of the test, so the receiver and the probes have to run there. The search is synchronous, and waits in a
thread beside it.

A test of Django in a transaction (``TestCase``, ``db``): Django's connections are thread-local, so only the thread of
the test sees what the transaction holds. The search stays in it. An ASGI receiver runs in a loop of another thread, and
asgiref sends its synchronous work (the ORM) back to the thread of the test.
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
    """Runs the receiver and the probes for a synchronous search."""

    def check(self) -> None:
        """CancelledError if the search was cancelled."""

    def run(self, awaitable: Awaitable[T], *, limit: float) -> T:
        """The result of the awaitable; HungError if it takes longer than ``limit`` seconds."""

    def call(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """The result of the function, called in the thread that may use the database; awaited if it is async."""


@dataclass(frozen=True, slots=True)
class LoopOfTest:
    """The event loop of the test; ``stopped`` is set when the search is cancelled."""

    loop: asyncio.AbstractEventLoop
    stopped: Event

    def check(self) -> None:
        """CancelledError if the search was cancelled."""
        if self.stopped.is_set():
            raise asyncio.CancelledError

    def run(self, awaitable: Awaitable[T], *, limit: float) -> T:
        """The result of the awaitable in that loop; HungError if it takes longer than ``limit`` seconds."""

        async def awaited() -> T:
            return await awaitable

        future = asyncio.run_coroutine_threadsafe(awaited(), self.loop)
        try:
            return future.result(limit)
        except TimeoutError:
            if future.done():  # the TimeoutError is the awaitable's own
                raise
            future.cancel()
            raise HungError from None

    def call(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """The result of the function in that loop; awaited if it is async.

        Django refuses the ORM in a thread that runs a loop (SynchronousOnlyOperation). So a synchronous function runs
        in the thread that asgiref keeps for such code, unless the loop's thread is in a transaction: then that thread
        alone sees the data, and the error that Django raises is given a message that names the fixture.
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
    """The thread of a Django test, the only one that sees its transaction; a loop runs in another thread."""

    def check(self) -> None:
        """Do nothing: the search runs in the thread of the test, so an interrupt reaches it anyway."""

    def run(self, awaitable: Awaitable[T], *, limit: float) -> T:
        """The result of the awaitable in the loop, while this thread does the synchronous work."""

        async def awaited() -> T:
            # Awaited here, and not in a new task: asgiref finds the thread of the test by the current task.
            try:
                async with asyncio.timeout(limit) as timeout:
                    return await awaitable
            except TimeoutError:
                if timeout.expired():
                    raise HungError from None
                raise

        return run_in_test(awaited)

    def call(self, function: Callable[..., Any], *arguments: Any, limit: float) -> Any:
        """The result of the function in this thread."""
        given = function(*arguments)
        return self.run(given, limit=limit) if hasattr(given, "__await__") else given


_HOST: ContextVar[Host | None] = ContextVar("steppay_mock_host", default=None)


def current_host() -> Host | None:
    """The host of the search in this thread; None if it needs none."""
    return _HOST.get()


def in_transaction_of_test(search: Callable[[], T]) -> T:
    """The result of the search; in a transaction of Django all its synchronous work stays in this thread."""
    if current_host() is not None or not open_transactions() or is_in_asyncio():
        return search()
    raised: list[BaseException] = []
    found: list[T] = []

    def searching() -> None:
        token = _HOST.set(ThreadOfTest())
        try:
            found.append(search())
        except BaseException as error:  # noqa: BLE001 - kept out of the loop, which an interrupt would break
            raised.append(error)
        finally:
            _HOST.reset(token)

    # A loop in another thread, which calls the search back in this one. So a loop is there for async work as long as
    # the search lasts, and the search is where the transaction is.
    run_in_test(in_sync_thread, searching)
    if raised:
        raise raised[0]
    return found[0]


async def beside_loop(search: Callable[[], T]) -> T:
    """The result of the search, which runs in a new thread; if this is cancelled, it ends at its next delivery."""
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
        await asyncio.wait([searching])  # the search stops the app, which needs its loop for that
        raise
