"""What this machine lacks is told as its own, whatever carries the requests, and never as a failure of the receiver."""

from __future__ import annotations

import errno
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from delivery.counting import Counting, payloads
from delivery.engines import BODY, endpoint_of, engine_of
from delivery.swarm import swarm
from extras import needing

from steppay_mock import OwnLackError, Sender, SteppayMockError, deliver, explore, make_event
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.http.keep_alive import KeptTransport
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.own_lack import lack_behind, make_room
from steppay_mock.delivery.request import Request, Writing
from steppay_mock.delivery.schedule import Overlap, Schedule, plan
from steppay_mock.delivery.sender import sender as sender_module
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.ordering.remote import remote_state

REQUEST = Request(BODY, (("content-length", str(len(BODY))),))


@contextmanager
def no_descriptor_left(url: str = "") -> Iterator[None]:
    """While it lasts, this process can open nothing more. What loads when it is used is used before."""
    with suppress(SteppayMockError, OSError):
        send_raw(Request(BODY, (), writing=Writing()), endpoint_of(url or "http://localhost:1"), timeout=5)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


_APART = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Keeping(BaseHTTPRequestHandler):
    def do_POST(self):
        kept.write(self.rfile.read(int(self.headers["content-length"])).hex() + "\\n")
        kept.flush()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


with open(sys.argv[1], "w", encoding="ascii") as kept:
    server = HTTPServer(("127.0.0.1", 0), Keeping)
    print(server.server_port, flush=True)
    server.serve_forever()
"""


@pytest.fixture
def receiver_apart(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of a receiver in a process of its own, and the file with the bodies that it took, one a line.

    A receiver in the process of the sender would lack descriptors too: asyncio then tries to accept, and logs each try.
    """
    kept = tmp_path / "bodies"
    with subprocess.Popen([sys.executable, "-c", _APART, kept], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/hook", kept
        finally:
            process.kill()


def in_pairs(count: int) -> Schedule:
    """So many events, two at once each time."""
    return plan(list(payloads(count)), [Overlap(events=(at, at + 1)) for at in range(0, count, 2)])


def polled(engine: Engine, url: str, *, patience: float = 0.1) -> Answer:
    engine.start(0, endpoint_of(url), REQUEST)
    while not (found := engine.poll(patience)):
        continue
    return found[0][1]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("keep_alive", [False, True])
@pytest.mark.parametrize("engine_name", needing("fast", "curl", ["curl", "threads"]))
def test_an_engine_gives_the_lack_in_the_place_of_an_answer(
    receiver: Counting, engine_name: str, name: str, *, keep_alive: bool
) -> None:
    url = receiver.url.replace("127.0.0.1", name)
    with closing(engine_of(engine_name)(EngineSettings(timeout=5, keep_alive=keep_alive, concurrency=1))) as engine:
        polled(engine, "http://localhost:1")  # from now on nothing has to be loaded
        with no_descriptor_left():
            answer = polled(engine, url)
        assert answer.failure is Failure.OWN_DESCRIPTORS
        assert isinstance(answer.exception, OwnLackError)
        assert not answer.exception.perhaps_sent
        assert polled(engine, url).status == 204


@pytest.mark.parametrize("kind", [HttpTransport, KeptTransport])
def test_a_transport_raises_it_with_the_figures_and_the_cure(receiver: Counting, kind: type[HttpTransport]) -> None:
    with kind(endpoint_of(receiver.url), timeout=5) as transport:
        with no_descriptor_left(), pytest.raises(OwnLackError) as lack:
            transport.send(REQUEST)
        with no_descriptor_left(), pytest.raises(OwnLackError):
            transport.send(Request(BODY, (), writing=Writing()))
        assert transport.send(REQUEST).status == 204
    told = str(lack.value)
    assert "for a lack of this machine and not of the receiver: no file descriptor is free" in told
    assert "the limit is " in told
    assert "`ulimit -n`" in told


def test_a_name_that_cannot_be_looked_up_without_a_descriptor_is_no_wrong_name() -> None:
    with HttpTransport(endpoint_of("http://receiver.invalid"), timeout=5) as transport:
        assert transport.send(REQUEST).failure is Failure.NO_ADDRESS
        with no_descriptor_left(), pytest.raises(OwnLackError):
            transport.send(REQUEST)


def test_a_state_url_is_not_said_to_be_down(receiver: Counting) -> None:
    state = remote_state(receiver.url)
    with no_descriptor_left(), pytest.raises(OwnLackError):
        state()


@pytest.mark.parametrize("together", [False, True])
def test_deliver_raises_it_with_what_was_delivered(receiver: Counting, *, together: bool) -> None:
    made: list[Any] = []

    def now() -> float:
        if len(made) == 2:
            stack.__enter__()
        made.append(1)
        return 1706002316.0

    stack = no_descriptor_left()
    planned: Any = in_pairs(4) if together else payloads(4)
    try:
        with pytest.raises(OwnLackError) as lack:
            deliver(planned, to=receiver.url, secret="s", clock=Clock(now=now))
    finally:
        stack.__exit__(None, None, None)
    assert lack.value.so_far is not None
    assert [outcome.status for outcome in lack.value.so_far] == [204, 204]
    assert sorted(receiver.ids) == [0, 1]


@pytest.mark.parametrize("fault", [None, "body-spaced"])
@pytest.mark.parametrize("threads", [False, True])
def test_a_sender_stops_and_what_was_not_sent_stays_planned(
    receiver_apart: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str | None,
    *,
    threads: bool,
) -> None:
    if threads:
        monkeypatch.setattr(sender_module, "make_engine", ThreadEngine)
    url, kept = receiver_apart
    path = tmp_path / "journal.sqlite"
    sender = Sender(url, secret="s", journal=path, concurrency=2)
    stack = no_descriptor_left()
    entered = False

    def watch(progress: Any) -> None:
        nonlocal entered
        if sum(progress.answers.values()) == 4 and not entered:  # two and two at once: nothing is in flight
            entered = True
            stack.__enter__()

    try:
        with pytest.raises(OwnLackError) as lack:
            sender.send(in_pairs(20), fault=fault, watch=watch, seed=7)
    finally:
        stack.__exit__(None, None, None)
    report: Any = lack.value.so_far
    assert report.succeeded == 4
    assert (report.failed, report.lost, report.stopped) == (0, {}, True)
    assert f"{report.succeeded} of 20 deliveries have their outcome; the rest stays planned" in str(lack.value)
    assert f"steppay-mock resume --journal {path}" in str(lack.value)
    with Journal(path) as journal:
        assert journal.ask("SELECT count(*) FROM attempts WHERE answered_at IS NULL") == [(0,)]
        assert dict(journal.ask("SELECT state, count(*) FROM deliveries GROUP BY state")) == {
            "SUCCESS": report.succeeded,
            "PENDING": 20 - report.succeeded,
        }
    (resumed,) = sender.resume()
    assert resumed.succeeded == 20
    assert resumed.perhaps_again == 0
    bodies = kept.read_text(encoding="ascii").splitlines()
    assert len(set(bodies)) == len(bodies) == 20


def test_a_search_ends_with_it_and_gives_no_verdict(receiver: Counting) -> None:
    count = 0

    def reset() -> None:
        nonlocal count
        count += 1
        receiver.got.clear()
        if count == 2:
            stack.__enter__()

    events = [make_event("order.created", seed=1), make_event("payment.completed", seed=2)]
    stack = no_descriptor_left()
    try:
        with pytest.raises(OwnLackError):
            explore(events, receiver.url, state=lambda: sorted(one.body for one in receiver.got), reset=reset)
    finally:
        stack.__exit__(None, None, None)


def test_no_thread_is_a_lack_too(receiver: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with closing(ThreadEngine(EngineSettings(timeout=5, keep_alive=False, concurrency=2))) as engine:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            assert polled(engine, receiver.url).failure is Failure.OWN_THREADS
            with pytest.raises(OwnLackError, match="no new thread can be started"):
                deliver(in_pairs(4), to=receiver.url)
        assert polled(engine, receiver.url).status == 204


LACKS = [
    (errno.EADDRNOTAVAIL, Failure.OWN_PORTS, "no local port or address is free"),
    (errno.ENETUNREACH, Failure.OWN_NETWORK, "there is no way from this machine to"),
    (errno.ENOBUFS, Failure.OWN_MEMORY, "no memory is left"),
    (errno.ENFILE, Failure.OWN_DESCRIPTORS, "no file descriptor is free"),
]


@pytest.mark.parametrize(("number", "failure", "told"), LACKS)
def test_each_lack_of_the_system_has_its_code_and_words(
    monkeypatch: pytest.MonkeyPatch, number: int, failure: Failure, told: str
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for ask in (
        lambda: deliver(payloads(1), to="http://127.0.0.1:9"),
        lambda: deliver(payloads(1), to="http://127.0.0.1:9", fault="body-spaced"),
        remote_state("http://127.0.0.1:9"),
    ):
        with pytest.raises(OwnLackError, match=told) as lack:
            ask()
        assert lack.value.failure is failure


@pytest.mark.extra("fast")
@pytest.mark.parametrize(("number", "failure"), [lack[:2] for lack in LACKS])
def test_each_lack_that_libcurl_tells_has_the_same_code(number: int, failure: Failure) -> None:
    from steppay_mock.delivery.engine.libcurl import CurlEngine

    with closing(CurlEngine(EngineSettings(timeout=5, keep_alive=False, concurrency=1))) as engine:
        exchange: Any = SimpleNamespace(handle=SimpleNamespace(getinfo=lambda _: number))
        assert engine._lack(exchange, 7) is failure


def test_errors_of_name_servers_and_of_tls_have_other_numbers() -> None:
    assert lack_behind(socket.gaierror(errno.EPERM, "of a name server")) is None


def test_the_limit_of_descriptors_is_raised_before_a_run(receiver: Counting) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        report = Sender(receiver.url, concurrency=250).send(payloads(300))
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(10_000, hard), hard)
        assert report.ok
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_at_once_than_the_limit_allows_is_refused_with_the_figures(
    receiver: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 256))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: pytest.fail("there is nothing to raise"))
    with pytest.raises(SteppayMockError, match=r"500 deliveries at once need \d+ file descriptors, and this"):
        make_room(500)
    with pytest.raises(SteppayMockError, match="nothing was sent"):
        Sender("http://127.0.0.1:9", concurrency=500).send(payloads(600))
    # Where the plan is written down it is known how many there are.
    assert Sender(receiver.url, concurrency=500, journal=tmp_path / "journal.sqlite").send(payloads(1)).ok


@pytest.fixture
def many_open() -> Iterator[list[int]]:
    """More files than select() sees are open; the list has those of them that are."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard > 1_500, "this test needs a hard limit of more than 1,500 file descriptors: raise it"
    make_room(1_400)
    many = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
    yield many
    for one in many:
        os.close(one)


def test_descriptors_above_1023_are_waited_for(receiver: Counting, many_open: list[int]) -> None:
    assert many_open[-1] > 1_023
    report = Sender(receiver.url, concurrency=16, keep_alive=True).send(payloads(200))
    assert report.ok
    assert report.elapsed < 5


@pytest.mark.parametrize("name", needing("fast", "curl", ["curl", "threads"]))
def test_a_low_descriptor_that_waits_holds_up_no_high_one(receiver: Counting, many_open: list[int], name: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        closing(engine_of(name)(EngineSettings(timeout=20, keep_alive=False, concurrency=8))) as engine,
    ):
        os.close(many_open.pop(0))
        engine.start(1, endpoint_of(f"http://127.0.0.1:{silent.getsockname()[1]}"), Request(BODY, ()))
        engine.poll(0)
        began = monotonic()
        for _ in range(5):
            assert polled(engine, receiver.url, patience=1.0).status == 204
        assert monotonic() - began < 3


@pytest.mark.extra("locust")
def test_locust_ends_the_test_and_counts_no_failure(receiver: Counting) -> None:
    told = swarm(
        """
        import io
        import resource

        class Shop(StepPayUser):
            host, limit = sys.argv[1], 2

        environment = run(Shop)
        lowest = os.open(os.devnull, os.O_RDONLY)
        os.close(lowest)
        runner, Shop.limit = environment.runner, 100
        seen, failed = [], []
        environment.events.quitting.add_listener(lambda **_: seen.append(1))
        environment.events.request.add_listener(lambda **one: failed.append(str(one["exception"])))
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        sys.stderr = io.StringIO()
        runner.start(1, spawn_rate=1, wait=False)
        runner.greenlet.join(timeout=20)
        resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE)[1:] * 2)
        told["failed"], told["code"] = failed, environment.process_exit_code
        told["said"] = sys.stderr.getvalue()
        """,
        receiver.url,
    )
    assert (told["failed"], told["code"]) == ([], 2)
    assert "no file descriptor is free" in told["said"]


def test_an_address_of_ipv6_is_no_wrong_name_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib3.util.connection.HAS_IPV6", False)
    for ask in (lambda: deliver(payloads(1), to="http://[::1]:9"), remote_state("http://[::1]:9")):
        with pytest.raises(OwnLackError, match="this machine may have none") as lack:
            ask()
        assert lack.value.failure is Failure.OWN_PORTS
