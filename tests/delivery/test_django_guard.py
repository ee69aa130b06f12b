"""A receiver that leaves the transaction of a Django test is refused, during the delivery and after it."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from delivery.threads_apart import in_thread

from steppay_mock import SteppayMockError, deliver, deliver_async, make_events
from steppay_mock.delivery.in_process import django_guard
from steppay_mock.delivery.in_process.django_guard import (
    ElsewhereError,
    LateWatch,
    TransactionGuard,
    guarded,
    naming_the_fixture,
)
from steppay_mock.delivery.schedule import Overlap, Schedule

if TYPE_CHECKING:
    from delivery.django_here import DjangoHere

EVENTS = make_events(["customer.created", "payment.completed"], seed=7)
TOGETHER = Schedule(tuple(EVENTS), (Overlap(events=(0, 1)),))
ELSEWHERE = "works with the database in another thread.* Use pytest-django's fixture `transactional_db` instead of `db`"
FILE = "Give the tests a file"


@pytest.fixture
def atomic(django: DjangoHere) -> Any:
    """A transaction around the test, on the default database alone."""
    from django.db import transaction

    with transaction.atomic():
        yield django.connections["default"]


def use_and_close(django: DjangoHere, alias: str = "default") -> None:
    """What a thread that behaves well does."""
    try:
        django.use(alias)
    finally:
        django.connections.close_all()


# During a delivery.


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_a_view_works_on_the_connection_of_the_test(django: DjangoHere, atomic: Any, kind: str) -> None:
    atomic.cursor().execute("CREATE TABLE things (id INTEGER)")
    before, seen = atomic.connection, []

    def work() -> None:
        django.use("other")  # the test holds no transaction there
        with django.connections["default"].cursor() as cursor:
            cursor.execute("INSERT INTO things VALUES (1)")
        seen.append(django.connections["default"])

    listeners = django.listeners()
    deliver(EVENTS, to=django.app(work, kind=kind)).assert_ok()
    assert seen == [atomic, atomic]
    assert atomic.connection is before
    assert atomic.cursor().execute("SELECT count(*) FROM things").fetchone() == (2,)
    django_guard._end_late_watch(())
    assert django.listeners() == listeners


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
@pytest.mark.usefixtures("atomic")
def test_a_thread_that_opens_the_database_of_the_transaction_is_refused_and_has_no_connection(
    django: DjangoHere, kind: str
) -> None:
    raised, left = [], []

    def work() -> None:
        def use() -> None:
            try:
                django.use()
            finally:
                left.append(django.connections["default"].connection)

        raised.append(in_thread(use))

    with pytest.raises(SteppayMockError, match=ELSEWHERE):
        deliver(EVENTS[0], to=django.app(work, kind=kind))
    assert [type(one) for one in raised] == [ElsewhereError]
    assert left == [None]


@pytest.mark.usefixtures("atomic")
def test_a_thread_may_use_a_database_that_the_transaction_does_not_hold(django: DjangoHere) -> None:
    raised = []
    app = django.app(lambda: raised.append(in_thread(lambda: use_and_close(django, "other"))))
    deliver(TOGETHER, to=app).assert_ok()
    assert raised == [None, None]


def test_outside_of_a_transaction_threads_work(django: DjangoHere) -> None:
    raised = []
    app = django.app(lambda: raised.append(in_thread(lambda: use_and_close(django))))
    deliver(EVENTS[0], to=app).assert_ok()
    deliver(TOGETHER, to=app).assert_ok()
    assert raised == [None] * 3


def test_webhooks_at_once_are_refused_by_a_database_in_memory_and_not_by_one_in_a_file(
    django_in_memory: DjangoHere,
) -> None:
    django = django_in_memory
    app = django.app(lambda: use_and_close(django))
    deliver(EVENTS, to=app).assert_ok()
    with pytest.raises(SteppayMockError, match=FILE):
        deliver(TOGETHER, to=app)
    with pytest.raises(SteppayMockError, match=FILE):
        asyncio.run(deliver_async(TOGETHER, to=app))


def test_webhooks_at_once_work_with_a_file(django: DjangoHere) -> None:
    app = django.app(lambda: use_and_close(django))
    deliver(TOGETHER, to=app).assert_ok()
    asyncio.run(deliver_async(TOGETHER, to=app)).assert_ok()


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
@pytest.mark.usefixtures("atomic")
def test_webhooks_at_once_may_not_use_the_connection_of_the_test(django: DjangoHere, kind: str) -> None:
    with pytest.raises(SteppayMockError, match=ELSEWHERE):
        deliver(TOGETHER, to=django.app(django.use, kind=kind))
    deliver(TOGETHER, to=django.app(lambda: None, kind=kind)).assert_ok()
    assert django.use() is django.connections["default"]  # it is watched no more


def test_a_transaction_that_is_broken_is_told_before_anything_is_delivered(django: DjangoHere, atomic: Any) -> None:
    came: list[int] = []
    app, listeners = django.app(lambda: came.append(1)), django.listeners()
    atomic.needs_rollback = True
    with pytest.raises(SteppayMockError, match=r"broke the test's own transaction.* fixture `transactional_db`"):
        deliver(EVENTS, to=app)
    assert (came, django.listeners()) == ([], listeners)
    atomic.needs_rollback = False
    deliver(EVENTS, to=app).assert_ok()


# The guard by itself.


@pytest.mark.parametrize(
    ("held", "at_once", "is_open"), [(True, False, False), (False, True, False), (False, False, True)]
)
def test_a_thread_that_begins_a_request_opens_its_connections_anew(
    django: DjangoHere, atomic: Any, *, held: bool, at_once: bool, is_open: bool
) -> None:
    """A thread of a pool has one from before: opened anew, it is seen."""
    from django.core.signals import request_started

    mine = django.use("other")
    with ThreadPoolExecutor(1) as pool:
        theirs = pool.submit(django.use).result()
        with guarded((atomic,) if held else (), at_once=at_once):
            request_started.send(sender=None)
            pool.submit(request_started.send, sender=None).result()
            assert (theirs.connection is not None) is is_open
            assert (atomic.connection is not None, mine.connection is not None) == (True, True)


def test_a_statement_is_refused_on_a_held_connection_or_one_that_threads_share(django: DjangoHere, atomic: Any) -> None:
    other = django.use("other")
    with guarded((atomic,), at_once=False):
        django.use()
    guard = TransactionGuard()
    guard.begin((atomic,), at_once=True)
    assert other.cursor().execute("SELECT 1").fetchone() == (1,)
    other.inc_thread_sharing()
    with pytest.raises(ElsewhereError, match=FILE):
        django.use("other")
    with pytest.raises(SteppayMockError, match=FILE):
        guard.end()
    other.dec_thread_sharing()
    assert (other.execute_wrappers, atomic.execute_wrappers) == ([], [])
    guard.begin((atomic,), at_once=True)
    with pytest.raises(ElsewhereError, match=ELSEWHERE):
        django.use()
    with pytest.raises(SteppayMockError, match=ELSEWHERE):
        guard.end()


def test_trouble_is_told_once_and_only_by_the_end(django: DjangoHere, atomic: Any) -> None:
    guard = TransactionGuard()
    guard.end()  # it did not begin
    guard.begin((atomic,), at_once=False)
    assert isinstance(in_thread(django.use), ElsewhereError)
    guard.abandon()
    guard.begin((atomic,), at_once=False)
    guard.end()

    def fail() -> None:
        with guarded((atomic,), at_once=False):
            assert isinstance(in_thread(django.use), ElsewhereError)
            raise KeyError("of the receiver")

    with pytest.raises(KeyError, match="of the receiver"):
        fail()


def test_where_django_is_not_in_use_nothing_is_watched(django: DjangoHere, monkeypatch: pytest.MonkeyPatch) -> None:
    listeners = django.listeners()
    with monkeypatch.context() as patch:
        patch.setattr(django_guard, "is_django_in_use", lambda: False)
        guard = TransactionGuard()
        guard.begin((), at_once=True)
        assert django.listeners() == listeners
        guard.end()


# After a delivery.


def test_a_thread_that_works_after_the_answer_is_refused_logged_and_told_by_the_next_delivery(
    django: DjangoHere, atomic: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = django.app(lambda: None)
    deliver(EVENTS, to=app).assert_ok()
    left = []

    def use() -> None:
        try:
            django.use()
        finally:
            left.append(django.connections["default"].connection)

    assert isinstance(in_thread(use), ElsewhereError)
    assert left == [None]
    assert [(one.name, one.levelname) for one in caplog.records] == [("steppay_mock", "ERROR")]
    assert "`transactional_db`" in caplog.text
    assert in_thread(lambda: use_and_close(django, "other")) is None
    with pytest.raises(SteppayMockError, match=ELSEWHERE):
        deliver(EVENTS, to=app)
    deliver(EVENTS, to=app).assert_ok()  # it is told once
    assert django.use() is atomic


def test_what_was_refused_in_one_transaction_is_not_told_in_the_next(django: DjangoHere) -> None:
    from django.db import transaction

    app = django.app(lambda: None)
    with transaction.atomic():
        deliver(EVENTS, to=app).assert_ok()
        assert isinstance(in_thread(django.use), ElsewhereError)
    with transaction.atomic():
        deliver(EVENTS, to=app).assert_ok()


def test_threads_are_free_again_when_the_transaction_has_ended(django: DjangoHere) -> None:
    from django.db import transaction

    listeners = django.listeners()
    with transaction.atomic():
        deliver(EVENTS, to=django.app(lambda: None)).assert_ok()
        assert django.listeners() != listeners
    assert in_thread(lambda: use_and_close(django)) is None
    assert django.listeners() == listeners


def test_a_transaction_within_that_of_the_test_may_end(django: DjangoHere) -> None:
    """The watch is for the innermost one: it may be that of the test, within that of its class."""
    from django.db import transaction

    with transaction.atomic():
        with transaction.atomic():
            deliver(EVENTS, to=django.app(lambda: None)).assert_ok()
        assert in_thread(lambda: use_and_close(django)) is None


def test_there_is_one_watch_however_many_deliveries_there_were_and_whatever_lay_within_them(
    django: DjangoHere, atomic: Any
) -> None:
    listeners = django.listeners()
    with guarded((atomic,), at_once=False):  # a probe that delivers by itself
        for _ in range(2):
            deliver(EVENTS, to=django.app(lambda: None)).assert_ok()
    assert len(django.listeners()["connection_created"]) == len(listeners["connection_created"]) + 1
    django_guard._end_late_watch(())
    assert django.listeners() == listeners


def test_a_watch_is_of_the_transactions_that_are_open_still(django: DjangoHere) -> None:
    from django.db import transaction

    first, second = django.use(), django.use("other")
    with transaction.atomic():
        with transaction.atomic("other"):
            watch = LateWatch((first, second), refuse=lambda _connection: None)
            assert watch.is_of((first, second))
            assert watch.is_of((second,))
            assert not watch.is_of(())
        assert not watch.is_of((second,))
        assert watch.is_of((first, second))


@pytest.mark.parametrize("alias", ["default", "other"])
def test_a_watch_refuses_the_databases_of_its_open_transactions(django: DjangoHere, alias: str) -> None:
    from django.db import transaction

    refused: list[Any] = []
    with transaction.atomic():
        with transaction.atomic("other"):
            watch = LateWatch((django.use(), django.use("other")), refuse=refused.append)
            watch.begin()
        in_thread(lambda: use_and_close(django, alias))
        watch.end()
        in_thread(lambda: use_and_close(django, alias))
    assert [one.alias for one in refused] == (["default"] if alias == "default" else [])
    assert watch.is_refused is (alias == "default")


def test_a_watch_without_a_transaction_listens_to_nobody(django: DjangoHere) -> None:
    listeners = django.listeners()
    LateWatch((object(), django.use()), refuse=lambda _connection: None).begin()
    assert django.listeners() == listeners


# The thread of the event loop.


@pytest.mark.usefixtures("django")
def test_a_database_in_the_thread_of_the_loop_is_told_with_the_fixture() -> None:
    from django.core.exceptions import SynchronousOnlyOperation

    told = r"belongs to the thread of the event loop.* `transactional_db`"
    with pytest.raises(SteppayMockError, match=told), naming_the_fixture():
        raise SynchronousOnlyOperation("no")
    with pytest.raises(ZeroDivisionError), naming_the_fixture():
        _ = 1 / 0


def test_other_errors_are_left_alone_where_no_django_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "django.core.exceptions", raising=False)
    with pytest.raises(ZeroDivisionError), naming_the_fixture():
        _ = 1 / 0
