"""Both engines of the sender: the bytes on the wire, and what any receiver may do to them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from queue import Queue
from threading import Barrier
from typing import Any

import pytest
from delivery.engines import BODY, endpoint_of, read_request, send
from werkzeug import Request, Response

from steppay_mock.delivery.answer import MAX_ANSWER
from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.engine.make_engine import make_engine as make_installed_engine
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.make_request import make_request
from steppay_mock.wire.headers import request_headers

Serve = Callable[[Any], str]
Make = Callable[..., Engine]


@pytest.mark.parametrize("body", [BODY, b"", b"x" * 3_000_000], ids=["usual", "empty", "large"])
def test_the_bytes_on_the_wire_are_those_of_the_vendor(make_engine: Make, serve_raw: Serve, body: bytes) -> None:
    seen: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    url = serve_raw(handle)
    (answer,) = send(make_engine(), url, body)
    assert (answer.status, answer.error) == (204, None)
    headers = {"host": url.removeprefix("http://"), "connection": "close"}
    headers |= request_headers(body, secret="s", timestamp=9, trace_seed=1)
    lines = ["POST /webhooks/steppay HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    assert seen == ["\r\n".join(lines).encode() + body]


def test_requests_are_in_flight_together(make_engine: Make, serve: Serve) -> None:
    meeting = Barrier(4)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        Request(environ).get_data()
        meeting.wait(20)
        return list(Response(status=204)(environ, start_response))

    assert [answer.status for answer in send(make_engine(), serve(app), *[BODY] * 4)] == [204] * 4


def test_a_redirect_is_an_answer_and_is_not_followed(make_engine: Make, serve_raw: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/else\r\nContent-Length: 2\r\n\r\nno")

    (answer,) = send(make_engine(), serve_raw(handle))
    assert (answer.status, answer.headers["location"], answer.body) == (302, "http://127.0.0.1:9/else", b"no")


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (b"", "no whole HTTP answer"),
        (b"garbage\r\n\r\n", "no whole HTTP answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "no whole HTTP answer"),
    ],
    ids=["nothing", "garbage", "short"],
)
def test_what_is_no_whole_answer_says_so(make_engine: Make, serve_raw: Serve, reply: bytes, told: str) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(reply)

    (answer,) = send(make_engine(), serve_raw(handle))
    assert answer.error is not None
    assert told in answer.error


def test_a_receiver_that_hangs_is_given_up(make_engine: Make, serve_raw: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)  # until the sender goes

    (answer,) = send(make_engine(timeout=0.3), serve_raw(handle))
    assert (answer.status, answer.error) == (None, "timed out after 0.3 s")


def test_an_answer_without_end_is_read_up_to_the_bound(make_engine: Make, serve_raw: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    (answer,) = send(make_engine(), serve_raw(handle))
    assert (answer.status, len(answer.body), answer.error) == (200, MAX_ANSWER, None)


def test_nobody_there_is_told(make_engine: Make, closed_url: str) -> None:
    (answer,) = send(make_engine(), closed_url)
    assert answer.status is None
    assert str(answer.error).startswith("connection refused: nothing listens at 127.0.0.1:")


def test_a_certificate_that_nobody_vouches_for_is_refused(make_engine: Make, serve_tls: Serve) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        return list(Response(status=204)(environ, start_response))

    (answer,) = send(make_engine(), serve_tls(app))
    assert answer.status is None
    assert "certificate" in str(answer.error).lower()


def test_proxies_of_the_environment_are_not_used(
    make_engine: Make, serve_raw: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert send(make_engine(), serve_raw(handle))[0].status == 204


@pytest.mark.parametrize(("keep_alive", "connections"), [(True, 1), (False, 3)])
def test_connections_are_used_again_where_that_was_asked_for(
    make_engine: Make,
    serve_raw: Serve,
    *,
    keep_alive: bool,
    connections: int,
) -> None:
    opened: list[int] = []

    def handle(connection: socket.socket) -> None:
        opened.append(1)
        while True:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    url = serve_raw(handle)
    engine = make_engine(keep_alive=keep_alive, concurrency=1)
    for _ in range(3):
        assert send(engine, url)[0].status == 204
    assert len(opened) == connections


@pytest.mark.parametrize("kind", [make_installed_engine, ThreadEngine])
@pytest.mark.parametrize("keep_alive", [False, True])
def test_an_engine_writes_a_fault_beside_right_requests(
    serve_raw: Serve, kind: Callable[[EngineSettings], Engine], *, keep_alive: bool
) -> None:
    heads: Queue[bytes] = Queue()

    def handle(connection: socket.socket) -> None:
        heads.put(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")

    address = endpoint_of(serve_raw(handle))
    with closing(kind(EngineSettings(timeout=10, keep_alive=keep_alive, concurrency=2))) as engine:
        for token, fault in enumerate([None, "names-title-case", None]):
            engine.start(token, address, make_request(BODY, secret="s", timestamp=9, trace_seed=1, fault=fault))
        answers: dict[int, int | None] = {}
        while len(answers) < 3:
            answers.update({token: answer.status for token, answer in engine.poll(1)})
    assert answers == {0: 204, 1: 204, 2: 204}
    assert sorted(b"Content-Type: application/json" in heads.get(timeout=10) for _ in range(3)) == [False, False, True]
