"""How is TLS spoken by a sender that may stop speaking and still listen?

Python's own TLS socket cannot tell its end without reading for the other's, and loses an answer that comes meanwhile.
So the TLS is kept apart from the socket, which also bounds each step of it by the deadline.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from steppay_mock.delivery.faults.deadline import Deadline


class TlsConnection:
    """As much of a socket as a delivery needs, over TLS; ``raw`` is the socket below."""

    def __init__(self, raw: socket.socket, *, context: ssl.SSLContext, name: str, deadline: Deadline) -> None:
        self.raw = raw
        self._deadline = deadline
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._run(self._tls.do_handshake)

    def settimeout(self, seconds: float) -> None:
        """Nothing: the deadline counts."""

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._run(lambda: self._tls.write(data))

    def recv(self, size: int) -> bytes:
        """Give what has come, of ``size`` bytes at most; nothing at the end, also at one that TLS was not told of."""
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
        """Tell the receiver's TLS that no more is coming."""
        with suppress(ssl.SSLError):  # it wants to read the other's end, which is not waited for
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
                    self._flush()  # what is wrong, for the receiver
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
