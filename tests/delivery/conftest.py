"""Payloads by hand, and servers on a free port of this machine that end with the test."""

from __future__ import annotations

import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from delivery.counting import Counting, counting
from delivery.engines import engine_of
from extras import needing
from werkzeug.serving import make_server

from steppay_mock.delivery.engine.engine import Engine, EngineSettings


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
def serve() -> Iterator[Callable[[Any], str]]:
    """Serve a WSGI app over HTTP; gives its URL, without a path."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(_served(app))


@pytest.fixture
def serve_tls() -> Iterator[Callable[[Any], str]]:
    """Serve a WSGI app over HTTPS with the certificate of ``localhost.pem``; gives its URL, without a path."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("localhost.pem"))
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(_served(app, tls=context))


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
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """With a journal, and without."""
    return str(tmp_path / "journal.sqlite") if request.param == "written" else None


@pytest.fixture
def receiver() -> Iterator[Counting]:
    """A receiver that counts what comes."""
    with counting(Counting()) as started:
        yield started


@pytest.fixture
def free_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def closed_url(free_port: int) -> str:
    """A URL where nothing listens."""
    return f"http://127.0.0.1:{free_port}"


@contextmanager
def _served(app: Any, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    server.log = lambda *_arguments: None  # type: ignore[method-assign]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
