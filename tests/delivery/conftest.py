"""Payloads by hand, and servers on a free port of this machine that end with the test."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from delivery.counting import Counting, counting
from delivery.engines import engine_of
from delivery.filled_journal import fill
from delivery.standins import Instant, Time, install
from extras import needing
from serving import served

from steppay_mock import Outcome, deliver
from steppay_mock.delivery.engine.engine import Engine, EngineSettings

if TYPE_CHECKING:
    from delivery.django_here import DjangoHere


@pytest.fixture
def payloads() -> Callable[..., list[dict[str, Any]]]:
    """So many payloads; ``data.id`` counts from 0."""

    def make(count: int) -> list[dict[str, Any]]:
        return [
            {"timestamp": 1688697915, "version": "v1", "event": "customer.created", "data": {"id": n}, "isTest": True}
            for n in range(count)
        ]

    return make


@pytest.fixture
def serve_tls() -> Iterator[Callable[[Any], str]]:
    """Serve a WSGI app over HTTPS with the certificate of ``localhost.pem``; gives its URL, without a path."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("localhost.pem"))
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(served(app, tls=context))


@pytest.fixture
def serve_raw() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Serve by a function of the accepted socket, for answers that no server would give; gives the URL."""
    with ExitStack() as stack:
        yield lambda handle: stack.enter_context(_served_raw(handle))


@pytest.fixture(params=needing("fast", "curl", ["curl", "threads"]))
def make_engine(request: pytest.FixtureRequest, serve_raw: object) -> Iterator[Callable[..., Engine]]:
    """Make an engine of either kind; it lets go of its receivers before they are ended, which wait for that."""
    assert serve_raw
    kind = engine_of(request.param)
    with ExitStack() as stack:

        def engine(*, timeout: float = 10.0, keep_alive: bool = False, concurrency: int = 4) -> Engine:
            made = kind(EngineSettings(timeout=timeout, keep_alive=keep_alive, concurrency=concurrency))
            stack.callback(made.close)
            return made

        yield engine


@pytest.fixture(params=needing("fast", "curl", ["curl", "threads"]))
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each engine in turn."""
    if request.param == "threads":
        monkeypatch.setitem(sys.modules, "steppay_mock.delivery.engine.libcurl", None)
    return str(request.param)


@pytest.fixture(params=["written", "unwritten"])
def journal(request: pytest.FixtureRequest, path: Path) -> str | None:
    """With a journal, and without."""
    return str(path) if request.param == "written" else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal may be; nothing is there yet."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def filled(path: Path) -> None:
    """The journal has runs of every kind."""
    fill(path)


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> Instant:
    """What every sender of the test sends by: it answers at once, 204 if its ``answer`` says nothing else."""
    made = Instant(Time())
    install(monkeypatch, made)
    return made


@pytest.fixture
def outcome(payloads: Callable[[int], list[dict[str, Any]]]) -> Callable[..., Outcome]:
    """What comes of one delivery to an app."""
    return lambda app, **options: deliver(payloads(1), to=app, **options)[0]


@pytest.fixture
def receiver() -> Iterator[Counting]:
    """A receiver that counts what comes."""
    with counting(Counting()) as started:
        yield started


@pytest.fixture
def closed_url(free_port: int) -> str:
    """A URL where nothing listens."""
    return f"http://127.0.0.1:{free_port}"


@pytest.fixture
def django(tmp_path: Path) -> Iterator[DjangoHere]:
    """Django with two databases in files."""
    from delivery.django_here import django_here  # it loads Django, which slows deliveries in process down

    with django_here(str(tmp_path / "default.sqlite3"), str(tmp_path / "other.sqlite3")) as here:
        yield here


@pytest.fixture
def django_in_memory() -> Iterator[DjangoHere]:
    """Django with two databases in memory."""
    from delivery.django_here import django_here

    with django_here(":memory:", ":memory:") as here:
        yield here


@contextmanager
def _served_raw(handle: Callable[[socket.socket], None]) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                try:
                    handle(connection)
                except OSError:
                    continue  # the sender had enough

    thread = Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # wakes the accept, which a close alone does not
        listener.close()
        thread.join()
