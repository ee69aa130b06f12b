"""Wrappings of Celery and SQLAlchemy that tests put around a receiver are noticed, with what they hide.

For Django, see tests/examples/django_frames.py.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from kombu.transport.memory import Channel
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from steppay_mock.delivery.options.settings import resolve_options
from steppay_mock.delivery.request import Request
from steppay_mock.ordering.receiver.harness import Harness
from steppay_mock.ordering.receiver.receiver import OpenReceiver

REQUEST = Request(b"{}", ())


@pytest.fixture
def celery() -> Iterator[Celery]:
    app = Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.broker_connection_retry_on_startup = False
    yield app
    app.close()
    Channel.queues.clear()


def nothing() -> None:
    """The work of a task."""


def notes_of(work: Any) -> tuple[str, ...]:
    """What is told of a receiver that does the work with each webhook."""

    def receiver(_environ: Any, start_response: Any) -> list[bytes]:
        work()
        start_response("204 No Content", [])
        return []

    with OpenReceiver(receiver, resolve_options({})) as opened:
        assert opened.send(REQUEST).status == 204
        assert opened.send(REQUEST).status == 204
        return opened.notes


@pytest.mark.parametrize("loaded", ["django.db", "celery", "kombu", "sqlalchemy.orm", None])
def test_a_harness_is_possible_once_a_library_that_has_one_is_loaded(
    monkeypatch: pytest.MonkeyPatch, loaded: str | None
) -> None:
    for name in ("django.db", "celery", "kombu", "sqlalchemy.orm"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert Harness().is_possible is False
    if loaded is not None:
        monkeypatch.setitem(sys.modules, loaded, sys)
        assert Harness().is_possible is True


def test_a_receiver_that_puts_nothing_off_has_no_notes() -> None:
    assert notes_of(lambda: None) == ()


def test_tasks_of_celery_that_run_at_once_are_told(celery: Celery) -> None:
    ran = []

    @celery.task
    def task() -> None:
        ran.append(1)

    celery.conf.task_always_eager = True
    (note,) = notes_of(task.delay)
    assert len(ran) == 2
    assert note == (
        "Celery ran the receiver's tasks at once, within the delivery (task_always_eager). In production a worker runs "
        "them later, and other deliveries come in between: to prove that, start a worker "
        "(celery.contrib.testing.worker.start_worker) and pass settle=."
    )


def test_tasks_of_celery_that_the_receiver_itself_runs_at_once_are_its_own_affair(celery: Celery) -> None:
    task = celery.task(nothing)
    assert notes_of(task.apply) == ()


def test_tasks_of_celery_that_no_worker_runs_are_told(celery: Celery) -> None:
    task = celery.task(nothing)
    task.delay()  # the test's own, before
    (note,) = notes_of(task.delay)
    assert note.startswith("2 tasks of Celery lie in the broker in memory, and no worker runs them, so what they do is")


@pytest.mark.exhaustive
def test_tasks_of_celery_that_a_worker_runs_are_not(celery: Celery) -> None:
    task = celery.task(nothing)
    results: list[Any] = []
    with start_worker(celery, perform_ping_check=False, shutdown_timeout=20):
        notes = notes_of(lambda: results.append(task.delay().get(timeout=20)))
    assert (notes, results) == ((), [None, None])


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE things (id INTEGER)"))
    yield made
    made.dispose()


def add(session: Session) -> None:
    session.execute(text("INSERT INTO things VALUES (1)"))
    session.commit()


@pytest.mark.parametrize("listened", [True, False])
@pytest.mark.parametrize("joined", [True, False])
def test_commits_that_a_transaction_of_the_test_keeps_from_its_listeners_are_told(
    engine: Engine, *, joined: bool, listened: bool
) -> None:
    heard: list[Any] = []
    if listened:
        event.listen(engine, "commit", heard.append)
    with engine.connect() as connection:
        if joined:
            connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            notes = notes_of(lambda: add(session))
        connection.rollback()
    assert len(heard) == (2 if listened and not joined else 0)
    assert (notes != ()) is (joined and listened)
    assert all(
        note.startswith("A session of SQLAlchemy is joined into a transaction of the test's, which never commits")
        for note in notes
    )


def test_the_harness_loads_no_library() -> None:
    script = (
        "import sys; from steppay_mock.ordering.receiver.harness import Harness; harness = Harness()\n"
        "harness.before()\n"
        "assert harness.after() is None and harness.notes == ()\n"
        "assert not {'django', 'celery', 'sqlalchemy', 'kombu'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_url_has_no_harness() -> None:
    with OpenReceiver("http://127.0.0.1:9", resolve_options({"timeout": 1})) as opened:
        assert opened.send(REQUEST).error is not None
        assert opened.notes == ()


@pytest.mark.usefixtures("celery")
def test_what_was_watched_is_not_watched_after_a_delivery_that_did_not_end() -> None:
    from celery import signals

    harness = Harness()
    before = len(signals.task_prerun.receivers)
    harness.before()
    harness.abandon()
    assert len(signals.task_prerun.receivers) == before
