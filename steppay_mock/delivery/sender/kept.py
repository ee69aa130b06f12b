"""How does a thread use its connection again? It keeps it where the answer came whole and the receiver lets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.http import HttpTransport
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.transport import MAX_ANSWER, Answer

if TYPE_CHECKING:
    from steppay_mock.delivery.http import Connection


class KeptTransport(HttpTransport):
    """Sends to a URL on one connection, for one thread.

    A request goes out once more, on a new connection, only where the receiver had closed the kept one and none of the
    request was sent: else it might arrive twice.
    """

    _persistence = "keep-alive"
    _kept: Connection | None = None

    def __exit__(self, *_exception: object) -> None:
        """Close the connection."""
        self._drop()

    def _exchange(self, request: Request) -> Answer:
        answer = super()._exchange(request)
        if answer.error is not None or len(answer.body) >= MAX_ANSWER:  # something may be left on the connection
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
