"""Requests by way of an engine, and what a receiver reads of them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from time import monotonic

from steppay_mock.delivery.address import Address, parse_address
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.make_request import make_request
from steppay_mock.delivery.request import Request, Writing

BODY = '{"event":"order.created","data":{"name":"김"}}'.encode()
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"


def engine_of(name: str) -> Callable[[EngineSettings], Engine]:
    """Makes engines of that name; ``curl`` needs the extra ``fast``."""
    if name == "threads":
        return ThreadEngine
    from steppay_mock.delivery.engine.libcurl import CurlEngine

    return CurlEngine


def endpoint_of(url: str) -> Address:
    return parse_address(url, path="/webhooks/steppay", allowed=frozenset({"receiver.invalid"}))


def send(engine: Engine, url: str, *bodies: bytes) -> list[Answer]:
    """Send these bodies at once; their answers, in the order of the bodies."""
    for token, body in enumerate(bodies or (BODY,)):
        engine.start(token, endpoint_of(url), make_request(body, secret="s", timestamp=9, trace_seed=1))
    answers: dict[int, Answer] = {}
    limit = monotonic() + 30
    while len(answers) < max(len(bodies), 1) and monotonic() < limit:
        answers.update(engine.poll(0.2))
    return [answers[token] for token in sorted(answers)]


def received(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionError("the sender has gone")
    return part


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += received(connection)
    return head + b"\r\n\r\n" + body


def replies(*parts: bytes) -> Callable[[socket.socket], None]:
    """A receiver that reads the request and then writes these bytes."""

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        for part in parts:
            connection.sendall(part)

    return handle


def alone(url: str, *, timeout: float = 10.0) -> Answer:
    """What ``deliver`` makes of the receiver: the words that both engines are to have."""
    with HttpTransport(endpoint_of(url), timeout=timeout) as transport:
        return transport.send(Request(BODY, (("content-length", str(len(BODY))),)))


def every_answer(url: str) -> Iterator[Answer]:
    """What each engine that is installed makes of the receiver."""
    yield alone(url)
    kinds = [engine_of("threads")]
    with suppress(ImportError):
        kinds.append(engine_of("curl"))
    for kind in kinds:
        for keep_alive in (False, True):
            with closing(kind(EngineSettings(timeout=10, keep_alive=keep_alive, concurrency=1))) as engine:
                yield send(engine, url)[0]
    yield send_raw(Request(BODY, (), writing=Writing()), endpoint_of(url), timeout=10)
