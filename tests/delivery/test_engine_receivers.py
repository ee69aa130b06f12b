"""All engines, and receivers that misbehave: each is an answer, the same one on every engine, and the run goes on."""

from __future__ import annotations

import resource
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from delivery.engines import BODY, DONE, alone, endpoint_of, read_request, replies, send
from werkzeug import Response

from steppay_mock.delivery.answer import MAX_ANSWER
from steppay_mock.delivery.engine.engine import Engine
from steppay_mock.delivery.make_request import make_request

Serve = Callable[[Any], str]
Make = Callable[..., Engine]


def hang(connection: socket.socket) -> None:
    """A receiver that says nothing until the sender goes."""
    read_request(connection)
    connection.recv(1)


def drips(begin: bytes, drip: bytes) -> Callable[[socket.socket], None]:
    """A receiver that goes on for ever."""

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(begin)
        while True:
            connection.sendall(drip)

    return handle


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\x00\xff garbage \x1b[31m\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"x" * 200_000,
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 2_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: bcdefghijklmnopqrstuvwxyz\r\n" * 100_000 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
    ids=["nothing", "garbage", "short", "bad-chunk", "long-line", "long-header", "many-headers", "only-continue"],
)
def test_the_run_goes_on_after_a_broken_answer(make_engine: Make, serve_raw: Serve, reply: bytes) -> None:
    engine = make_engine()
    (broken,) = send(engine, serve_raw(replies(reply)))
    assert str(broken.error).startswith("no whole HTTP answer: ")
    assert str(broken.error).isprintable()
    (after,) = send(engine, serve_raw(replies(DONE)))
    assert (after.status, after.error) == (204, None)


@pytest.mark.parametrize(
    ("begin", "drip", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nx", b"", 200),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", None),
    ],
    ids=["head", "body", "continue"],
)
def test_an_answer_that_does_not_come_to_its_end_is_late(
    make_engine: Make, serve_raw: Serve, begin: bytes, drip: bytes, status: int | None
) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(begin)
        while drip:
            connection.sendall(drip)
        connection.recv(1)  # until the sender goes

    (answer,) = send(make_engine(timeout=0.2), serve_raw(handle))
    assert answer.status == status
    if not drip:  # of an endless head, one engine or the other has enough before the time is over
        assert answer.error == "timed out after 0.2 s"
        assert 0.2 <= answer.latency < 2


def test_a_byte_now_and_then_does_not_prolong_the_timeout(make_engine: Make, serve_raw: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.settimeout(0.02)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
        while True:
            connection.sendall(b"x")
            try:
                connection.recv(1)
            except TimeoutError:
                continue
            return

    (answer,) = send(make_engine(timeout=0.3), serve_raw(handle))
    assert (answer.status, answer.error) == (200, "timed out after 0.3 s")
    assert 0.3 <= answer.latency < 2


def test_answers_without_end_fill_no_memory(make_engine: Make, serve_raw: Serve) -> None:
    engine, url = (
        make_engine(),
        serve_raw(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65536)),
    )
    scale = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(30):
        (answer,) = send(engine, url)
        assert (answer.status, len(answer.body), answer.error) == (200, MAX_ANSWER, None)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * scale < 10_000_000


def test_one_that_hangs_holds_up_no_other(make_engine: Make, serve_raw: Serve) -> None:
    engine = make_engine(timeout=0.5)
    engine.start(99, endpoint_of(serve_raw(hang)), make_request(BODY))
    assert send(engine, serve_raw(replies(DONE)))[0].status == 204


def test_100_continue_is_not_the_answer(make_engine: Make, serve_raw: Serve) -> None:
    before = b"HTTP/1.1 100 Continue\r\nX-First: 1\r\n\r\n"
    answer = b"HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\n\r\nok"
    (found,) = send(make_engine(), serve_raw(replies(before + answer)))
    assert (found.status, found.headers, found.body) == (201, {"x-a": "1, 2", "content-length": "2"}, b"ok")


@pytest.mark.parametrize("keep_alive", [False, True])
def test_a_second_answer_to_one_request_answers_no_other(
    make_engine: Make, serve_raw: Serve, *, keep_alive: bool
) -> None:
    bodies: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        while True:
            bodies.append(read_request(connection).rpartition(b"\r\n\r\n")[2])
            connection.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"
            )

    engine, url = make_engine(keep_alive=keep_alive, concurrency=1), serve_raw(handle)
    assert [send(engine, url, b"%d" % number)[0].status for number in range(3)] == [200] * 3
    assert bodies == [b"0", b"1", b"2"]


def test_no_request_is_repeated_when_a_kept_connection_ends(make_engine: Make, serve_raw: Serve) -> None:
    bodies: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        for last in (False, True):
            bodies.append(read_request(connection).rpartition(b"\r\n\r\n")[2])
            if last:
                return
            connection.sendall(DONE)

    engine, url = make_engine(keep_alive=True, concurrency=1), serve_raw(handle)
    answers = [send(engine, url, body)[0] for body in (b"first", b"second", b"third")]
    assert [answer.status for answer in answers] == [204, None, 204]
    assert answers[1].error == "no whole HTTP answer: Remote end closed connection without response"
    assert bodies == [b"first", b"second", b"third"]


def test_a_connection_that_the_receiver_ended_is_not_used_again(make_engine: Make, serve_raw: Serve) -> None:
    gone: list[int] = []

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbye")
        gone.append(1)

    engine, url = make_engine(keep_alive=True, concurrency=1), serve_raw(handle)
    assert [send(engine, url)[0].body for _ in range(3)] == [b"bye"] * 3
    assert len(gone) == 3


def test_who_answers_before_the_body_has_come_is_heard(make_engine: Make, serve_raw: Serve) -> None:
    def handle(connection: socket.socket) -> None:
        while b"\r\n\r\n" not in connection.recv(65536):
            continue
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        while connection.recv(65536):
            continue

    (answer,) = send(make_engine(), serve_raw(handle), b"x" * 5_000_000)
    assert answer.status == 413


def test_names_below_localhost_and_addresses_of_ipv6_are_this_machine(make_engine: Make, serve_raw: Serve) -> None:
    seen: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            seen.append(read_request(connection))
            connection.sendall(DONE)

    with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)) as listener:
        thread = Thread(target=serve, args=[listener])
        thread.start()
        port = listener.getsockname()[1]
        assert send(make_engine(), f"http://[::1]:{port}/a?b=%20")[0].status == 204
        thread.join()
    assert seen[0].startswith(b"POST /a?b=%%20 HTTP/1.1\r\nhost: [::1]:%d\r\nconnection: close\r\n" % port)

    port = int(serve_raw(replies(DONE)).rpartition(":")[2])
    assert send(make_engine(), f"http://shop.localhost:{port}")[0].status == 204


def test_a_path_goes_out_as_it_is(make_engine: Make, serve_raw: Serve) -> None:
    seen: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        seen.append(read_request(connection).partition(b"\r\n")[0])
        connection.sendall(DONE)

    send(make_engine(), f"{serve_raw(handle)}/a/../b/./c?d=[1]")
    assert seen == [b"POST /a/../b/./c?d=%5B1%5D HTTP/1.1"]


def test_a_netrc_is_not_read(
    make_engine: Make, serve_raw: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (".netrc", "_netrc"):
        (tmp_path / name).write_text("default login somebody password something\n", encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    seen: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        seen.append(read_request(connection).lower())
        connection.sendall(DONE)

    send(make_engine(), serve_raw(handle))
    assert b"authorization" not in seen[0]


def test_both_engines_have_the_words_of_deliver(make_engine: Make, serve_raw: Serve, closed_url: str) -> None:
    for url in (closed_url, "http://receiver.invalid:8000", serve_raw(replies(b"")), serve_raw(hang)):
        assert send(make_engine(timeout=0.3), url)[0].error == alone(url, timeout=0.3).error


def test_a_certificate_must_be_known(make_engine: Make, serve_tls: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        return list(Response(b"private")(environ, start_response))

    url = serve_tls(app)
    assert "CERTIFICATE_VERIFY_FAILED" in str(send(make_engine(), url)[0].error)
    monkeypatch.setenv("SSL_CERT_FILE", str(Path(__file__).with_name("localhost.pem")))
    port = url.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost", "shop.localhost"):
        assert send(make_engine(keep_alive=True), f"https://{name}:{port}")[0].body == b"private"


def test_plain_text_where_tls_is_meant_is_no_answer(make_engine: Make, serve_raw: Serve) -> None:
    url = serve_raw(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"))
    (answer,) = send(make_engine(timeout=5), url.replace("http:", "https:"))
    assert answer.status is None
    assert str(answer.error).startswith("no whole HTTP answer: ")
