"""Receivers whose deliveries meet: each waits until all that are in flight with it have come as far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class Meeting:
    """Knows from ``watch=`` how many deliveries are in flight at once, and lets these meet."""

    def __init__(self) -> None:
        self._made = 0
        self._barrier: Barrier | None = None
        self.met = 0

    def watch(self, made: int, _budget: int) -> None:
        in_flight, self._made = made - self._made, made
        self._barrier = Barrier(in_flight) if in_flight > 1 else None

    @property
    def is_on(self) -> bool:
        return self._barrier is not None

    def meet(self) -> None:
        if self._barrier is not None:
            self._barrier.wait(timeout=20)
            self.met += 1


class _Quiet(WSGIRequestHandler):
    def log(self, *_arguments: Any) -> None:
        pass


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL of the app on this machine, each request in a thread of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
