"""The test harness around a receiver in this process, and the work that it delays, hides or runs at the wrong time.

A test often wraps the receiver in something that production does not have: a transaction that never commits (Django's
``TestCase``, pytest-django's ``db``, a session of SQLAlchemy that is joined into the test's transaction), or Celery
tasks that run within the call that starts them. Then the state after a delivery is not the state that production would
have. What can be made up for is done after the delivery; the rest is a note in the report, or refused.

No library is imported here. Only those that the test or the receiver has loaded are looked at.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Protocol

from steppay_mock.delivery.in_process.django_connections import open_transactions
from steppay_mock.delivery.in_process.django_guard import TransactionGuard
from steppay_mock.ordering.face import option

_LIBRARIES = ("django.db", "celery", "kombu", "sqlalchemy.orm")

_log = logging.getLogger(__name__)


class Harness:
    """Watches each delivery to a receiver for what the harness of the test does to it.

    ``before()`` is called before a delivery and ``after()`` after it, in one thread. If the delivery did not end,
    ``abandon()`` is called in place of ``after()``.
    """

    def __init__(self) -> None:
        self._django = DjangoHarness()
        self._all: tuple[LibraryHarness, ...] = (self._django, CeleryHarness(), SqlalchemyHarness())
        self._watching: tuple[LibraryHarness, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether a library with a harness is loaded. Asked at each delivery, so it is only a look at sys.modules."""
        return any(map(sys.modules.__contains__, _LIBRARIES))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed so far, as sentences for the report."""
        return tuple(note for one in self._all for note in one.notes)

    def before(self, *, at_once: bool = False, in_process: bool = True) -> None:
        """Begin to watch a delivery, or several that are in flight at once.

        A receiver that is not ``in_process`` has a URL. That may be Django's live server, which runs in this process,
        so Django is watched in any case.
        """
        self._watching = self._all if in_process else (self._django,)
        for one in self._watching:
            one.before(at_once=at_once)

    def after(self) -> Exception | None:
        """Do the work of this delivery that the harness delayed; the first exception that it raised.

        SteppayMockError where the harness hides something that cannot be made up for: it names the fixture to use.
        """
        try:
            raised = [one.after() for one in self._watching]
        finally:
            self.abandon()
        return next((error for error in raised if error is not None), None)

    def abandon(self) -> None:
        """Stop watching a delivery that did not end."""
        for one in self._watching:
            one.abandon()


class LibraryHarness(Protocol):
    """The harness of one library, watched from before a delivery until after it."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed, as sentences for the report."""

    def before(self, *, at_once: bool) -> None:
        """Begin to watch; ``at_once``: several deliveries are in flight."""

    def after(self) -> Exception | None:
        """Do the delayed work; the exception that it raised. SteppayMockError if that cannot be done."""

    def abandon(self) -> None:
        """Stop watching, and do nothing."""


class DjangoHarness:
    """Django's ``TestCase`` and pytest-django's ``db``: a transaction around the test that never commits.

    Django calls the callbacks of ``transaction.on_commit`` only when the outermost transaction commits, so in such a
    test it never calls them. Here the callbacks that a delivery registers are called after it, as
    ``TestCase.captureOnCommitCallbacks(execute=True)`` does. A receiver that uses a connection of another thread is
    refused, because that connection is not in the test's transaction.
    """

    _RAN = (
        "transaction.on_commit callbacks ran after each delivery, as captureOnCommitCallbacks(execute=True) does, "
        "because the test's transaction never commits."
    )

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()
        self._guard = TransactionGuard()
        self._pending: dict[str, list[Any]] = {}
        """The callbacks from before the delivery, by connection: they are the test's own, and keep waiting."""

    def before(self, *, at_once: bool = False) -> None:
        """Remember which callbacks wait already."""
        held = open_transactions()
        self._pending = {one.alias: list(one.run_on_commit) for one in held}
        self._guard.begin(held, at_once=at_once)

    def after(self) -> Exception | None:
        """Call the callbacks that this delivery registered; the exception that one of them raised."""
        self._guard.end()
        self._guard.refuse_if_broken()
        error: Exception | None = None
        for connection in self._guard.held:
            error = self._run_pending(connection) or error
        return error

    def abandon(self) -> None:
        """Stop listening to requests."""
        self._guard.abandon()

    def _run_pending(self, connection: Any) -> Exception | None:
        # By identity: run_on_commit holds tuples with callbacks, and two equal ones are two registrations.
        earlier = set(map(id, self._pending.get(connection.alias, ())))
        while new := [one for one in connection.run_on_commit if id(one) not in earlier]:
            self.notes = (self._RAN,)
            # A callback may register others. Django runs those after the present ones, so the list is taken first.
            connection.run_on_commit = [one for one in connection.run_on_commit if id(one) in earlier]
            for _, callback, robust in new:
                if (error := _call_in_savepoint(connection, callback, robust=robust)) is not None:
                    return error  # Django calls none of the rest either
        return None


def _call_in_savepoint(connection: Any, callback: Callable[[], object], *, robust: bool) -> Exception | None:
    """Call it in a savepoint: an error of the database would break the test's transaction otherwise.

    In production the callback runs after the commit, where such an error breaks nothing. Django sets
    ``needs_rollback`` on the connection at an error, and refuses every query until it is cleared; rolling back to the
    savepoint undoes the broken part, so it may be cleared.
    """
    savepoint = connection.savepoint()
    try:
        callback()
    except Exception as error:  # noqa: BLE001 - the callback is the receiver's: any exception is its outcome
        connection.needs_rollback = False
        connection.savepoint_rollback(savepoint)
        if not robust:
            return error
        _log.exception("A robust callback of transaction.on_commit raised, and Django goes on after those")
    else:
        connection.savepoint_commit(savepoint)
    return None


class CeleryHarness:
    """Celery in tests: tasks that run within the delivery (``task_always_eager``), and tasks that no worker runs.

    Neither can be made up for, so both are notes: an eager task cannot interleave with another delivery, and a task
    without a worker leaves the state as it is.
    """

    def __init__(self) -> None:
        self._eager = False
        self._listening: Any = None
        self._queued_first: int | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """How tasks were run, and how many wait in the broker in memory."""
        start = f"start a worker (celery.contrib.testing.worker.start_worker) and pass {option('settle')}."
        eager = (
            "Celery ran the receiver's tasks at once, within the delivery (task_always_eager). In production a worker "
            f"runs them later, and other deliveries come in between: to prove that, {start}"
        )
        left = 0 if self._queued_first is None else _queued() - self._queued_first
        if left <= 0:
            return (eager,) if self._eager else ()
        unrun = (
            f"{left:,} tasks of Celery lie in the broker in memory, and no worker runs them, so what they do is not in "
            f"the state. {start.capitalize()}"
        )
        return (eager, unrun) if self._eager else (unrun,)

    def before(self, *, at_once: bool = False) -> None:  # noqa: ARG002 - a flight is watched in the same way
        """Listen to tasks that begin."""
        if self._queued_first is None:
            self._queued_first = _queued()
        signals = sys.modules.get("celery.signals")
        if signals is not None and not self._eager:
            # task_prerun is sent for eager tasks too, and tells them apart: task.request.is_eager. Once one was seen
            # there is nothing more to learn, so the signal is not connected again.
            self._listening = signals.task_prerun
            self._listening.connect(self._meet_task, weak=False, dispatch_uid=id(self))

    def after(self) -> None:
        """Do nothing: eager tasks have run, and the others belong to a worker."""

    def abandon(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.disconnect(dispatch_uid=id(self))
            self._listening = None

    def _meet_task(self, task: Any = None, **_signal: Any) -> None:
        if task is not None and task.request.is_eager and task.app.conf.task_always_eager:
            self._eager = True


def _queued() -> int:
    """The number of messages in kombu's transport in memory. Its queues belong to the process, not to an app."""
    memory = sys.modules.get("kombu.transport.memory")
    return 0 if memory is None else sum(queue.qsize() for queue in list(memory.Channel.queues.values()))


class SqlalchemyHarness:
    """SQLAlchemy in tests: a session that is joined into the test's transaction, which never commits.

    The session's own events fire there. The engine's event ``commit`` does not, because the connection of the test
    never commits: listeners to it are not called, and that is a note.
    """

    _SILENT = (
        "A session of SQLAlchemy is joined into a transaction of the test's, which never commits, so the listeners to "
        'the engine\'s event "commit" were not called. Bind the session to the engine, and reset with '
        "saving_sqlalchemy()."
    )

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()

    def before(self, *, at_once: bool = False) -> None:
        """Do nothing: a session that is joined stays so."""

    def after(self) -> None:
        """Look at all sessions that are alive."""
        module = sys.modules.get("sqlalchemy.orm.session")
        if module is None or self.notes:
            return
        # The weak dictionary behind close_all_sessions(). SQLAlchemy has no public list of sessions.
        sessions = getattr(module, "_sessions", {})
        if any(_is_joined(one.bind) for one in list(sessions.values())):
            self.notes = (self._SILENT,)

    def abandon(self) -> None:
        """Do nothing."""


def _is_joined(bind: Any) -> bool:
    """Whether the bind is a connection in a transaction, and something listens to commits of its engine."""
    in_transaction = getattr(bind, "in_transaction", None)  # an engine has none
    return in_transaction is not None and in_transaction() and bool(bind.dispatch.commit)
