"""The frame of Django's TestCase and of pytest-django's ``db``: a transaction around the test that never commits.

In it ``transaction.on_commit`` calls nothing. What a delivery registers there is called after the delivery, as
``TestCase.captureOnCommitCallbacks(execute=True)`` does. Views that run in another thread have another connection,
which is not in the test's transaction: those are refused.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any

from steppay_mock.errors import SteppayMockError

_RAN = (
    "transaction.on_commit callbacks ran after each delivery, as captureOnCommitCallbacks(execute=True) does, because "
    "the test's transaction never commits."
)
_CURE = (
    "Use pytest-django's fixture `transactional_db` in the place of `db` (`django_db(transaction=True)` as a mark), or "
    "TransactionTestCase in the place of TestCase."
)
_ELSEWHERE = (
    "The test is in a transaction of Django, and the receiver's views run in another thread, as those of an ASGI app "
    "and of webhooks in flight at once do. Each thread has a database connection of its own, so the views do not see "
    f"what the test's transaction holds, and what they write outlives the test. {_CURE}"
)
_BROKEN = (
    "An error of the database within a delivery broke the test's own transaction, so nothing more can be read or "
    "written in this test. In production only the receiver's own statements would have failed. "
    f"{_CURE}"
)

_log = logging.getLogger(__name__)


class ElsewhereError(Exception):
    """Raised where a view is about to run in another thread than the test, whose transaction it would miss."""


class DjangoFrame:
    """Watches the connections of Django that are in a transaction of the test's."""

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()
        self._pending: dict[str, list[Any]] = {}
        """What was registered before the delivery, by connection: it is the test's, and waits on."""
        self._thread = 0
        self._elsewhere = False
        self._stop: Callable[[], object] | None = None

    def before(self) -> None:
        """Remember what waits already."""
        self._pending = {one.alias: list(one.run_on_commit) for one in _in_transaction()}
        if not self._pending:
            return
        from django.core.signals import request_started

        def stop() -> None:
            request_started.disconnect(self._meet_request)

        self._thread, self._elsewhere, self._stop = get_ident(), False, stop
        request_started.connect(self._meet_request, weak=False)

    def after(self) -> Exception | None:
        """Call what this delivery registered, and give the exception that one of these callbacks raised."""
        if self._elsewhere:
            raise SteppayMockError(_ELSEWHERE)
        error: Exception | None = None
        for connection in _in_transaction():
            if connection.needs_rollback:
                raise SteppayMockError(_BROKEN)
            error = self._run_pending(connection) or error
        return error

    def abandon(self) -> None:
        """Listen to requests no longer."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _meet_request(self, **_signal: Any) -> None:
        """Called in the thread in which the view is about to run."""
        if get_ident() != self._thread:
            self._elsewhere = True
            raise ElsewhereError(_ELSEWHERE)

    def _run_pending(self, connection: Any) -> Exception | None:
        earlier = set(map(id, self._pending.get(connection.alias, ())))
        while new := [one for one in connection.run_on_commit if id(one) not in earlier]:
            self.notes = (_RAN,)
            # A callback may register others: those come after the ones that are here already.
            connection.run_on_commit = [one for one in connection.run_on_commit if id(one) in earlier]
            for _, callback, robust in new:
                if (error := _call(connection, callback, robust=robust)) is not None:
                    return error  # Django calls none of the rest either
        return None


def _call(connection: Any, callback: Callable[[], object], *, robust: bool) -> Exception | None:
    """Call it in a savepoint, so that an error of the database does not break the test's transaction."""
    savepoint = connection.savepoint()
    try:
        callback()
    except Exception as error:  # noqa: BLE001 - a callback is the receiver's: whatever it raises is the outcome
        connection.needs_rollback = False  # the savepoint undoes what broke
        connection.savepoint_rollback(savepoint)
        if not robust:
            return error
        _log.exception("A robust callback of transaction.on_commit raised, and Django goes on after those")
    else:
        connection.savepoint_commit(savepoint)
    return None


def _in_transaction() -> Iterator[Any]:
    """The connections of this thread that are in a transaction between two deliveries: it is the test's."""
    database, conf = sys.modules.get("django.db"), sys.modules.get("django.conf")
    if database is None or conf is None or not conf.settings.configured:
        return
    yield from (one for one in database.connections.all(initialized_only=True) if one.in_atomic_block)
