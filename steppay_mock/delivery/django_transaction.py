"""The transaction that Django's TestCase and pytest-django's ``db`` put around a test.

It belongs to one thread, that of the test. What works with the database in another thread has a connection of its own:
it does not see what the transaction holds, and what it writes stays behind after the test. So what can run in the
thread of the test runs there, and the rest is refused with a message that names the fixture to use.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from steppay_mock.delivery.django_late import LateWatch
from steppay_mock.errors import SteppayMockError

T = TypeVar("T")

CURE = (
    "Use pytest-django's fixture `transactional_db` in the place of `db` (`django_db(transaction=True)` as a mark), or "
    "TransactionTestCase in the place of TestCase."
)
_ELSEWHERE = (
    "The test is in a transaction of Django, and the receiver works with the database in another thread, as views of "
    "an async test, threads that a view starts, and webhooks in flight at once do. Each thread has a database "
    "connection of its own, so the receiver does not see what the test's transaction holds, and what it writes "
    f"outlives the test. {CURE}"
)
_BROKEN = (
    "An error of the database within a delivery broke the test's own transaction, so nothing more can be read or "
    "written in this test. In production only the receiver's own statements would have failed. "
    f"{CURE}"
)
_IN_MEMORY = (
    "Webhooks in flight at once need a database connection each. Connections to an SQLite database in memory lock each "
    "other out at once, and threads of a live server even share one, which is so in no production. Give the tests a "
    "file: DATABASES['default']['TEST'] = {'NAME': BASE_DIR / 'test.sqlite3'}, with 'OPTIONS': {'transaction_mode': "
    "'IMMEDIATE'}. Or use the database that production has."
)
_LOOP_HOLDS_IT = (
    "The test is async, and Django's transaction around it belongs to the thread of the event loop, in which Django "
    f"lets nobody use the database. {CURE}"
)


class ElsewhereError(Exception):
    """Raised within a receiver that is about to use a database connection which cannot show what the test has."""


def is_django_in_use() -> bool:
    """Whether Django and its databases are loaded and configured in this process; it loads nothing."""
    if "django.db" not in sys.modules:
        return False
    return bool(sys.modules["django.conf"].settings.configured)


def open_transactions() -> tuple[Any, ...]:
    """The connections of this thread that are in a transaction; between two deliveries that is the test's."""
    return tuple(one for one in _connections_of_thread() if one.in_atomic_block) if is_django_in_use() else ()


def _connections_of_thread() -> list[Any]:
    """Those that synchronous code has made, also where a loop runs: Django hides them from what is async."""
    import asyncio

    loop = asyncio._get_running_loop()  # noqa: SLF001 - asyncio offers it, in __all__
    asyncio._set_running_loop(None)  # noqa: SLF001
    try:
        return list(sys.modules["django.db"].connections.all(initialized_only=True))
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001


async def transactions_beside_loop() -> tuple[Any, ...]:
    """The same for the thread to which ``sync_to_async`` leads: in async tests of TestCase it is that of the test."""
    return await in_sync_thread(open_transactions) if is_django_in_use() else ()


@asynccontextmanager
async def closing_connections() -> AsyncIterator[None]:
    """Closes what is opened meanwhile in the thread to which ``sync_to_async`` leads: no test would close it there."""
    if not is_django_in_use():
        yield
        return
    before = await in_sync_thread(_open_connections)
    try:
        yield
    finally:
        await in_sync_thread(_close_all_but, before)


def _open_connections() -> list[Any]:
    return [one for one in _connections_of_thread() if one.connection is not None]


def _close(connection: Any) -> None:
    """Close it, also where it leads to a database in memory, which Django keeps for tests that have no other one."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    BaseDatabaseWrapper.close(connection)


def _close_all_but(kept: list[Any]) -> None:
    for one in _open_connections():
        if one not in kept and not one.in_atomic_block:
            one.close()


async def in_sync_thread(function: Callable[..., T], *arguments: Any) -> T:
    """What the function gives in the thread that Django's async code uses for what is synchronous."""
    from asgiref.sync import sync_to_async

    given: T = await sync_to_async(function)(*arguments)
    return given


def run_in_test(function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """What the async function gives; meanwhile this thread does all work that is synchronous, as in Django's TestCase.

    So synchronous views of an ASGI app, and the database calls of async ones, are in the transaction of this thread.
    """
    from asgiref.sync import async_to_sync

    async def called() -> T:
        return await function(*arguments)

    given: T = async_to_sync(called)()
    return given


@contextmanager
def naming_the_fixture() -> Iterator[None]:
    """Turns Django's refusal to use a database in the event loop's thread into an error that names the fixture."""
    try:
        yield
    except Exception as error:
        exceptions = sys.modules.get("django.core.exceptions")
        if exceptions is None or not isinstance(error, exceptions.SynchronousOnlyOperation):
            raise
        raise SteppayMockError(_LOOP_HOLDS_IT) from error


class TransactionGuard:
    """Watches deliveries: ``begin()`` comes before one or several, ``end()`` or ``abandon()`` after.

    While it watches, a connection that the receiver uses outside of the test's transaction is refused, with an
    exception in the receiver and a SteppayMockError from ``end``.
    """

    def __init__(self) -> None:
        self.held: tuple[Any, ...] = ()
        """The connections that are in the test's transaction."""
        self._of_test: list[Any] = []
        self._at_once = False
        self._trouble = ""
        self._stop: Callable[[], object] | None = None

    def begin(self, held: tuple[Any, ...], *, at_once: bool) -> None:
        """Begin to watch; ``held`` are the connections in the test's transaction, ``at_once``: several are in flight.

        SteppayMockError if the transaction is broken.
        """
        if not is_django_in_use():
            return
        from django.core.signals import request_started
        from django.db.backends.signals import connection_created

        self.held, self._at_once, self._trouble = held, at_once, ""
        self.refuse_if_broken()
        _end_late_watch(held)
        self._of_test = [*held, *(one for one in _connections_of_thread() if one not in held)]
        watched = self._of_test if at_once else []
        request_started.connect(self._meet_request, weak=False)
        connection_created.connect(self._meet_connection, weak=False)
        for one in watched:
            one.execute_wrappers.append(self._meet_statement)

        def stop() -> None:
            request_started.disconnect(self._meet_request)
            connection_created.disconnect(self._meet_connection)
            for one in watched:
                one.execute_wrappers.remove(self._meet_statement)

        self._stop = stop

    def end(self) -> None:
        """Watch no longer; SteppayMockError if the receiver used a connection that cannot show what the test has."""
        self.abandon()
        if self._trouble:
            raise SteppayMockError(self._trouble)

    def abandon(self) -> None:
        """Watch no longer; nothing is told."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            _watch_late(self.held)

    def refuse_if_broken(self) -> None:
        """SteppayMockError if an error of the database broke the test's transaction."""
        if any(one.needs_rollback for one in self.held):
            raise SteppayMockError(_BROKEN)

    def _meet_request(self, **_signal: Any) -> None:
        """Called in the thread in which the view is about to run: what that has kept open, it has to open anew."""
        if self.held or self._at_once:
            for one in _open_connections():
                if one not in self._of_test:
                    _close(one)

    def _meet_connection(self, connection: Any, **_signal: Any) -> None:
        """Called in whichever thread has opened a connection."""
        trouble = ""
        if any(connection.alias == one.alias and connection is not one for one in self.held):
            trouble = _ELSEWHERE
        elif self._at_once and connection.vendor == "sqlite" and connection.is_in_memory_db():
            trouble = _IN_MEMORY
        if trouble:
            _close(connection)  # it is open by now, and the next statement would pass
            self._refuse(trouble)

    def _meet_statement(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Called before a statement on a connection of the test's, while several deliveries are in flight."""
        connection = context["connection"]
        if connection in self.held:
            self._refuse(_ELSEWHERE)
        if connection.allow_thread_sharing:  # with Django's live server
            self._refuse(_IN_MEMORY)
        return execute(sql, params, many, context)

    def _refuse(self, trouble: str) -> None:
        self._trouble = trouble
        raise ElsewhereError(trouble)


_late: list[LateWatch] = []
"""At most one: that of the last delivery to which a transaction belonged."""


def _watch_late(held: tuple[Any, ...]) -> None:
    if held:
        _end_late_watch(())
        _late.append(LateWatch(held, refuse=_refuse_late))
        _late[-1].begin()


def _end_late_watch(held: tuple[Any, ...]) -> None:
    """End it; SteppayMockError if something was refused meanwhile in one of these transactions."""
    for watch in _late:
        watch.end()
    refused = any(watch.is_refused and watch.is_of(held) for watch in _late)
    _late.clear()
    if refused:
        raise SteppayMockError(_ELSEWHERE)


def _refuse_late(connection: Any) -> None:
    _close(connection)
    # The receiver answered before, and who started the thread may never look at its error.
    logging.getLogger("steppay_mock").error(_ELSEWHERE)
    raise ElsewhereError(_ELSEWHERE)


@contextmanager
def guarded(held: tuple[Any, ...], *, at_once: bool) -> Iterator[None]:
    """Within ``with``, deliveries are watched by a TransactionGuard."""
    guard = TransactionGuard()
    guard.begin(held, at_once=at_once)
    try:
        yield
        guard.end()
    finally:
        guard.abandon()
