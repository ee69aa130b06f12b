"""Refuses database work of a receiver that the test's transaction cannot hold, with a message that names the fixture.

Each thread has its own connection. Code in another thread does not see the rows of the test's transaction, and the
rows that it writes stay after the test.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from steppay_mock.delivery.in_process.django_connections import (
    close_connection,
    connections_of_thread,
    is_django_in_use,
    open_connections,
)
from steppay_mock.errors import SteppayMockError

CURE = (
    "Use pytest-django's fixture `transactional_db` instead of `db` (`django_db(transaction=True)` as a mark), or "
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
    """Raised in a receiver that is about to use a database connection outside of the test's transaction."""


@contextmanager
def naming_the_fixture() -> Iterator[None]:
    """Within it, Django's refusal of a database in the thread of the event loop is an error that names the fixture."""
    try:
        yield
    except Exception as error:
        exceptions = sys.modules.get("django.core.exceptions")
        if exceptions is None or not isinstance(error, exceptions.SynchronousOnlyOperation):
            raise
        raise SteppayMockError(_LOOP_HOLDS_IT) from error


class TransactionGuard:
    """Watches deliveries: call ``begin()`` before one or several, ``end()`` or ``abandon()`` after them.

    While it watches, it refuses a connection that the receiver uses outside of the test's transaction: the receiver
    gets an exception, and ``end`` raises a SteppayMockError.
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
        self._of_test = [*held, *(one for one in connections_of_thread() if one not in held)]
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
        """Stop watching. Raises SteppayMockError if the receiver left the test's transaction."""
        self.abandon()
        if self._trouble:
            raise SteppayMockError(self._trouble)

    def abandon(self) -> None:
        """Stop watching, and raise nothing."""
        if self._stop is not None:
            self._stop()
            self._stop = None
            _watch_late(self.held)

    def refuse_if_broken(self) -> None:
        """Raise SteppayMockError if an error of the database broke the test's transaction."""
        if any(one.needs_rollback for one in self.held):
            raise SteppayMockError(_BROKEN)

    def _meet_request(self, **_signal: Any) -> None:
        """Called in the thread of the view, before it: close the thread's connections, so that each is opened anew."""
        if self.held or self._at_once:
            for one in open_connections():
                if one not in self._of_test:
                    close_connection(one)

    def _meet_connection(self, connection: Any, **_signal: Any) -> None:
        """Called in the thread that has opened a connection."""
        trouble = ""
        if any(connection.alias == one.alias and connection is not one for one in self.held):
            trouble = _ELSEWHERE
        elif self._at_once and connection.vendor == "sqlite" and connection.is_in_memory_db():
            trouble = _IN_MEMORY
        if trouble:
            close_connection(connection)  # it is open already: the next statement would pass
            self._refuse(trouble)

    def _meet_statement(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Called before a statement on a connection of the test, while several deliveries are in flight."""
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
"""At most one: the watch after the last delivery within a transaction."""


def _watch_late(held: tuple[Any, ...]) -> None:
    if held:
        _end_late_watch(())
        watch = LateWatch(held, refuse=_refuse_late)
        watch.begin()
        _late.append(watch)


def _end_late_watch(held: tuple[Any, ...]) -> None:
    """End it. Raises SteppayMockError if it refused a connection of one of these transactions meanwhile."""
    for watch in _late:
        watch.end()
    refused = any(watch.is_refused and watch.is_of(held) for watch in _late)
    _late.clear()
    if refused:
        raise SteppayMockError(_ELSEWHERE)


def _refuse_late(connection: Any) -> None:
    close_connection(connection)
    # The receiver has answered already, and nobody may look at the error of a thread: so the log gets it too.
    logging.getLogger("steppay_mock").error(_ELSEWHERE)
    raise ElsewhereError(_ELSEWHERE)


@contextmanager
def guarded(held: tuple[Any, ...], *, at_once: bool) -> Iterator[None]:
    """Within it, a TransactionGuard watches the deliveries."""
    guard = TransactionGuard()
    guard.begin(held, at_once=at_once)
    try:
        yield
        guard.end()
    finally:
        guard.abandon()


class LateWatch:
    """Refuses connections of other threads after a delivery, until the transactions of the test have ended."""

    def __init__(self, held: tuple[Any, ...], *, refuse: Callable[[Any], None]) -> None:
        # The block, and not the connection alone: the connection is used again by the transaction of the next test.
        self._blocks = [(one, one.atomic_blocks[-1]) for one in held if getattr(one, "atomic_blocks", None)]
        self._refuse = refuse
        self.is_refused = False

    def begin(self) -> None:
        """Begin to watch: connect to Django's signal."""
        from django.db.backends.signals import connection_created

        if self._blocks:
            connection_created.connect(self._meet, weak=False)

    def end(self) -> None:
        """Stop watching."""
        from django.db.backends.signals import connection_created

        connection_created.disconnect(self._meet)

    def is_of(self, held: tuple[Any, ...]) -> bool:
        """Whether one of these connections is still in a transaction that this was made for."""
        return any(one in held and block in one.atomic_blocks for one, block in self._blocks)

    def _meet(self, connection: Any, **_signal: Any) -> None:
        """Called in the thread that has opened a connection."""
        open_ones = [one for one, block in self._blocks if block in one.atomic_blocks]
        if not open_ones:
            self.end()
            return
        if any(connection.alias == one.alias and connection is not one for one in open_ones):
            self.is_refused = True
            self._refuse(connection)
