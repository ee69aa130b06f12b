"""Requests by way of an engine, and what a receiver reads of them."""

from __future__ import annotations

import socket
from time import monotonic

from steppay_mock.delivery.address import Address, parse_address
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.engine import Engine
from steppay_mock.delivery.make_request import make_request

BODY = '{"event":"order.created","data":{"name":"김"}}'.encode()
DONE = b"HTTP/1.1 204 No Content\r\n\r\n"


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
