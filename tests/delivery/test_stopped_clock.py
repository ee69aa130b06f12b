"""Under a clock that a test stopped, what the tool measures takes real time, and signatures are right."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from threading import Event as Flag
from typing import Any

import freezegun
import pytest
import time_machine
from delivery.wiretap import SECRET, Payloads, Serve, ServeRaw

from steppay_mock import (
    ContractViolation,
    Endpoint,
    Sender,
    SignatureError,
    SteppayMockError,
    deliver,
    deliver_async,
    explore,
    make_event,
    verify,
)
from steppay_mock.delivery.retries import RetryPolicy
from steppay_mock.delivery.schedule import Deliver, Wait, plan
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.wire import real_time

LONG_AGO = "2001-02-03T04:05:06+00:00"
THEN = 981173106
ROOT = Path(__file__).parents[2]

STOPPED: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "freezegun": lambda: freezegun.freeze_time(LONG_AGO),
    "freezegun that ticks": lambda: freezegun.freeze_time(LONG_AGO, tick=True),
    "freezegun at each look": lambda: freezegun.freeze_time(LONG_AGO, auto_tick_seconds=1),
    "time-machine": lambda: time_machine.travel(LONG_AGO, tick=False),
}
SERVER = """
    from wsgiref.simple_server import WSGIRequestHandler, make_server
    from steppay_mock import verify

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments):
            pass

    def taken(environ, start_response):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        verify(environ.get("HTTP_STEPPAY_SIGNATURE"), body, "whsec_test")
        start_response("204 No Content", [])
        return []

    with make_server("127.0.0.1", 0, taken, handler_class=Quiet) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
"""
ALONE = {"PYTHONPATH": f"{ROOT}:{ROOT / 'pytest_plugin'}", "PATH": "", "PYTHONHASHSEED": "0"}


@pytest.fixture(params=STOPPED)
def stopped(request: pytest.FixtureRequest) -> Iterator[Any]:
    with STOPPED[request.param]() as clock:
        yield clock


def taken(environ: Any, start_response: Any) -> list[bytes]:
    """Refuses what is not of the last five minutes, by the clock of its process."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    verify(environ.get("HTTP_STEPPAY_SIGNATURE"), body, SECRET)
    start_response("204 No Content", [])
    return []


async def silent(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    else:
        await asyncio.Event().wait()


async def dozes(scope: Any, _receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await asyncio.sleep(0.02)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def drips(connection: Any, until: Flag) -> None:
    """Answers a byte now and then, so that no single wait is long."""
    connection.recv(65536)
    while not until.wait(0.02):
        connection.sendall(b"H")


def run_python(code: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        cwd=ROOT,
        env=ALONE,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.usefixtures("stopped")
def test_real_time_goes_on() -> None:
    before = real_time.monotonic(), real_time.perf_counter()
    real_time.sleep(0.001)
    after = real_time.monotonic(), real_time.perf_counter()
    assert all(0.001 <= late - early < 60 for early, late in zip(before, after, strict=True))
    assert real_time.wall_clock() > 1_700_000_000 > time.time()


def test_a_wait_is_one_though_a_test_made_sleep_do_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    before = real_time.monotonic()
    real_time.sleep(0.01)
    assert real_time.monotonic() - before >= 0.01


@pytest.mark.extra("locust")  # gevent comes with it
def test_greenlets_go_on_while_it_waits() -> None:
    told = run_python(
        """
        from gevent import monkey, spawn
        monkey.patch_all()
        from steppay_mock.wire.real_time import sleep
        other = spawn(lambda: print("went on"))
        sleep(0.01)
        print("waited")
        """
    )
    assert told.split("\n") == ["went on", "waited"]


@pytest.mark.usefixtures("stopped")
def test_a_timeout_holds_over_http(payloads: Payloads, serve_raw: ServeRaw) -> None:
    until = Flag()
    url = serve_raw(lambda connection: drips(connection, until))
    try:
        (outcome,) = deliver(payloads(1), to=url, timeout=0.2).outcomes
    finally:
        until.set()
    assert outcome.error == "timed out after 0.2 s"
    assert 0.2 <= outcome.latency < 5


@pytest.mark.usefixtures("stopped")
def test_a_timeout_holds_with_a_fault(payloads: Payloads, serve_raw: ServeRaw) -> None:
    until = Flag()
    url = serve_raw(lambda connection: drips(connection, until))
    try:
        report = deliver(payloads(1), to=url, timeout=0.2, fault="chunked", control=False)
    finally:
        until.set()
    assert report.outcomes[0].error == "timed out after 0.2 s"


def refuses_by(clock: Callable[[], float]) -> Any:
    """A receiver that looks at the age of signatures by a clock of its own."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        try:
            verify(environ.get("HTTP_STEPPAY_SIGNATURE"), body, SECRET, now=datetime.fromtimestamp(int(clock()), UTC))
        except SignatureError:
            start_response("401 Unauthorized", [])
        else:
            start_response("204 No Content", [])
        return []

    return app


@pytest.mark.usefixtures("stopped")
def test_a_receiver_with_another_clock_is_told_apart_from_a_wrong_secret(payloads: Payloads) -> None:
    app = refuses_by(real_time.wall_clock)
    with pytest.raises(ContractViolation, match=r"A test has moved the clock .* Pass clock=Clock\(now=") as caught:
        deliver(payloads(1), to=app, secret=SECRET).assert_ok()
    assert "Is the secret right?" in caught.value.next_step
    deliver(payloads(1), to=app, secret=SECRET, clock=Clock(now=real_time.wall_clock)).assert_ok()


def test_a_clock_that_no_test_moved_is_not_spoken_of(payloads: Payloads) -> None:
    with pytest.raises(ContractViolation) as caught:
        deliver(payloads(1), to=refuses_by(lambda: 0.0), secret=SECRET).assert_ok()
    assert "clock" not in caught.value.next_step


def test_a_clock_that_runs_on_while_the_receiver_works_is_spoken_of(payloads: Payloads) -> None:
    with freezegun.freeze_time(LONG_AGO, auto_tick_seconds=400):
        report = deliver(payloads(1), to=taken, secret=SECRET)
    with pytest.raises(ContractViolation, match="one that goes on between signing and checking"):
        report.assert_ok()


def test_a_clock_before_1970_is_named_as_such(payloads: Payloads) -> None:
    with freezegun.freeze_time("1969-12-31"), pytest.raises(SteppayMockError, match="moved the clock to before 1970"):
        deliver(payloads(1), to=taken, secret=SECRET)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("app", [silent, dozes])
def test_a_timeout_holds_in_an_event_loop_of_ours(payloads: Payloads, app: Any) -> None:
    (outcome,) = deliver(payloads(1), to=app, timeout=0.2).outcomes
    assert (outcome.error, outcome.status) == (("timed out after 0.2 s", None) if app is silent else (None, 204))


@pytest.mark.parametrize("real_asyncio", [False, True])
def test_a_timeout_holds_in_the_event_loop_of_a_test(payloads: Payloads, *, real_asyncio: bool) -> None:
    async def test() -> None:
        with freezegun.freeze_time(LONG_AGO, real_asyncio=real_asyncio):
            report = await deliver_async(payloads(1), to=silent, timeout=0.2)
        assert report.outcomes[0].error == "timed out after 0.2 s"

    asyncio.run(test())


def test_an_app_that_stops_the_clock_itself_has_its_whole_time(payloads: Payloads) -> None:
    async def stops(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        with freezegun.freeze_time("2040-01-01"):  # a loop that counts by this takes every timeout for over
            for _ in range(50):
                await asyncio.sleep(0)
        await dozes(scope, receive, send)

    async def test() -> None:
        report = await deliver_async(payloads(1), to=stops)
        assert report.statuses == {204: 1}

    asyncio.run(test())


@pytest.mark.usefixtures("stopped")
def test_an_exploration_ends_and_says_how_long_it_took() -> None:
    seen: dict[int, str] = {}

    def app(environ: Any, start_response: Any) -> list[bytes]:
        taken(environ, start_response)
        seen[len(seen)] = "taken"
        return []

    events = [make_event("order.created", seed=1), make_event("payment.completed", seed=2)]
    found = explore(
        events, app, state=lambda: sorted(seen.values()), reset=seen.clear, secret=SECRET, settle=0.01, duplicates=False
    )
    assert found.verdict == "proved"
    assert 0 < found.coverage.elapsed < 60


@pytest.mark.usefixtures("stopped")
def test_a_receiver_that_hangs_is_cut_off() -> None:
    def hangs(_environ: Any, _start_response: Any) -> list[bytes]:
        Flag().wait(30)
        return []

    events = [make_event("order.created", seed=1), make_event("payment.completed", seed=2)]
    with pytest.raises(Exception, match=r"did not answer .* within 0\.1 s"):
        explore(events, hangs, state=dict, reset=dict, timeout=0.1)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("journal", [None, "journal.sqlite"])
def test_a_sender_returns_and_retries(serve: Serve, tmp_path: Path, journal: str | None) -> None:
    statuses = iter(["503 Busy", "204 No Content", "204 No Content"])

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response(next(statuses), [])
        return []

    sender = Sender(serve(app), journal=journal and tmp_path / journal, retries=[0.05], rate=50)
    report = sender.send([make_event("order.created", seed=1), make_event("payment.completed", seed=2)])
    assert (report.succeeded, report.failed, report.retried) == (2, 0, 1)
    assert 0.05 <= report.elapsed < 10


def test_a_clock_that_is_stopped_and_moved_while_a_sender_runs_changes_nothing(serve: Serve) -> None:
    answers = iter(["stop", "back", "go on", "", ""])
    clock: Any = freezegun.freeze_time(LONG_AGO)
    moved: list[Any] = []

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        step = next(answers)
        if step == "stop":
            moved.append(clock.start())
        elif step == "back":
            moved[0].move_to("1999-01-01")
        elif step == "go on":
            clock.stop()
        start_response("503 Busy" if step else "204 No Content", [])
        return []

    sender = Sender(serve(app), retries=RetryPolicy(name="quick", delays=(0.02, 0.02, 0.02)))
    report = sender.send([make_event("order.created", seed=1)])
    assert (report.succeeded, report.retried) == (1, 3)
    assert report.elapsed < 10


@pytest.mark.usefixtures("stopped")
def test_a_schedule_is_waited_for_in_real_time(payloads: Payloads) -> None:
    schedule = plan(payloads(2), [Deliver(event=0), Wait(seconds=0.05), Deliver(event=1)])
    report = deliver(schedule, to=taken, secret=SECRET)
    report.assert_ok()
    assert 0.05 <= report.elapsed < 10


# Signatures.


@pytest.mark.usefixtures("stopped")
def test_a_receiver_in_process_finds_signatures_fresh(payloads: Payloads) -> None:
    deliver(payloads(3), to=taken, secret=SECRET).assert_ok()


@pytest.mark.usefixtures("stopped")
def test_so_does_one_that_a_thread_of_this_process_serves(payloads: Payloads, serve: Serve) -> None:
    url = serve(taken)
    deliver(payloads(2), to=url, secret=SECRET).assert_ok()
    assert Sender(Endpoint(url=url, secret=SECRET)).send([make_event("order.created", seed=1)]).failed == 0


@pytest.mark.usefixtures("stopped")
def test_so_does_one_in_another_process(payloads: Payloads) -> None:
    arguments: Any = {"cwd": ROOT, "stdout": subprocess.PIPE, "env": ALONE, "text": True}
    with subprocess.Popen([sys.executable, "-c", dedent(SERVER)], **arguments) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            deliver(payloads(2), to=url, secret=SECRET).assert_ok()
            events = [make_event("order.created", seed=1)]
            assert Sender(Endpoint(url=url, secret=SECRET)).send(events).failed == 0
            counted: list[int] = []
            found = explore(
                [*events, make_event("payment.completed", seed=2)],
                lambda: url,
                state=lambda: len(counted),
                reset=counted.clear,
                secret=SECRET,
            )
            assert found.coverage.refused == 0
        finally:
            server.terminate()


# What was imported under a stopped clock.


def test_a_sender_that_was_imported_under_a_stopped_clock_returns(closed_url: str) -> None:
    told = run_python(
        f"""
        from freezegun import freeze_time
        with freeze_time("2001-02-03"):
            import steppay_mock.delivery.sender.sender
        from steppay_mock import Sender, make_event
        report = Sender({closed_url!r}, retries=[0.02], rate=50).send([make_event("order.created", seed=1)])
        print(report.retried, 0.02 < report.elapsed < 20)
        """
    )
    assert told == "1 True"


def test_a_seed_gives_the_same_under_a_stopped_clock_and_after_an_import_under_one() -> None:
    code = """
        from freezegun import freeze_time
        from contextlib import nullcontext
        with freeze_time("2001-02-03") if {frozen} else nullcontext():
            import steppay_mock.store.store, steppay_mock.store.store
        from steppay_mock import Store, make_events, scenario
        store = Store(seed=3)
        store.checkout()
        store.advance(days=40)
        events = *scenario("subscription-starts", seed=7), *make_events(seed=1), *store.events
        print(store.now.isoformat(), store.now.timestamp(), hash(b"".join(one.body for one in events)))
    """
    assert run_python(code.format(frozen=True)) == run_python(code.format(frozen=False))


@pytest.mark.usefixtures("stopped")
def test_events_without_a_seed_are_of_the_time_that_the_test_says_it_is() -> None:
    assert THEN <= make_event("order.created").timestamp < THEN + 60
