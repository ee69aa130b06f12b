"""Sends a request byte by byte on a new socket, as its ``writing`` says, and reads the answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from steppay_mock.delivery.address import Address
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.http.deadline import Deadline
from steppay_mock.delivery.http.failures import (
    NETWORK_ERRORS,
    connecting_to,
    describe_error,
    mark_proxy_answer,
    reset_on_purpose,
)
from steppay_mock.delivery.http.head import GONE
from steppay_mock.delivery.http.raw.connection import Connection, connect, end_sending, reset, wait_until_arrived
from steppay_mock.delivery.http.raw.receive import receive
from steppay_mock.delivery.request import Request, Writing
from steppay_mock.wire import real_time

Sleep = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds in which nothing is sent."""

    seconds: float


def send_raw(
    request: Request,
    address: Address,
    *,
    timeout: float,
    sleep: Sleep | None = None,
    clock: Callable[[], float] | None = None,
) -> Answer:
    """Write the request byte by byte on a new connection, and return the answer.

    Everything that the receiver does is an answer. ``timeout`` is in seconds, from the start to the end of the answer,
    with the pauses of a drip; only the name server may take longer. ``sleep`` waits for the pauses, ``clock`` measures
    the time; None: real time. Where the connection is reset on purpose, the error of the answer says so. Raises
    OwnLackError where this machine lacks something.
    """
    wait = real_time.sleep if sleep is None else sleep
    deadline = Deadline(timeout, real_time.perf_counter if clock is None else clock)
    describe = partial(describe_error, address=address, timeout=timeout, outside=sys.exception())
    writing = request.writing or Writing()
    connected = False
    try:
        with connecting_to(address):
            opened = connect(address, deadline)
        connected = True
        with opened as connection:
            _write(connection, render(request, address), deadline, wait)
            if writing.reset is not None:
                answer = _reset(connection, writing, deadline, wait)
            else:
                if writing.truncate_to is not None:
                    end_sending(connection)
                answer = receive(connection, deadline, describe)
    except NETWORK_ERRORS as raised:
        failure, error = describe(raised, connected=connected)
        answer = Answer(None, error=error, failure=failure)
    return mark_proxy_answer(replace(answer, latency=deadline.elapsed), address)


def render(request: Request, address: Address) -> Iterator[bytes | Pause]:
    """All bytes of the request, in pieces: the same request gives the same pieces.

    The sender decides what happens to the connection after them: it stays open for the answer, is shut down for
    writing if the body is truncated, or is reset (:class:`~steppay_mock.delivery.request.Writing`).
    """
    writing = request.writing or Writing()
    chunked = writing.framing == "chunked"
    yield _head(request, writing, address)
    for piece in _cut(request.body[: writing.truncate_to], writing.pieces):
        if writing.drip:
            yield Pause(writing.drip)
        yield b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
    if chunked and writing.truncate_to is None:
        yield b"0\r\n\r\n"


def _write(connection: Connection, parts: Iterable[bytes | Pause], deadline: Deadline, sleep: Sleep) -> None:
    try:
        for part in parts:
            left = deadline.left()
            if isinstance(part, Pause):
                sleep(min(part.seconds, left))
            else:
                connection.settimeout(left)
                connection.sendall(part)
    except TimeoutError:
        raise
    except OSError:
        return  # a receiver may answer, such as 413, and close before it has read the body: read that answer


def _reset(connection: Connection, writing: Writing, deadline: Deadline, sleep: Sleep) -> Answer:
    if writing.reset == "answered":
        connection.settimeout(deadline.left())
        if not connection.recv(1):
            raise ConnectionError(GONE)
        when = "when its answer began"
    else:
        wait_until_arrived(connection, deadline, sleep)
        when = "amid the body" if writing.truncate_to is not None else "after the body"
    reset(connection)
    failure, error = reset_on_purpose(when)
    return Answer(None, error=error, failure=failure)


def _head(request: Request, writing: Writing, address: Address) -> bytes:
    own = {name.lower() for name, _ in request.headers}
    leading = [pair for pair in (*address.head.items(), ("connection", "close")) if pair[0] not in own]
    lines = [f"{request.method} {address.requested} HTTP/{writing.http_version}"]
    for name, value in (*leading, *request.headers):
        lines.append(f"{name.title() if writing.names == 'title' else name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _cut(body: bytes, pieces: int) -> Iterator[bytes]:
    """The body in this many parts of nearly the same size, without empty ones."""
    ends = (
        [len(body) * number // pieces for number in range(pieces + 1)] if pieces < len(body) else range(len(body) + 1)
    )
    for begin, end in pairwise(ends):
        yield body[begin:end]
