"""Whatever the receiver of a faulty request does is an answer, in time."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from queue import Queue
from threading import Event as Flag
from time import monotonic
from typing import Any

import pytest
from delivery.wiretap import BODY, TAKEN, Serve, ServeRaw, Taken, Wiretap, draft, endpoint_of
from werkzeug.wrappers import Request as WerkzeugRequest
from werkzeug.wrappers import Response

from steppay_mock.delivery.answer import MAX_ANSWER, Answer
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.faults.draft import as_drafted
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.request import Request, Writing

PEM = Path(__file__).with_name("localhost.pem")


def right(**wire: Any) -> Request:
    """A delivery without a fault, or with this wire."""
    return as_drafted(draft(), writing=Writing(**wire))


def send(url: str, faulty: Request | None = None, *, timeout: float = 10, **options: Any) -> Answer:
    return send_raw(faulty or right(), endpoint_of(url), timeout=timeout, **options)


def read_request(connection: socket.socket) -> None:
    received = b""
    while not received.endswith(BODY):
        received += connection.recv(65536)


def answering(answer: bytes) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return handle


def hanging(over: Flag) -> Callable[[socket.socket], None]:
    def handle(_connection: socket.socket) -> None:
        over.wait(10)

    return handle


def test_an_answer_is_read_whole(serve_raw: ServeRaw) -> None:
    answer = send(serve_raw(answering(b"HTTP/1.1 202 Fine\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\ntaken+")))
    assert (answer.status, answer.body, answer.error) == (202, b"taken", None)
    assert answer.headers == {"x-a": "1, 2", "content-length": "5"}


def test_a_chunked_answer_is_read_whole(serve_raw: ServeRaw) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntak\r\n2\r\nen\r\n0\r\n\r\n"
    answer = send(serve_raw(answering(chunked)))
    assert (answer.status, answer.body, answer.error) == (200, b"taken", None)


def test_a_redirect_is_an_answer_and_is_not_followed(serve_raw: ServeRaw) -> None:
    answer = send(serve_raw(answering(b"HTTP/1.1 308 There\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")))
    assert (answer.status, answer.headers["location"]) == (308, "/x")


@pytest.mark.parametrize(
    ("bytes_of_answer", "error"),
    [
        (b"", "Remote end closed connection without response"),
        (b"\x00\xff garbage \x1b[31m\r\n\r\n", "\\x00ÿ garbage \\x1b[31m\\r\\n"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 abc OK\\r\\n"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5_001 + b"\r\n", "got more than 5000 headers"),
        (b"x" * 200_000, "got more than 65536 bytes when reading status line"),
    ],
    ids=["nothing", "garbage", "no-number", "many-headers", "long-line"],
)
def test_what_is_no_answer_is_an_error_in_one_line(serve_raw: ServeRaw, bytes_of_answer: bytes, error: str) -> None:
    answer = send(serve_raw(answering(bytes_of_answer)))
    assert (answer.status, answer.error) == (None, f"no whole HTTP answer: {error}")


@pytest.mark.parametrize(
    ("rest", "body", "error"),
    [
        (b"Content-Length: 50\r\n\r\nshort", b"short", "IncompleteRead(5 bytes read, 45 more expected)"),
        (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"", "IncompleteRead(0 bytes read)"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nsho", b"", "IncompleteRead(0 bytes read)"),
    ],
    ids=["short", "bad-chunk", "short-chunk"],
)
def test_an_answer_that_breaks_off_keeps_its_status(serve_raw: ServeRaw, rest: bytes, body: bytes, error: str) -> None:
    answer = send(serve_raw(answering(b"HTTP/1.1 200 OK\r\n" + rest)))
    assert (answer.status, answer.body, answer.error) == (200, body, f"no whole HTTP answer: {error}")


def test_a_receiver_that_closes_at_once_is_an_error(serve_raw: ServeRaw) -> None:
    url = serve_raw(lambda connection: connection.shutdown(socket.SHUT_RDWR))
    answer = send(url, FAULTS["slow-drip"].apply(draft()), sleep=lambda _seconds: None)
    assert answer.status is None
    assert answer.error is not None
    assert answer.error.startswith("no whole HTTP answer: ")


def test_nobody_there_is_an_error(closed_url: str) -> None:
    answer = send(closed_url)
    assert answer.error == f"connection refused: nothing listens at {closed_url.removeprefix('http://')}"


@pytest.mark.parametrize(
    "wire", [{}, {"reset": "answered"}, {"truncate_to": 3}], ids=["right", "answered", "truncated"]
)
def test_a_receiver_that_hangs_is_given_up(serve_raw: ServeRaw, wire: dict[str, Any]) -> None:
    over = Flag()
    url = serve_raw(hanging(over))
    started = monotonic()
    answer = send(url, right(**wire), timeout=0.1)
    taken = monotonic() - started
    over.set()
    assert (answer.status, answer.error) == (None, "timed out after 0.1 s")
    assert 0.1 <= answer.latency <= taken < 5


def test_a_receiver_that_never_reads_is_given_up(serve_raw: ServeRaw) -> None:
    over = Flag()
    url = serve_raw(hanging(over))
    for faulty in (right(), right(reset="written")):
        large = replace(faulty, body=b" " * 30_000_000)
        assert send(url, large, timeout=0.1).error == "timed out after 0.1 s"
    over.set()


def ticking(step: float) -> Callable[[], float]:
    """A clock on which so many seconds pass from one look to the next."""
    times = count()
    return lambda: next(times) * step


@pytest.mark.parametrize(
    ("begin", "status"), [(b"HTTP/1.1 200 OK\r\nX-Slow: ", None), (b"HTTP/1.1 200 OK\r\n\r\n", 200)]
)
def test_a_byte_a_second_is_late_as_a_whole(serve_raw: ServeRaw, begin: bytes, status: int | None) -> None:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(begin)
        for _ in range(100_000):
            connection.sendall(b"x")

    answer = send(serve_raw(drip), timeout=10, clock=ticking(1))
    assert (answer.status, answer.error) == (status, "timed out after 10 s")
    assert answer.latency >= 10


def test_an_answer_that_is_promised_without_end_is_given_up(serve_raw: ServeRaw) -> None:
    def promise(connection: socket.socket) -> None:
        read_request(connection)
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    told = "no whole HTTP answer: its headers have more than 262144 bytes"
    assert send(serve_raw(promise), timeout=30).error == told


def test_an_endless_body_is_read_up_to_64_kib(serve_raw: ServeRaw) -> None:
    def flood(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    answer = send(serve_raw(flood))
    assert (answer.status, answer.error, answer.body) == (200, None, b"x" * MAX_ANSWER)


def test_a_drip_that_is_longer_than_the_timeout_is_cut_off(serve_raw: ServeRaw) -> None:
    moments = [0.0]
    tap = Wiretap()

    def sleep(seconds: float) -> None:
        moments.append(moments[-1] + seconds)

    answer = send(serve_raw(tap), FAULTS["slow-drip"].apply(draft()), timeout=1, sleep=sleep, clock=lambda: moments[-1])
    assert answer.error == "timed out after 1 s"
    assert moments[-1] == pytest.approx(1)
    assert len(tap.taken().received.partition(b"\r\n\r\n")[2]) == len(BODY) * 10 // 20


def test_an_answer_before_the_end_of_the_request_is_read(serve_raw: ServeRaw) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")

    large = FAULTS["body-large"].apply(draft())
    answer = send(serve_raw(refuse), large)
    assert (answer.status, answer.error) == (413, None)
    assert FAULTS["body-large"].met_by(answer)


def test_the_answer_that_is_to_be_lost_must_begin(serve_raw: ServeRaw) -> None:
    answer = send(serve_raw(answering(b"")), FAULTS["answer-lost"].apply(draft()))
    assert answer.error == "no whole HTTP answer: Remote end closed connection without response"
    assert not FAULTS["answer-lost"].met_by(answer)


def test_names_below_localhost_lead_to_this_machine(serve_raw: ServeRaw) -> None:
    port = serve_raw(answering(TAKEN)).rpartition(":")[2]
    assert send(f"http://shop.localhost:{port}").status == 204


def test_every_address_of_a_name_is_tried(
    serve_raw: ServeRaw, closed_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [("127.0.0.1", int(url.rpartition(":")[2])) for url in (closed_url, serve_raw(answering(TAKEN)))]
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: found)
    assert send("http://localhost:1").status == 204


def test_a_name_that_leads_nowhere_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert send("http://localhost:1").error == "the name localhost leads to no address"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: [])
    assert send("http://localhost:1").error == "no whole HTTP answer: the name leads to no address"


@WerkzeugRequest.application
def measuring(request: WerkzeugRequest) -> Response:
    return Response(str(len(request.get_data())))


def test_a_certificate_of_nobody_is_an_error(serve_tls: Serve) -> None:
    answer = send(serve_tls(measuring))
    assert answer.status is None
    assert "CERTIFICATE_VERIFY_FAILED" in str(answer.error)


def test_a_plain_server_behind_an_https_url_is_an_error(serve_raw: ServeRaw) -> None:
    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    answer = send(serve_raw(handle).replace("http:", "https:"))
    assert answer.status is None
    assert answer.error is not None
    assert answer.error.startswith("no whole HTTP answer: ")


def test_over_tls_the_same_faults_arrive(serve_tls: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    url = serve_tls(measuring)
    for name in ("http-1.0", "chunked", "slow-drip", "names-title-case"):
        answer = send(url, FAULTS[name].apply(draft()), sleep=lambda _seconds: None)
        assert (answer.status, answer.body) == (200, b"27"), name
    truncated = send(url, FAULTS["truncated"].apply(draft()))
    assert (truncated.status, truncated.error) == (400, None)


class TappedTls:
    """A receiver over TLS that answers a whole request; the TLS is apart from the socket, which hides a reset in it."""

    def __init__(self, connection: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def taken(self) -> Taken:
        received = b""
        try:
            self._run(self._tls.do_handshake)
            while part := self._run(lambda: self._tls.read(65536)):
                received += part
                if received.endswith(BODY):
                    self._run(lambda: self._tls.write(TAKEN))
        except (ConnectionResetError, BrokenPipeError):
            return Taken(received, "reset")
        return Taken(received, "eof")

    def _run(self, step: Callable[[], Any]) -> Any:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                self._incoming.write(self._connection.recv(65536))
            else:
                self._flush()
                return result

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._connection.sendall(self._outgoing.read())


@pytest.mark.parametrize("name", ["reset-amid-body", "reset-after-body", "answer-lost"])
def test_over_tls_a_reset_is_a_reset(serve_raw: ServeRaw, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    kept: Queue[Taken] = Queue()
    url = serve_raw(lambda connection: kept.put(TappedTls(connection).taken())).replace("http:", "https:")
    faulty = FAULTS[name].apply(draft())

    answer = send(url, faulty)

    assert faulty.writing is not None
    assert FAULTS[name].met_by(answer), answer
    taken = kept.get(timeout=10)
    assert taken.ending == "reset"
    # A reset may come before the receiver has even sent what ends its handshake: then the request is lost, whole.
    assert taken.received.endswith(BODY[: faulty.writing.truncate_to]) or (name != "answer-lost" and not taken.received)
