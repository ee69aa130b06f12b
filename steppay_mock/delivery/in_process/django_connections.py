"""Django's database connections and the transaction that a test holds, seen from the thread that calls it.

A connection belongs to one thread. Django's TestCase and pytest-django's ``db`` put a transaction around a test, in the
thread of the test. So code of the receiver that can run in that thread runs there. Nothing here loads Django.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def is_django_in_use() -> bool:
    """Whether Django and its databases are loaded and configured in this process; it loads nothing."""
    if "django.db" not in sys.modules:
        return False
    return bool(sys.modules["django.conf"].settings.configured)


def open_transactions() -> tuple[Any, ...]:
    """The connections of this thread that are in a transaction; between two deliveries that is the test's."""
    return tuple(one for one in connections_of_thread() if one.in_atomic_block) if is_django_in_use() else ()


def connections_of_thread() -> list[Any]:
    """The connections that synchronous code of this thread has made, also while an event loop runs in it."""
    import asyncio

    # Django keeps its connections in asgiref's Local, which shows an async caller another set than a synchronous one.

    loop = asyncio._get_running_loop()  # noqa: SLF001 - asyncio has it in __all__
    asyncio._set_running_loop(None)  # noqa: SLF001
    try:
        return list(sys.modules["django.db"].connections.all(initialized_only=True))
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001


async def transactions_beside_loop() -> tuple[Any, ...]:
    """The same for the thread in which ``sync_to_async`` runs code: that of the test in async tests of TestCase."""
    return await in_sync_thread(open_transactions) if is_django_in_use() else ()


@asynccontextmanager
async def closing_connections() -> AsyncIterator[None]:
    """Close the connections opened meanwhile in the thread of ``sync_to_async``: no test closes them there."""
    if not is_django_in_use():
        yield
        return
    before = await in_sync_thread(open_connections)
    try:
        yield
    finally:
        await in_sync_thread(_close_all_but, before)


def open_connections() -> list[Any]:
    """The connections of this thread that are open."""
    return [one for one in connections_of_thread() if one.connection is not None]


def close_connection(connection: Any) -> None:
    """Close it, also for an SQLite database in memory, where ``connection.close()`` of Django does nothing."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    BaseDatabaseWrapper.close(connection)


def _close_all_but(kept: list[Any]) -> None:
    for one in open_connections():
        if one not in kept and not one.in_atomic_block:
            one.close()


async def in_sync_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Call the function in the thread in which Django's async code runs synchronous code; return its result."""
    from asgiref.sync import sync_to_async

    given: T = await sync_to_async(function)(*arguments)
    return given


def run_in_test(function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """Run the async function and return its result; meanwhile this thread runs all synchronous code, as in TestCase.

    So synchronous views of an ASGI app, and the database calls of async views, are in the transaction of this thread.
    """
    from asgiref.sync import async_to_sync

    async def called() -> T:
        return await function(*arguments)

    given: T = async_to_sync(called)()
    return given
