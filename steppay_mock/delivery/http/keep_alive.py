"""Sends to a URL on a connection that is kept, as long as each answer comes whole and the receiver leaves it open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.request import Request

if TYPE_CHECKING:
    from steppay_mock.delivery.http.transport import Connection


class KeptTransport(HttpTransport):
    """Sends to a URL on one connection, for one thread.

    It repeats a request, on a new connection, only where the receiver had closed the kept one before any byte of the
    request was written. Otherwise the request might arrive twice.
    """

    _persistence = "keep-alive"
    _kept: Connection | None = None

    def __exit__(self, *_exception: object) -> None:
        """Close the connection."""
        self._drop()

    def _exchange(self, request: Request) -> Answer:
        answer = super()._exchange(request)
        if answer.error is not None or len(answer.body) >= MAX_ANSWER:  # more bytes may come
            self._drop()
        return answer

    def _ask(self, connection: Connection, request: Request) -> None:
        was_used = connection.sock is not None
        super()._ask(connection, request)
        if was_used and not connection.sent:
            connection.close()
            super()._ask(connection, request)

    def _connection(self) -> Connection:
        kept = self._kept
        if kept is not None and kept.sock is not None and kept.is_connected:
            kept.timeout = self._timeout
            kept.sock.settimeout(self._timeout)
            return kept
        self._drop()
        return super()._connection()

    def _let_go(self, connection: Connection) -> None:
        self._kept = connection

    def _drop(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()
