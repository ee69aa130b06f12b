"""Which engine gets a request, how long each is waited for, and how a pool of threads grows and ends."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import Any

import pytest

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine import make_engine as make_engine_module
from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.engine.make_engine import LARGE, MixedEngine
from steppay_mock.delivery.engine.threads import WorkerPool
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.delivery.request import Request, Writing

SETTINGS = EngineSettings(timeout=5, keep_alive=False, concurrency=4)


class Noted:
    """An engine that answers what it is told to, and notes how long it was waited for."""

    def __init__(self, *_settings: object) -> None:
        self.started: list[int] = []
        self.waits: list[float] = []
        self.ready: list[int] = []
        self.is_closed = False

    def start(self, token: int, _address: object, _request: object) -> None:
        self.started.append(token)

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        self.waits.append(seconds)
        ready, self.ready = self.ready, []
        return [(token, Answer(204)) for token in ready]

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Noted:
    made = Noted()
    monkeypatch.setattr(make_engine_module, "ThreadEngine", lambda _settings: made)
    return made


def test_a_large_body_and_bytes_of_a_fault_go_to_threads(threads: Noted) -> None:
    libcurl: Any = Noted()
    engine, address = MixedEngine(libcurl, SETTINGS), object()
    requests = [Request(b"x" * (LARGE - 1), ()), Request(b"x" * LARGE, ()), Request(b"", (), writing=Writing())]
    for token, request in enumerate(requests):
        engine.start(token, address, request)  # type: ignore[arg-type]
    assert (libcurl.started, threads.started) == ([0], [1, 2])
    assert LARGE == 16 * 1024
    engine.close()
    assert (libcurl.is_closed, threads.is_closed) == (True, True)


def test_each_engine_is_waited_for_as_long_as_the_other_allows(threads: Noted) -> None:
    libcurl: Any = Noted()
    engine, address = MixedEngine(libcurl, SETTINGS), object()
    engine.start(1, address, Request(b"", ()))  # type: ignore[arg-type]
    assert engine.poll(3.0) == []
    assert (libcurl.waits, threads.waits) == ([3.0], [])
    engine.start(2, address, Request(b"x" * LARGE, ()))  # type: ignore[arg-type]
    assert engine.poll(3.0) == []
    assert 0 < threads.waits[-1] == libcurl.waits[-1] <= 0.05, "both have requests"
    assert engine.poll(0.001) == []
    assert (threads.waits[-1], libcurl.waits[-1]) == (0.001, 0.001)
    threads.ready = [2]
    assert [token for token, _ in engine.poll(3.0)] == [2]
    assert libcurl.waits[-1] == 0, "an answer has come"
    threads.waits.clear()
    libcurl.ready = [1]
    assert [token for token, _ in engine.poll(3.0)] == [1]
    assert (threads.waits, libcurl.waits[-1]) == ([], 3.0)
    engine.start(3, address, Request(b"x" * LARGE, ()))  # type: ignore[arg-type]
    assert engine.poll(3.0) == []
    assert (threads.waits, libcurl.waits[-1]) == ([3.0], 0.0), "only threads have one"


def test_an_engine_without_a_large_request_closes_without_threads() -> None:
    libcurl: Any = Noted()
    MixedEngine(libcurl, SETTINGS).close()
    assert libcurl.is_closed


# A pool of threads.


class Gate:
    """Workers that wait until they are let go; ``names`` are those of their threads."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.names: set[str] = set()
        self.ended: list[str] = []

    def make(self, opened: ExitStack) -> Any:
        name = threading.current_thread().name
        self.names.add(name)
        opened.callback(self.ended.append, name)

        def do(job: object) -> Answer:
            assert self.open.wait(20)
            if isinstance(job, BaseException):
                raise job
            return Answer(204, body=str(job).encode())

        return do


def pool_of(gate: Gate, *, size: int) -> WorkerPool[Any]:
    return WorkerPool(gate.make, size=size, name="worker")


def answers_of(pool: WorkerPool[Any], count: int) -> dict[int, Answer]:
    found: dict[int, Answer] = {}
    while len(found) < count:
        polled = pool.poll(20)
        assert polled, "it waits until there is one"
        found |= dict(polled)
    return found


@pytest.mark.parametrize(("jobs", "size", "threads_made"), [(1, 3, 1), (3, 3, 3), (7, 3, 3), (2, 1, 1)])
def test_a_pool_has_a_thread_for_each_job_and_no_more_than_its_size(jobs: int, size: int, threads_made: int) -> None:
    gate = Gate()
    pool = pool_of(gate, size=size)
    for token in range(jobs):
        pool.start(token, token)
    assert pool.poll(0) == []
    gate.open.set()
    found = answers_of(pool, jobs)
    assert {token: answer.body for token, answer in found.items()} == {one: b"%d" % one for one in range(jobs)}
    pool.start(99, 99)
    assert answers_of(pool, 1)[99].body == b"99", "a thread that is free takes the next job"
    pool.close()
    assert gate.names == {f"worker-{one}" for one in range(threads_made)}
    assert sorted(gate.ended) == sorted(gate.names), "what a worker opened is closed with it"


def test_an_error_of_a_job_is_raised_where_answers_are_asked_for_and_a_lack_is_an_answer() -> None:
    gate = Gate()
    gate.open.set()
    pool = pool_of(gate, size=1)
    pool.start(1, ZeroDivisionError("boom"))
    with pytest.raises(ZeroDivisionError, match="boom"):
        answers_of(pool, 1)
    pool.start(2, OwnLackError(Failure.OWN_PORTS, "no port"))
    assert isinstance(answers_of(pool, 1)[2].exception, OwnLackError)
    pool.close()
    assert gate.ended == ["worker-0"]


def test_a_pool_with_a_job_in_flight_does_not_wait_for_it() -> None:
    gate = Gate()
    pool = pool_of(gate, size=1)
    pool.start(1, 1)
    pool.close()
    assert gate.ended == []
    gate.open.set()
    assert answers_of(pool, 1)[1].body == b"1"


def test_a_thread_that_the_system_does_not_give_is_a_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    gate = Gate()
    gate.open.set()
    pool = pool_of(gate, size=2)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        pool.start(1, 1)
    [(token, answer)] = pool.poll(0)
    assert (token, isinstance(answer.exception, OwnLackError)) == (1, True)
    pool.start(2, 2)
    assert answers_of(pool, 1)[2].body == b"2"
    pool.close()
