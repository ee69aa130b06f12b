"""How is an answer read that may be late, broken or endless?"""

from __future__ import annotations

import io
from contextlib import closing
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.head import WholeHeadResponse
from steppay_mock.delivery.told import FAILURES
from steppay_mock.delivery.transport import MAX_ANSWER, Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.faults.connect import Connection
    from steppay_mock.delivery.faults.deadline import Deadline

    Tell = Callable[[Exception], tuple[Failure, str]]


def receive(connection: Connection, deadline: Deadline, tell: Tell) -> Answer:
    """The answer, up to MAX_ANSWER; what breaks its body off is its error, in the words of ``tell``.

    Raises what sockets and http.client raise if there is not even a head.
    """
    source = _Source(connection, deadline)
    with closing(WholeHeadResponse(source, method="POST")) as response:  # type: ignore[arg-type]
        response.begin()
        source.raw.may_end_in_a_reset = response.head.may_end_in_a_reset
        body, failure, error = _body_of(response, tell)
        return Answer(response.head.status, response.head.headers, body, error, failure=failure)


def _body_of(response: HTTPResponse, tell: Tell) -> tuple[bytes, Failure | None, str | None]:
    body = bytearray()
    try:
        while len(body) < MAX_ANSWER:
            part = response.read(MAX_ANSWER - len(body))
            if not part:
                _check_whole(response, bytes(body))
                break
            body += part
    except FAILURES as failure:
        return bytes(body), *tell(failure)
    return bytes(body), None, None


def _check_whole(response: HTTPResponse, body: bytes) -> None:
    """A read with a limit does not tell an end from a breach; what is still missing does."""
    if response.length:
        raise IncompleteRead(body, response.length)


class _Source:
    """A socket as http.client wants one, whose reads are late as a whole: its own timeout begins anew at each byte."""

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        self.raw = _Punctual(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.raw)


class _Punctual(io.RawIOBase):
    may_end_in_a_reset = False

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.left())
        try:
            return self._connection.recv_into(buffer)
        except ConnectionResetError:
            if self.may_end_in_a_reset:
                return 0
            raise
