"""A receiver that answers a large body before it has read it, and closes: its answer is heard, whatever carries it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from delivery.engines import endpoint_of, engine_of, read_request, send
from delivery.swarm import swarm
from extras import needing

from steppay_mock import Sender, deliver
from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.engine.make_engine import LARGE, MixedEngine
from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.http.keep_alive import KeptTransport
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.request import Request, Writing

CERTIFICATE = Path(__file__).with_name("localhost.pem")
BODY = b'{"event":"order.created","data":"' + b"x" * 5_000_000 + b'"}'
TIMES = 5
WITH_LENGTH = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo large"
TO_THE_END = b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\ntoo large"

Ask = Callable[[str], tuple[int | None, bytes, str | None]]


def _alone(kind: type[HttpTransport]) -> Ask:
    def ask(url: str) -> tuple[int | None, bytes, str | None]:
        with kind(endpoint_of(url), timeout=10) as transport:
            answer = transport.send(Request(BODY, (("content-length", str(len(BODY))),)))
            return answer.status, answer.body, answer.error

    return ask


def _curl(wire: EngineSettings) -> Engine:
    return MixedEngine(engine_of("curl")(wire), wire)


def _engine(kind: Callable[[EngineSettings], Engine], *, keep_alive: bool) -> Ask:
    def ask(url: str) -> tuple[int | None, bytes, str | None]:
        with closing(kind(EngineSettings(timeout=10, keep_alive=keep_alive, concurrency=1))) as engine:
            (answer,) = send(engine, url, BODY)
            return answer.status, answer.body, answer.error

    return ask


def _fault(url: str) -> tuple[int | None, bytes, str | None]:
    answer = send_raw(Request(BODY, (), writing=Writing()), endpoint_of(url), timeout=10)
    return answer.status, answer.body, answer.error


def _deliver(url: str) -> tuple[int | None, bytes, str | None]:
    (outcome,) = deliver([_payload()], to=url)
    return outcome.status, outcome.body, outcome.error


def _sender(url: str) -> tuple[int | None, bytes, str | None]:
    report = Sender(url).send([_payload()])
    ((_, status),) = report.answers
    return status, b"too large", next(iter(report.lost), None)


def _payload() -> dict[str, object]:
    data = {"id": 1, "note": "x" * 5_000_000}
    return {"timestamp": 1688697915, "version": "v1", "event": "customer.created", "data": data, "isTest": True}


WAYS: dict[str, Ask] = {
    "alone": _alone(HttpTransport),
    "kept": _alone(KeptTransport),
    "curl": _engine(_curl, keep_alive=False),
    "curl-kept": _engine(_curl, keep_alive=True),
    "threads": _engine(ThreadEngine, keep_alive=False),
    "threads-kept": _engine(ThreadEngine, keep_alive=True),
    "fault": _fault,
    "deliver": _deliver,
    "sender": _sender,
}


@contextmanager
def impatient(answer: bytes, *, tls: bool) -> Iterator[str]:
    """A receiver that reads a head, answers, and closes with the body unread, which resets the connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            with ExitStack() as stack:
                connection = stack.enter_context(raw)
                connection.settimeout(10)
                # Without it, what is written in TLS waits for the acknowledgement of what was before, and is dropped.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    if tls:
                        connection = stack.enter_context(context.wrap_socket(connection, server_side=True))
                    head = b""
                    while b"\r\n\r\n" not in head:
                        head += connection.recv(1024)
                    connection.sendall(answer)
                except OSError:
                    continue

    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("answer", [WITH_LENGTH, TO_THE_END], ids=["length", "to-the-end"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("way", needing("fast", "curl", WAYS))
def test_an_answer_before_the_body_was_read_is_the_answer(
    way: str, answer: bytes, monkeypatch: pytest.MonkeyPatch, *, tls: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    status = int(answer[9:12])
    with impatient(answer, tls=tls) as url:
        assert [WAYS[way](url) for _ in range(TIMES)] == [(status, b"too large", None)] * TIMES


@pytest.mark.extra("fast")
def test_large_and_small_ones_are_in_flight_together(serve_raw: Callable[..., str]) -> None:
    got: list[int] = []

    def handle(connection: socket.socket) -> None:
        got.append(len(read_request(connection).partition(b"\r\n\r\n")[2]))
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    with closing(_curl(EngineSettings(timeout=10, keep_alive=False, concurrency=4))) as engine:
        answers = send(engine, serve_raw(handle), b"a", b"b" * LARGE, b"c" * (LARGE - 1), b"d" * 100_000)
    assert [answer.status for answer in answers] == [200] * 4
    assert sorted(got) == [1, LARGE - 1, LARGE, 100_000]


@pytest.mark.extra("locust")
def test_a_user_of_locust_hears_it_too() -> None:
    with impatient(WITH_LENGTH, tls=False) as url:
        told = swarm(
            """
            class Shop(StepPayUser):
                host, limit = sys.argv[1], 5

                def make_round(self, seed):
                    data = {"id": 1, "note": "x" * 5_000_000}
                    return [{"timestamp": 1688697915, "version": "v1", "event": "order.created", "data": data}]

            run(Shop)
            """,
            url,
        )
    assert set(told["errors"]) == {"POST order.created: answered 413"}
