"""All engines, and receivers that misbehave: each is an answer, the same one on every engine, and the run goes on."""

from __future__ import annotations

import resource
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from delivery.engines import BODY, DONE, endpoint_of, read_request, send
from werkzeug import Response

from steppay_mock import Sender, deliver
from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.engine.libcurl import CurlEngine
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.make_request import make_request
from steppay_mock.delivery.request import Request, Writing
from steppay_mock.ordering.remote import remote_state

Serve = Callable[[Any], str]
Make = Callable[..., Engine]


def replies(*parts: bytes) -> Callable[[socket.socket], None]:
    """A receiver that reads the request and then writes these bytes."""

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        for part in parts:
            connection.sendall(part)

    return handle


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


def alone(url: str, *, timeout: float = 10.0) -> Answer:
    """What ``deliver`` makes of the receiver: the words that both engines are to have."""
    with HttpTransport(endpoint_of(url), timeout=timeout) as transport:
        return transport.send(Request(BODY, (("content-length", str(len(BODY))),)))


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
        (tmp_path / name).write_text("default login somebody password something\n")
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


CUT_OFF = "no whole HTTP answer: its head is cut off"
NOTHING = "no whole HTTP answer: Remote end closed connection without response"
HEADER = b"A: " + b"b" * 1_019 + b"\r\n"  # 1 KiB
BROKEN = None
"""An answer that is none, in whatever words."""

ANSWERS: dict[str, tuple[bytes, int | None, dict[str, str], bytes]] = {
    "cut-in-a-header": (b"HTTP/1.1 200 OK\r\nConten", BROKEN, {}, b""),
    "cut-after-the-status": (b"HTTP/1.1 200 OK\r\n", BROKEN, {}, b""),
    "cut-in-the-status": (b"HTTP/1.1 200 O", BROKEN, {}, b""),
    "cut-after-a-header": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", BROKEN, {}, b""),
    "cut-in-the-last-line": (b"HTTP/1.1 200 OK\r\nA: b\r\n\r", BROKEN, {}, b""),
    "early-hints": (b"HTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nok", 200, {"a": "b"}, b"ok"),
    "several-hints": (b"HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\nHTTP/1.1 201 OK\r\n\r\nok", 201, {}, b"ok"),
    "hints-and-no-answer": (b"HTTP/1.1 103 Early Hints\r\n\r\n", BROKEN, {}, b""),
    "hints-and-a-cut": (b"HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nCon", BROKEN, {}, b""),
    "switching": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", BROKEN, {}, b""),
    "length-a-word": (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok", BROKEN, {}, b""),
    "length-below-0": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", BROKEN, {}, b""),
    "length-with-plus": (b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", BROKEN, {}, b""),
    "length-empty": (b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\nok", BROKEN, {}, b""),
    "length-huge": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok", BROKEN, {}, b""),
    "lengths-differ": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nok", BROKEN, {}, b""),
    "lengths-agree": (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", 200, {"content-length": "2, 2"}, b"ok"),
    "nul-in-a-value": (b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\nok", BROKEN, {}, b""),
    "nul-in-a-name": (b"HTTP/1.1 200 OK\r\nA\0: b\r\n\r\nok", BROKEN, {}, b""),
    "nul-in-the-status": (b"HTTP/1.1 200 O\0K\r\n\r\nok", BROKEN, {}, b""),
    "return-in-a-value": (b"HTTP/1.1 200 OK\r\nA: b\rc: d\r\n\r\nok", BROKEN, {}, b""),
    "no-colon": (b"HTTP/1.1 200 OK\r\nnothing\r\nA: b\r\n\r\nok", BROKEN, {}, b""),
    "status-2000": (b"HTTP/1.1 2000 OK\r\n\r\nok", BROKEN, {}, b""),
    "status-99": (b"HTTP/1.1 99 OK\r\n\r\nok", BROKEN, {}, b""),
    "status-099": (b"HTTP/1.1 099 OK\r\n\r\nok", BROKEN, {}, b""),
    "status-600": (b"HTTP/1.1 600 OK\r\n\r\nok", 600, {}, b"ok"),
    "status-missing": (b"HTTP/1.1\r\n\r\nok", BROKEN, {}, b""),
    "no-reason": (b"HTTP/1.1 200\r\n\r\nok", 200, {}, b"ok"),
    "http-1.0": (b"HTTP/1.0 200 OK\r\n\r\nok", 200, {}, b"ok"),
    "http-2": (b"HTTP/2 200 OK\r\n\r\nok", BROKEN, {}, b""),
    "http-3.7": (b"HTTP/3.7 200 OK\r\n\r\nok", BROKEN, {}, b""),
    "bare-line-feeds": (b"HTTP/1.1 200 OK\nA: b\n\nok", 200, {"a": "b"}, b"ok"),
    "folded": (b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\nok", 200, {"a": "b c"}, b"ok"),
    "blank-before-colon": (b"HTTP/1.1 200 OK\r\nA : b\r\n\r\nok", 200, {"a": "b"}, b"ok"),
    "too-many-headers": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_001 + b"\r\nok", BROKEN, {}, b""),
    "many-headers": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 400 + b"\r\nok", 200, {"a": ", ".join("b" * 400)}, b"ok"),
    "most-headers": (
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5_000 + b"\r\nok",
        200,
        {"a": ", ".join("b" * 5_000)},
        b"ok",
    ),
    "too-large-a-head": (b"HTTP/1.1 200 OK\r\n" + HEADER * 256 + b"\r\nok", BROKEN, {}, b""),
    "large-head": (
        b"HTTP/1.1 200 OK\r\n" + HEADER * 255 + b"\r\nok",
        200,
        {"a": ", ".join(["b" * 1_019] * 255)},
        b"ok",
    ),
    "a-trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nHTTP/1.1: x\r\nB: c\r\n\r\n",
        200,
        {"transfer-encoding": "chunked"},
        b"ok",
    ),
}


def every_answer(url: str) -> Iterator[Answer]:
    """What each engine that the toolkit has makes of the receiver."""
    yield alone(url)
    for kind in (CurlEngine, ThreadEngine):
        for keep_alive in (False, True):
            with closing(kind(EngineSettings(timeout=10, keep_alive=keep_alive, concurrency=1))) as engine:
                yield send(engine, url)[0]
    yield send_raw(Request(BODY, (), writing=Writing()), endpoint_of(url), timeout=10)


@pytest.mark.parametrize("name", ANSWERS)
def test_all_engines_make_the_same_of_an_answer(serve_raw: Serve, name: str) -> None:
    reply, status, headers, body = ANSWERS[name]
    for answer in every_answer(serve_raw(replies(reply))):
        assert (answer.status, answer.headers, answer.body) == (status, headers, body)
        if status is None:
            assert str(answer.error).startswith("no whole HTTP answer: ")
        else:
            assert answer.error is None


@pytest.mark.parametrize(("name", "error"), [("cut-in-a-header", CUT_OFF), ("hints-and-no-answer", NOTHING)])
def test_all_engines_say_how_an_answer_broke_off(serve_raw: Serve, name: str, error: str) -> None:
    assert {answer.error for answer in every_answer(serve_raw(replies(ANSWERS[name][0])))} == {error}


@pytest.mark.parametrize("name", ["early-hints", "several-hints", "many-headers"])
def test_deliver_a_sender_and_a_probe_make_the_same_of_it(
    serve_raw: Serve, payloads: Callable[[int], list[dict[str, Any]]], name: str
) -> None:
    reply, status, _, body = ANSWERS[name]
    url = serve_raw(replies(reply.removesuffix(body) + b"[1]"))
    (outcome,) = deliver(payloads(1), to=url)
    assert (outcome.status, outcome.body, outcome.failure) == (status, b"[1]", None)
    assert Sender(url).send(payloads(1)).statuses == {status: 1}
    assert remote_state(url)() == [1]
