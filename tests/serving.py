"""A WSGI app behind a real server on this machine, which ends with the test."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

Serve = Callable[[Any], str]


class _Quiet(WSGIRequestHandler):
    """Logs nothing: werkzeug's logger keeps the standard error of the first test that logs, which is closed later."""

    def log(self, *_arguments: Any) -> None:
        pass


@contextmanager
def served(app: Any, *, tls: ssl.SSLContext | None = None, threaded: bool = True) -> Iterator[str]:
    """The URL of the app, without a path; ``threaded``, each request has a thread of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=threaded, request_handler=_Quiet, ssl_context=tls)
    server.log = lambda *_arguments: None  # type: ignore[method-assign]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a WSGI app over HTTP; gives its URL, without a path."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(served(app))


@pytest.fixture
def free_port() -> int:
    """A port of this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
