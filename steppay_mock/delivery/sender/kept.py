"""How does a thread use its connection again? It keeps it where the answer came whole and the receiver lets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.http import HttpTransport
from steppay_mock.delivery.transport import MAX_ANSWER, Answer, Request

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection


class KeptTransport(HttpTransport):
    """Sends to a URL on one connection, for one thread. A request is never repeated, whatever becomes of that."""

    _persistence = "keep-alive"
    _kept: HTTPConnection | None = None

    def __exit__(self, *_exception: object) -> None:
        """Close the connection."""
        self._drop()

    def _exchange(self, request: Request) -> Answer:
        answer = super()._exchange(request)
        if answer.error is not None or len(answer.body) >= MAX_ANSWER:  # something may be left on the connection
            self._drop()
        return answer

    def _connection(self) -> HTTPConnection:
        kept = self._kept
        if kept is not None and kept.sock is not None and kept.is_connected:
            kept.timeout = self._timeout
            kept.sock.settimeout(self._timeout)
            return kept
        self._drop()
        return super()._connection()

    def _let_go(self, connection: HTTPConnection) -> None:
        self._kept = connection

    def _drop(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()
