from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from time import monotonic
from typing import Any

import pytest
import responses
from werkzeug.wrappers import Request, Response

from steppay_mock import deliver, verify
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.sender.clock import Clock

Payloads = Callable[[int], list[dict[str, Any]]]
Serve = Callable[[Any], str]
ServeRaw = Callable[[Callable[[socket.socket], None]], str]


def request_of(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received or not received.endswith(b"}"):
        received += connection.recv(65536)
    return received


def test_events_arrive_signed_over_http(serve: Serve, payloads: Payloads) -> None:
    seen = []

    @Request.application
    def receiver(request: Request) -> Response:
        verify(request.headers.get("Steppay-Signature"), request.get_data(), "비밀키")
        seen.append((request.method, request.path, request.mimetype, request.get_json()["data"]["id"]))
        return Response("taken", status=202, headers={"X-Queue": "a"})

    url = serve(receiver)
    report = deliver(payloads(3), to=url, secret="비밀키")

    report.assert_ok()
    assert seen == [("POST", "/webhooks/steppay", "application/json", n) for n in range(3)]
    assert report.receiver == f"{url}/webhooks/steppay"
    assert [(outcome.status, outcome.body, outcome.headers["x-queue"]) for outcome in report] == [
        (202, b"taken", "a")
    ] * 3
    assert all(0 < outcome.latency <= report.elapsed for outcome in report)


def test_headers_on_the_wire_are_the_vendors(serve_raw: ServeRaw, payloads: Payloads) -> None:
    requests = []

    def handle(connection: socket.socket) -> None:
        requests.append(request_of(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    url = serve_raw(handle)
    deliver(payloads(1), to=url, secret="s", seed=7, clock=Clock(now=lambda: 1706002316.5)).assert_ok()

    head, _, body = requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    pairs = [header.split(": ", 1) for header in headers]
    assert line == "POST /webhooks/steppay HTTP/1.1"
    assert [name for name, _ in pairs] == [
        "host",
        "connection",
        "accept",
        "te",
        "x-b3-traceid",
        "x-b3-spanid",
        "x-b3-parentspanid",
        "content-type",
        "content-length",
        "steppay-signature",
    ]
    values = dict(pairs)
    assert values["host"] == url.removeprefix("http://")
    assert values["connection"] == "close"
    assert values["content-length"] == str(len(body))
    verify(values["steppay-signature"], body, "s", now=datetime.fromtimestamp(1706002316, UTC), tolerance=0)


@pytest.mark.parametrize(
    ("suffix", "arrives"),
    [
        ("", "/webhooks/steppay"),
        ("/", "/"),
        ("/?a=b", "/?a=b"),
        ("/hook", "/hook"),
        ("/hook/", "/hook/"),
        ("/hook?a=1", "/hook?a=1"),
        ("?a=1", "/webhooks/steppay?a=1"),
        ("/웹훅", "/%EC%9B%B9%ED%9B%85"),
    ],
)
def test_the_urls_own_path_wins(serve: Serve, payloads: Payloads, suffix: str, arrives: str) -> None:
    seen = []

    def receiver(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.append(environ["REQUEST_URI"])
        start_response("204 No Content", [])
        return []

    report = deliver(payloads(1), to=serve(receiver) + suffix)
    report.assert_ok()
    assert seen == [arrives]
    assert report.receiver.endswith(arrives)


def test_names_below_localhost_lead_to_this_machine(serve: Serve, payloads: Payloads) -> None:
    hosts = []

    @Request.application
    def receiver(request: Request) -> Response:
        hosts.append(request.host)
        return Response()

    port = serve(receiver).rpartition(":")[2]
    deliver(payloads(1), to=f"http://shop.localhost:{port}").assert_ok()
    assert hosts == [f"shop.localhost:{port}"]


def test_a_redirect_is_an_outcome_and_is_not_followed(serve: Serve, payloads: Payloads) -> None:
    paths = []

    @Request.application
    def receiver(request: Request) -> Response:
        paths.append(request.path)
        return Response(status=308, headers={"Location": "/webhooks/steppay/"})

    report = deliver(payloads(1), to=serve(receiver))
    assert paths == ["/webhooks/steppay"]
    assert (report[0].status, report[0].redirect, report[0].ok) == (308, "/webhooks/steppay/", False)
    with pytest.raises(AssertionError, match="A redirect is an outcome and is not followed") as caught:
        report.assert_ok()
    assert "sent:     308 to /webhooks/steppay/" in str(caught.value)


def test_a_refused_connection_is_an_outcome(closed_url: str, payloads: Payloads) -> None:
    report = deliver(payloads(2), to=closed_url)
    place = closed_url.removeprefix("http://")
    assert [outcome.error for outcome in report] == [f"connection refused: nothing listens at {place}"] * 2
    assert report.statuses == {None: 2}
    assert (report.statuses, report.failures) == ({None: len(report)}, report.outcomes)
    with pytest.raises(AssertionError, match="Start the receiver, or correct to=") as caught:
        report.assert_ok()
    assert f"sent:     no answer, connection refused: nothing listens at {place}" in str(caught.value)


def test_an_allowed_name_that_leads_nowhere_is_an_outcome(payloads: Payloads, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    report = deliver(payloads(1), to="http://Receiver.Test.", allow_hosts="receiver.test")
    assert report[0].error == "the name receiver.test leads to no address"


def test_a_receiver_that_never_answers_times_out(serve_raw: ServeRaw, payloads: Payloads) -> None:
    over = Flag()

    def silent(_connection: socket.socket) -> None:
        over.wait(10)

    url = serve_raw(silent)
    started = monotonic()
    report = deliver(payloads(1), to=url, timeout=0.2)
    taken = monotonic() - started
    over.set()
    assert (report[0].status, report[0].error) == (None, "timed out after 0.2 s")
    assert 0.2 <= report[0].latency <= taken < 5
    with pytest.raises(AssertionError, match="Let the receiver answer first and work later"):
        report.assert_ok()


@pytest.mark.parametrize(
    ("begin", "status"),
    [(b"HTTP/1.1 200 OK\r\nX-Slow: ", None), (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", 200)],
)
def test_a_slow_drip_is_bounded_as_a_whole(
    serve_raw: ServeRaw, payloads: Payloads, begin: bytes, status: int | None
) -> None:
    over = Flag()

    def drip(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(begin)
        while not over.wait(0.02):
            connection.sendall(b"x")

    url = serve_raw(drip)
    started = monotonic()
    report = deliver(payloads(1), to=url, timeout=0.5)
    taken = monotonic() - started
    over.set()
    assert taken < 5
    assert (report[0].status, report[0].error) == (status, "timed out after 0.5 s")
    assert not report.ok


def test_an_answer_that_is_promised_without_end_is_bounded(serve_raw: ServeRaw, payloads: Payloads) -> None:
    def promise(connection: socket.socket) -> None:
        request_of(connection)
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    report = deliver(payloads(1), to=serve_raw(promise), timeout=30)
    assert (report[0].status, report[0].failure) == (None, Failure.BROKEN)
    assert report[0].error == "no whole HTTP answer: its headers have more than 262144 bytes"


def test_a_huge_answer_is_read_up_to_64_kib(serve_raw: ServeRaw, payloads: Payloads) -> None:
    def flood(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    report = deliver(payloads(2), to=serve_raw(flood))
    assert report.ok
    assert {outcome.body for outcome in report} == {b"x" * 65536}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff garbage \x1b[31m\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5_001 + b"\r\n",
        b"x" * 200_000,
    ],
    ids=["nothing", "garbage", "no-number", "two-lengths", "bad-chunk", "short", "many-headers", "long-line"],
)
def test_a_broken_answer_is_an_outcome_that_one_line_tells(
    serve_raw: ServeRaw, payloads: Payloads, answer: bytes
) -> None:
    def handle(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)

    report = deliver(payloads(1), to=serve_raw(handle), timeout=5)
    error = report[0].error
    assert error is not None
    assert error.startswith("no whole HTTP answer: ")
    assert error.isprintable()
    assert len(error) < 260
    assert "('" not in error, "a tuple of Python"
    assert not report.ok


def test_headers_that_come_twice_are_joined(serve_raw: ServeRaw, payloads: Payloads) -> None:
    def handle(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n")

    assert deliver(payloads(1), to=serve_raw(handle))[0].headers["x-a"] == "1, 2"


@responses.activate
def test_replacing_requests_does_not_catch_the_webhook(serve: Serve, payloads: Payloads) -> None:
    assert deliver(payloads(1), to=serve(Response("real")))[0].body == b"real"
    assert len(responses.calls) == 0


def test_proxies_of_the_environment_do_not_count(
    serve: Serve, payloads: Payloads, closed_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, closed_url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert deliver(payloads(1), to=serve(Response("real")))[0].body == b"real"


def test_https_checks_the_certificate(serve_tls: Serve, payloads: Payloads, monkeypatch: pytest.MonkeyPatch) -> None:
    url = serve_tls(Response("private"))
    stranger = deliver(payloads(1), to=url)
    assert stranger[0].status is None
    assert "CERTIFICATE_VERIFY_FAILED" in str(stranger[0].error)

    monkeypatch.setenv("SSL_CERT_FILE", str(Path(__file__).with_name("localhost.pem")))
    port = url.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost", "shop.localhost"):
        assert deliver(payloads(1), to=f"https://{name}:{port}", secret="s")[0].body == b"private"


def test_a_plain_server_behind_an_https_url_is_an_outcome(serve: Serve, payloads: Payloads) -> None:
    report = deliver(payloads(1), to=serve(Response()).replace("http:", "https:"), timeout=5)
    assert report[0].status is None
    assert report[0].error is not None
    assert report[0].error.startswith("no whole HTTP answer: ")
