"""Keeps the database connections of Django open around a request in process, as Django's own test client does.

At the beginning and the end of each request Django closes old connections: its signals call
``close_old_connections``. In a test that would end the transaction around the test.

Django answers 500 where a view raises, and reports the exception by a signal alone. Its test client listens to that
signal, and so does this module: then the failure of a delivery names the exception of the view.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from steppay_mock.delivery.in_process.django_connections import is_django_in_use

_lock = threading.Lock()
_under_way = 0
"""The number of requests in flight: they share Django's signals."""
_replaced: list[Any] = []
_raised: ContextVar[list[BaseException] | None] = ContextVar("steppay_mock_raised", default=None)


@contextmanager
def kept_connections() -> Iterator[list[BaseException]]:
    """Yield the list of the exceptions that views raise meanwhile, and keep connections open.

    Connections of the main thread, and those in a transaction, stay open. Connections of other threads are closed, also
    where settings would keep them (CONN_MAX_AGE): such a thread may end with its request, and PostgreSQL cannot drop
    the database of the tests while a connection to it is open.
    """
    database = sys.modules.get("django.db")
    if database is None:
        yield []
        return
    raised: list[BaseException] = []
    token = _raised.set(raised)
    _enter(database)
    try:
        yield raised
    finally:
        _raised.reset(token)
        _close_others()  # an app that raises has not sent Django's signal that its request is finished
        _leave(database)


def _enter(database: Any) -> None:
    global _under_way  # noqa: PLW0603 - the signals are global as well
    from django.core.signals import got_request_exception

    # Functions of modules are never lost, and each weak connection leaves a weakref.finalize behind for ever.
    with _lock:
        _under_way += 1
        if _under_way == 1:
            got_request_exception.connect(_note_raised, weak=False)
            for signal in _signals():
                if signal.disconnect(database.close_old_connections):
                    signal.connect(_close_others, weak=False)
                    _replaced.append(signal)


def _leave(database: Any) -> None:
    global _under_way  # noqa: PLW0603
    from django.core.signals import got_request_exception

    with _lock:
        _under_way -= 1
        if _under_way == 0:
            got_request_exception.disconnect(_note_raised)
            while _replaced:
                signal = _replaced.pop()
                signal.disconnect(_close_others)
                signal.connect(database.close_old_connections, weak=False)


def _note_raised(**_signal: Any) -> None:
    """Called in the thread that handles the exception; the context is that of the request."""
    error, raised = sys.exc_info()[1], _raised.get()
    if error is not None and raised is not None:
        raised.append(error)


def _signals() -> tuple[Any, Any]:
    from django.core.signals import request_finished, request_started

    return request_started, request_finished


def _close_others(**_signal: Any) -> None:
    """Called in place of ``close_old_connections``, in the thread of the request."""
    if threading.current_thread() is threading.main_thread() or not is_django_in_use():
        return
    for connection in sys.modules["django.db"].connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
