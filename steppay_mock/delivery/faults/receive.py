"""How is an answer read that may be late, broken or endless?"""

from __future__ import annotations

import io
from contextlib import closing
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.faults.told import FAILURES
from steppay_mock.delivery.head import WholeHeadResponse
from steppay_mock.delivery.transport import MAX_ANSWER, Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from steppay_mock.delivery.faults.connect import Connection
    from steppay_mock.delivery.faults.deadline import Deadline


def receive(connection: Connection, deadline: Deadline, tell: Callable[[Exception], str]) -> Answer:
    """The answer, up to MAX_ANSWER; what breaks its body off is its error, in the words of ``tell``.

    Raises what sockets and http.client raise if there is not even a head.
    """
    with closing(WholeHeadResponse(_Source(connection, deadline), method="POST")) as response:  # type: ignore[arg-type]
        response.begin()
        body, error = _body_of(response, tell)
        return Answer(response.head.status, response.head.headers, body, error)


def _body_of(response: HTTPResponse, tell: Callable[[Exception], str]) -> tuple[bytes, str | None]:
    body = bytearray()
    try:
        while len(body) < MAX_ANSWER:
            part = response.read(MAX_ANSWER - len(body))
            if not part:
                _check_whole(response, bytes(body))
                break
            body += part
    except FAILURES as failure:
        return bytes(body), tell(failure)
    return bytes(body), None


def _check_whole(response: HTTPResponse, body: bytes) -> None:
    """A read with a limit does not tell an end from a breach; what is still missing does."""
    if response.length:
        raise IncompleteRead(body, response.length)


class _Source:
    """A socket as http.client wants one, whose reads are late as a whole: its own timeout begins anew at each byte."""

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Punctual(self._connection, self._deadline))


class _Punctual(io.RawIOBase):
    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)
