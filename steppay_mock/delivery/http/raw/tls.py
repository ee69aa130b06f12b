"""TLS over a raw connection whose sender can stop writing and still read.

``SSLSocket.unwrap`` sends the end of TLS and then reads for that of the receiver; an answer that comes meanwhile is
lost. So TLS runs in memory (``SSLObject``), apart from the socket. Each step of it is also bounded by the deadline.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from steppay_mock.delivery.http.deadline import Deadline


class TlsConnection:
    """The methods of a socket that a delivery needs, over TLS; ``raw`` is the socket below."""

    def __init__(self, raw: socket.socket, *, context: ssl.SSLContext, name: str, deadline: Deadline) -> None:
        self.raw = raw
        self._deadline = deadline
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._run(self._tls.do_handshake)

    def settimeout(self, seconds: float) -> None:
        """Do nothing: the deadline bounds every step."""

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._run(lambda: self._tls.write(data))

    def recv(self, size: int) -> bytes:
        """Return the bytes that have come, at most ``size``; empty at the end, also if TLS was not closed properly."""
        try:
            return bytes(self._run(lambda: self._tls.read(size)))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def recv_into(self, buffer: Any) -> int:
        """Do as ``recv`` does, into a buffer."""
        data = self.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def end_sending(self) -> None:
        """Send the end of TLS to the receiver."""
        with suppress(ssl.SSLError):  # unwrap wants to read the end of the receiver's TLS, for which nobody waits
            self._tls.unwrap()
        self._flush()

    def close(self) -> None:
        """Close the socket."""
        self.raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _run(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                with suppress(OSError):
                    self._flush()  # the alert that tells the receiver the reason
                raise
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if self._outgoing.pending:
            self.raw.settimeout(self._deadline.left())
            self.raw.sendall(self._outgoing.read())

    def _fill(self) -> None:
        self.raw.settimeout(self._deadline.left())
        data = self.raw.recv(65536)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
