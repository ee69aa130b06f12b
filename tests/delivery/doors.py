"""Doors in front of receivers: HTTPS that asks for a client certificate, and an HTTP proxy, perhaps with a password."""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from serving import served

DOOR = Path(__file__).with_name("door")
AUTHORITY, CLIENT, KEY, BOTH = (
    str(DOOR / name) for name in ("authority.pem", "client.pem", "client-key.pem", "client-and-key.pem")
)


def guarded_tls() -> ssl.SSLContext:
    """TLS that lets in whoever has a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DOOR / "server.pem")
    context.load_verify_locations(AUTHORITY)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@contextmanager
def over_tls(app: Any, *, guarded: bool = True) -> Iterator[str]:
    """The WSGI app over HTTPS, with a certificate of the authority; ``guarded``, it asks for one of it too."""
    tls = guarded_tls()
    if not guarded:
        tls.verify_mode = ssl.CERT_NONE
    with served(app, tls=tls) as url:
        yield url


@dataclass(slots=True)
class Gateway:
    """An HTTP proxy: it forwards what has an absolute address, and opens tunnels.

    ``user``: who is let in, as ``user:password``. ``answer``: the status that everybody gets, if it is not 0. ``heads``
    are the heads of the requests that came to it.
    """

    user: str = ""
    answer: int = 0
    url: str = ""
    heads: list[str] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        """One request; a tunnel lasts until one of its ends closes."""
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            if not part:
                return
            head += part
        head, _, rest = head.partition(b"\r\n\r\n")
        self.heads.append(head.decode())
        method, address, _ = head.decode().split("\r\n")[0].split(" ")
        wanted = b"proxy-authorization: basic " + b64encode(self.user.encode()).lower()
        refused = 407 if self.user and wanted not in head.lower() else self.answer
        if refused:
            connection.sendall(
                f"HTTP/1.1 {refused} No\r\ncontent-length: 0\r\nconnection: close\r\nx-of: proxy\r\n\r\n".encode()
            )
            return
        place = address if method == "CONNECT" else address.split("/")[2]
        host, _, port = place.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as other:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Go\r\nx-of: proxy\r\n\r\n")
            else:
                path = "/" + address.split("/", 3)[3]
                lines = [f"{method} {path} HTTP/1.1", *head.decode().split("\r\n")[1:]]
                kept = [line for line in lines if not line.lower().startswith(("proxy-", "connection:"))]
                other.sendall("\r\n".join([*kept, "connection: close", "", ""]).encode() + rest)
            back = Thread(target=_pour, args=(other, connection))
            back.start()
            _pour(connection, other, whole=method == "CONNECT")
            back.join()


@contextmanager
def gateway(user: str = "", *, answer: int = 0) -> Iterator[Gateway]:
    """The proxy while it listens."""
    made = Gateway(user=user, answer=answer)
    listener = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving: list[Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            serving.append(Thread(target=_serve, args=(made, connection)))
            serving[-1].start()

    thread = Thread(target=accept)
    thread.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in (thread, *serving):
            one.join()


def _serve(made: Gateway, connection: socket.socket) -> None:
    connection.settimeout(10)
    with connection, suppress(OSError):
        made.serve(connection)


def _pour(source: socket.socket, sink: socket.socket, *, whole: bool = True) -> None:
    """Hand on what comes until the end; of a request that is not ``whole`` its end is not handed on."""
    with suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
        if whole:
            sink.shutdown(socket.SHUT_WR)
