"""A sender that is interrupted waits for nobody, whichever engine it has."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.threads import WorkerPool

ROOT = Path(__file__).resolve().parents[2]
_CHILD = """
import sys
url, engine, fault = sys.argv[1:]
if engine == "threads":
    sys.modules["pycurl"] = None
from steppay_mock import make_event
from steppay_mock.delivery.schedule import Deliver, plan
from steppay_mock.delivery.sender.sender import Sender
sender = Sender(url, secret="whsec_test", timeout=600)
def watch(_tally):
    print("stopping" if sender._running[0].asked else "sending", flush=True)
sender.send(plan([make_event("order.created")], [Deliver(event=0, fault=fault or None)]), watch=watch)
"""


@pytest.mark.parametrize(
    ("engine", "fault"),
    [("curl", ""), ("threads", ""), pytest.param("curl", "chunked", marks=pytest.mark.extra("fast"))],
)
def test_the_second_ctrl_c_ends_the_program_though_the_receiver_says_nothing(
    serve_raw: Callable[[Any], str], engine: str, fault: str
) -> None:
    arrived = threading.Event()

    def hang(connection: socket.socket) -> None:
        connection.recv(1)
        arrived.set()
        while connection.recv(65536):
            pass

    command = [sys.executable, "-W", "error", "-c", _CHILD, serve_raw(hang), engine, fault]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert arrived.wait(30)
            process.send_signal(signal.SIGINT)
            assert process.stdout is not None
            for line in process.stdout:
                if line == "stopping\n":
                    break
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGINT
    assert told.endswith("KeyboardInterrupt\n")


def test_who_has_nothing_in_flight_has_ended_once_it_is_closed() -> None:
    closed: list[str] = []

    def make_worker(opened: ExitStack) -> Callable[[int], Answer]:
        opened.callback(lambda: closed.append(threading.current_thread().name))
        return Answer

    pool = WorkerPool(make_worker, size=2, name="test-pool")
    for token in range(3):
        pool.start(token, 200 + token)
    found: dict[int, Answer] = {}
    while len(found) < 3:
        found.update(pool.poll(1))
    pool.close()
    assert found == {token: Answer(200 + token) for token in range(3)}
    assert sorted(closed) == ["test-pool-0", "test-pool-1"]
    assert not [one for one in threading.enumerate() if one.name.startswith("test-pool")]


def test_who_has_something_in_flight_is_left_to_it() -> None:
    released, ended = threading.Event(), threading.Event()

    def make_worker(opened: ExitStack) -> Callable[[int], Answer]:
        opened.callback(ended.set)

        def work(status: int) -> Answer:
            assert released.wait(30)
            return Answer(status)

        return work

    pool = WorkerPool(make_worker, size=1, name="test-pool")
    pool.start(1, 204)
    pool.close()
    assert not ended.is_set()
    released.set()
    assert ended.wait(30)


def test_an_error_that_is_no_answer_is_raised_where_answers_are_taken() -> None:
    def make_worker(_opened: ExitStack) -> Callable[[int], Answer]:
        def work(_status: int) -> Answer:
            raise ZeroDivisionError

        return work

    pool = WorkerPool(make_worker, size=1, name="test-pool")
    pool.start(1, 204)
    with pytest.raises(ZeroDivisionError):
        pool.poll(30)
    pool.close()
