"""Reads the answer on a raw connection; the answer may be late, broken or endless."""

from __future__ import annotations

import io
from contextlib import closing
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.http.failures import NETWORK_ERRORS
from steppay_mock.delivery.http.head import WholeHeadResponse

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.http.deadline import Deadline
    from steppay_mock.delivery.http.raw.connection import Connection

    Describe = Callable[[Exception], tuple[Failure, str]]


def receive(connection: Connection, deadline: Deadline, describe: Describe) -> Answer:
    """The answer, up to MAX_ANSWER bytes. An error amid its body is the answer's error, in the words of ``describe``.

    Raises the errors of sockets and http.client if the head does not come whole.
    """
    source = _SocketLike(connection, deadline)
    with closing(WholeHeadResponse(source, method="POST")) as response:  # type: ignore[arg-type]
        response.begin()
        source.raw.may_end_in_a_reset = response.head.may_end_in_a_reset
        body, failure, error = _body_of(response, describe)
        return Answer(response.head.status, response.head.headers, body, error, failure=failure)


def _body_of(response: HTTPResponse, describe: Describe) -> tuple[bytes, Failure | None, str | None]:
    body = bytearray()
    try:
        while len(body) < MAX_ANSWER:
            part = response.read(MAX_ANSWER - len(body))
            if not part:
                _check_whole(response, bytes(body))
                break
            body += part
    except NETWORK_ERRORS as failure:
        return bytes(body), *describe(failure)
    return bytes(body), None, None


def _check_whole(response: HTTPResponse, body: bytes) -> None:
    """Raise IncompleteRead if bytes are missing: ``read(limit)`` returns fewer bytes and raises nothing."""
    if response.length:
        raise IncompleteRead(body, response.length)


class _SocketLike:
    """The part of a socket that http.client uses: it only calls ``makefile``. All reads share one deadline."""

    def __init__(self, connection: Connection, deadline: Deadline) -> None:
        self.raw = _DeadlineReader(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.raw)


class _DeadlineReader(io.RawIOBase):
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
