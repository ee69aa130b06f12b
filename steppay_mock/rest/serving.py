"""Serves an app over HTTP to other processes, and stops without a thread left."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EADDRINUSE
from threading import Event as Flag
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler

from steppay_mock.errors import SteppayMockError
from steppay_mock.rest.exchange import HEADERS
from steppay_mock.rest.responder import CLOSING
from steppay_mock.wire.own_sockets import THIS_MACHINE, own_socket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

LOOPBACK = "127.0.0.1"

_LOOPBACK_OF_ALL = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - only if the user asks for it

_BROKEN = b'{"error": "The chunked body is broken, or ends too early. Send it again, whole."}'


class _BrokenBodyError(OSError):
    """A chunked body is not written as HTTP has it, or ends too early."""


class _Chunks(DechunkedInput):
    """A chunked body."""

    def readinto(self, buf: bytearray) -> int:  # type: ignore[override]
        try:
            return super().readinto(buf)
        except (ConnectionError, TimeoutError):
            raise
        except OSError as error:
            raise _BrokenBodyError(str(error)) from error


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: api.calls is the log, and headers contain the token."""

    raw_requestline: bytes

    def parse_request(self) -> bool:
        # curl sends the Hangul of a query as UTF-8. http.server reads it as Latin-1, and splits at some of its bytes.
        self.raw_requestline = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % ord(found[0]), self.raw_requestline)
        if not super().parse_request():
            return False
        lengths = set(self.headers.get_all("Content-Length", []))
        if len(lengths) > 1 or not all(length.isascii() and length.isdigit() for length in lengths):
            self.send_error(400, "The Content-Length is no number of bytes. Send the length of the body.")
            return False
        return True

    def make_environ(self) -> dict[str, Any]:
        environ = {**super().make_environ(), HEADERS: list(self.headers.raw_items())}
        if environ.get("wsgi.input_terminated"):
            environ["wsgi.input"] = _Chunks(cast("IO[bytes]", self.rfile))
        return environ

    def log(self, *_arguments: Any) -> None:
        pass


class _Server(ThreadedWSGIServer):
    """One thread for each call, so that a held call delays no other."""

    daemon_threads = False  # so that server_close() joins the threads of the calls

    def __init__(self, app: Any, listener: socket.socket, host: str) -> None:
        self._open: set[socket.socket] = set()
        self._guard = Lock()
        super().__init__(host, 0, app, _QuietHandler, fd=listener.fileno())

    def log(self, *_arguments: Any) -> None:
        pass

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def stop_reading(self) -> None:
        """Shut down the reading side of all connections.

        A thread that waits for the next request of a kept-alive connection ends so. A thread that is answering can
        still write its answer.
        """
        with self._guard:
            for connection in self._open:
                with suppress(OSError):  # the caller closed it already
                    connection.shutdown(socket.SHUT_RD)


@contextmanager
def served(
    app: WSGIApplication, *, port: int, host: str, wake: Callable[[], object], noun: str = "The API"
) -> Iterator[str]:
    """Within it, the app is served; gives its URL. If it listens on all addresses, the URL has the loopback one.

    The environ has a flag under ``CLOSING``, which is set when the server stops; then ``wake`` is called.
    """
    closing = Flag()

    def flagged(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            return app(environ | {CLOSING: closing}, start_response)
        except _BrokenBodyError:
            start_response("400 Bad Request", [("Content-Type", "application/json"), ("Connection", "close")])
            return [_BROKEN]

    # We bind the socket, because werkzeug calls sys.exit() if it cannot bind. It duplicates the descriptor that it
    # gets, so ours is closed here.
    with _listen(port, host, noun) as listener:
        server = _Server(flagged, listener, host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name=f"StepPay {noun}")
    thread.start()
    try:
        called = _LOOPBACK_OF_ALL.get(host, host)
        yield f"http://{f'[{called}]' if ':' in called else called}:{server.port}"
    finally:
        # In this order: first the held calls end, then no new connection is accepted, then idle connections end.
        closing.set()
        wake()
        server.shutdown()
        server.stop_reading()
        thread.join()


def _listen(port: int, host: str, noun: str) -> socket.socket:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65_535:
        raise SteppayMockError(f"port={port!r} is not a port. Give one from 1024 to 65535, or 0 for a free one.")
    if not isinstance(host, str) or not host.isascii() or not host or any(letter in host for letter in "/ \0[]"):
        raise SteppayMockError(
            f"host={host!r} is not an address. Give one of this machine, such as {LOOPBACK} or 0.0.0.0."
        )
    try:
        with own_socket(f"serve {noun[0].lower()}{noun[1:]}", allow=f"--allow-hosts={THIS_MACHINE}"):
            return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno in {EADDRINUSE, EACCES}:
            reason = os.strerror(error.errno)  # error.strerror has the address too, in Python's form
            raise SteppayMockError(
                f"{noun} cannot be served on port {port} ({reason}). Stop the program that uses it, or take another: 0 "
                "finds a free one."
            ) from error
        raise SteppayMockError(
            f"{noun} cannot be served on {host!r} ({error.strerror}). Give an address of this machine, such as "
            f"{LOOPBACK} or 0.0.0.0."
        ) from error
