"""How is the API served to a receiver that runs elsewhere, and how does the server end without leaving anything?"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EADDRINUSE
from threading import Event as Flag
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.api.wsgi import CLOSING
from steppay_mock.wire.own_sockets import THIS_MACHINE, own_socket

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

    from steppay_mock.store.api.api import StoreApi

LOOPBACK = "127.0.0.1"


_EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - served there only if it is asked for


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: api.calls has what can be told, and the headers hold the token."""

    def log(self, *_arguments: Any) -> None:
        pass


class _Server(ThreadedWSGIServer):
    """A thread for each call, so that a held one holds up no other; ``server_close`` waits for all of them."""

    daemon_threads = False

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
        """End the threads of callers who connected and ask nothing; what is being answered can still be written."""
        with self._guard:
            for connection in self._open:
                with suppress(OSError):  # the caller has gone already
                    connection.shutdown(socket.SHUT_RD)


@contextmanager
def served(api: StoreApi, *, port: int, host: str) -> Iterator[str]:
    """The URL of the API while it is served. On all addresses of a machine it is that of loopback."""
    closing = Flag()

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return api(environ | {CLOSING: closing}, start_response)

    # werkzeug duplicates the socket that it is given. Left to bind by itself, it ends the process if it cannot.
    with _listen(port, host) as listener:
        server = _Server(app, listener, host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="StepPay API")
    thread.start()
    try:
        called = _EVERYWHERE.get(host, host)
        yield f"http://{f'[{called}]' if ':' in called else called}:{server.port}"
    finally:
        closing.set()
        api.wake()
        server.shutdown()
        server.stop_reading()
        thread.join()


def _listen(port: int, host: str) -> socket.socket:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65_535:
        raise SteppayMockError(f"port={port!r} is no port. Take one of 1024 to 65535, or 0 for a free one.")
    if not isinstance(host, str) or not host.isascii() or not host or any(letter in host for letter in "/ \0[]"):
        raise SteppayMockError(f"host={host!r} is no address. Name one of this machine, such as {LOOPBACK} or 0.0.0.0.")
    try:
        with own_socket("serve the API", allow=f"--allow-hosts={THIS_MACHINE}"):
            return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        if error.errno in {EADDRINUSE, EACCES}:
            raise SteppayMockError(
                f"The API cannot be served on port {port} ({error.strerror}). End what uses it, or take another: "
                "port=0 is a free one."
            ) from error
        raise SteppayMockError(
            f"The API cannot be served on {host!r} ({error.strerror}). Name an address of this machine, such as "
            f"{LOOPBACK} or 0.0.0.0."
        ) from error
