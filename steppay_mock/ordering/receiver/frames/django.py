"""The frame of Django's TestCase and of pytest-django's ``db``: a transaction around the test that never commits.

In it ``transaction.on_commit`` calls nothing. What a delivery registers there is called after the delivery, as
``TestCase.captureOnCommitCallbacks(execute=True)`` does. What uses a connection of another thread is refused, because
that is not in the test's transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from steppay_mock.delivery.in_process.django_connections import open_transactions
from steppay_mock.delivery.in_process.django_guard import TransactionGuard

_RAN = (
    "transaction.on_commit callbacks ran after each delivery, as captureOnCommitCallbacks(execute=True) does, because "
    "the test's transaction never commits."
)

_log = logging.getLogger(__name__)


class DjangoFrame:
    """Watches the connections of Django that are in a transaction of the test's."""

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()
        self._guard = TransactionGuard()
        self._pending: dict[str, list[Any]] = {}
        """What was registered before the delivery, by connection: it is the test's, and waits on."""

    def before(self, *, at_once: bool = False) -> None:
        """Remember what waits already."""
        held = open_transactions()
        self._pending = {one.alias: list(one.run_on_commit) for one in held}
        self._guard.begin(held, at_once=at_once)

    def after(self) -> Exception | None:
        """Call what this delivery registered, and give the exception that one of these callbacks raised."""
        self._guard.end()
        self._guard.refuse_if_broken()
        error: Exception | None = None
        for connection in self._guard.held:
            error = self._run_pending(connection) or error
        return error

    def abandon(self) -> None:
        """Listen to requests no longer."""
        self._guard.abandon()

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
