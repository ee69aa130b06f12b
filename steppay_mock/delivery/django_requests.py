"""Keeps the database connections of Django open around a request in process, as Django's own test client does.

At the beginning and the end of each request Django closes the connections that are not to be kept. It does so by
signals, which ``close_old_connections`` receives. In a test that would end the transaction that the test is in.

Django answers 500 where a view raises, and tells of the exception by a signal alone. Its test client listens to that
signal, and so does this: the failure of a delivery names what the view raised.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from steppay_mock.delivery.django_transaction import is_django_in_use

_lock = threading.Lock()
_under_way = 0
"""How many requests: several may be in flight at once, and they share Django's signals."""
_replaced: list[Any] = []
_raised: ContextVar[list[BaseException] | None] = ContextVar("steppay_mock_raised", default=None)


@contextmanager
def kept_connections() -> Iterator[list[BaseException]]:
    """Gives the list of what views raise meanwhile, and keeps connections open.

    Django closes neither a connection of the main thread nor one that is in a transaction.

    Those of other threads are closed, also where settings would keep them (CONN_MAX_AGE): such a thread may end with
    its request, and a connection that is left open keeps PostgreSQL from dropping the database of the tests.
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
        _close_others()  # an app that raises, or that a fault cuts off, has not said that its request is finished
        _leave(database)


def _enter(database: Any) -> None:
    global _under_way  # noqa: PLW0603 - the signals are global as well
    from django.core.signals import got_request_exception

    with _lock:
        _under_way += 1
        if _under_way == 1:
            got_request_exception.connect(_note_raised)
            for signal in _signals():
                if signal.disconnect(database.close_old_connections):
                    signal.connect(_close_others)
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
                signal.connect(database.close_old_connections)


def _note_raised(**_signal: Any) -> None:
    """Called where the exception is handled, in whichever thread; the context is that of the request."""
    error, raised = sys.exc_info()[1], _raised.get()
    if error is not None and raised is not None:
        raised.append(error)


def _signals() -> tuple[Any, Any]:
    from django.core.signals import request_finished, request_started

    return request_started, request_finished


def _close_others(**_signal: Any) -> None:
    """Takes the place of ``close_old_connections``; called in the thread of the request."""
    if threading.current_thread() is threading.main_thread() or not is_django_in_use():
        return
    for connection in sys.modules["django.db"].connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
