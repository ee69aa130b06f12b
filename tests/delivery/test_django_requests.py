"""Around a request in process, Django closes no connection of the test, and says what its view raised."""

from __future__ import annotations

import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from delivery.threads_apart import in_thread

from steppay_mock.delivery.in_process.django_requests import kept_connections

if TYPE_CHECKING:
    from delivery.django_here import DjangoHere


def request() -> None:
    """What Django's handlers say of a request."""
    from django.core.signals import request_finished, request_started

    request_started.send(sender=None)
    request_finished.send(sender=None)


def fail(error: Exception) -> None:
    """What Django's handlers say of a view that raises."""
    from django.core.signals import got_request_exception

    try:
        raise error
    except type(error):
        got_request_exception.send(sender=None)


def obsolete(django: DjangoHere, alias: str = "default") -> Any:
    """An open connection that Django closes at the next request."""
    connection = django.use(alias)
    connection.close_at = 0
    return connection


def test_connections_of_the_main_thread_stay_open_and_django_has_its_own_way_afterwards(django: DjangoHere) -> None:
    listeners, mine = django.listeners(), obsolete(django)
    with kept_connections():
        request()
        assert mine.connection is not None
    assert mine.connection is not None
    assert django.listeners() == listeners
    request()
    assert mine.connection is None


def test_requests_that_overlap_share_this_until_the_last_one_ends(django: DjangoHere) -> None:
    listeners, mine = django.listeners(), obsolete(django)
    for _ in range(2):
        with kept_connections():
            with kept_connections(), kept_connections():
                during = django.listeners()
                request()
            assert django.listeners() == during != listeners
            request()
            assert mine.connection is not None
        assert django.listeners() == listeners


def test_what_the_project_has_taken_away_from_the_signals_stays_away(django: DjangoHere) -> None:
    from django.core.signals import request_started
    from django.db import close_old_connections

    request_started.disconnect(close_old_connections)
    try:
        listeners = django.listeners()
        with kept_connections():
            assert django.listeners()["request_started"] == listeners["request_started"]
        assert django.listeners() == listeners
    finally:
        request_started.connect(close_old_connections)


@pytest.mark.parametrize("says_so", [True, False])
def test_connections_of_another_thread_are_closed_also_where_settings_keep_them_or_the_app_raises(
    django: DjangoHere, *, says_so: bool
) -> None:
    left: list[Any] = []

    def work() -> None:
        with kept_connections():
            left.append(django.use())
            if says_so:
                request()
                assert left[0].connection is None
            else:
                raise KeyError("the app, before Django's signal")

    raised = in_thread(work)
    assert type(raised) is (type(None) if says_so else KeyError)
    assert left[0].connection is None


def test_a_thread_that_uses_no_database_has_none_afterwards(django: DjangoHere) -> None:
    left: list[Any] = []

    def work() -> None:
        with kept_connections():
            request()
        left.extend(django.connections.all(initialized_only=True))

    assert (in_thread(work), left) == (None, [])


def test_in_another_thread_those_in_a_transaction_stay_open(django: DjangoHere) -> None:
    from django.db import transaction

    def work() -> None:
        with transaction.atomic():
            held, free = django.use(), django.use("other")
            with kept_connections():
                request()
                assert (held.connection is None, free.connection is None) == (False, True)
        django.connections.close_all()

    assert in_thread(work) is None


@pytest.mark.usefixtures("django")
def test_a_thread_closes_no_connection_where_django_is_loaded_and_has_no_settings() -> None:
    from django.conf import empty, settings

    def work() -> None:
        with kept_connections():
            pass

    configured = settings._wrapped
    settings._wrapped = empty
    try:
        assert in_thread(work) is None
    finally:
        settings._wrapped = configured


@pytest.mark.usefixtures("django")
def test_what_views_raise_is_told_in_their_order_to_the_request_that_they_are_of() -> None:
    both = threading.Barrier(2, timeout=20)

    def work(name: str) -> list[str]:
        with kept_connections() as raised:
            both.wait()
            fail(KeyError(name))
            fail(ValueError(name))
            both.wait()
        return [repr(one) for one in raised]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, ["a", "b"])
    assert (first, second) == (["KeyError('a')", "ValueError('a')"], ["KeyError('b')", "ValueError('b')"])
    with kept_connections() as outer:
        with kept_connections() as inner:
            fail(KeyError("inner"))
        fail(KeyError("outer"))
    fail(KeyError("afterwards"))
    assert [str(one) for one in (*outer, *inner)] == ["'outer'", "'inner'"]


@pytest.mark.usefixtures("django")
def test_what_is_raised_outside_of_a_request_is_nobodys() -> None:
    from django.core.signals import got_request_exception

    with kept_connections() as raised:
        assert in_thread(lambda: fail(KeyError("of a live server's thread"))) is None
        got_request_exception.send(sender=None)
    assert raised == []


@pytest.mark.usefixtures("django")
def test_many_requests_leave_nothing_behind() -> None:
    def requests(count: int) -> int:
        for _ in range(count):
            with kept_connections():
                pass
        return len(weakref.finalize._registry)  # type: ignore[attr-defined]

    assert requests(1) == requests(20)


def test_without_django_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "django.db", raising=False)
    with kept_connections() as raised:
        assert raised == []
