"""What goes wrong on the way has the same code, and the same words, whatever carries the request."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from delivery.engines import endpoint_of, every_answer, replies
from werkzeug import Response

from steppay_mock import Sender, deliver
from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.http.failures import describe_error, describe_failure

Serve = Callable[[Any], str]
Payloads = Callable[[int], list[dict[str, Any]]]
SWITCHED_OFF = "127.0.0.1:9 cannot be reached from this machine"


def codes(url: str) -> set[tuple[Failure | None, str | None]]:
    return {(answer.failure, answer.error) for answer in every_answer(url)}


def test_nothing_listens(closed_url: str) -> None:
    error = f"connection refused: nothing listens at {closed_url.removeprefix('http://')}"
    assert codes(closed_url) == {(Failure.REFUSED, error)}


def test_a_name_leads_nowhere() -> None:
    assert codes("http://receiver.invalid") == {(Failure.NO_ADDRESS, "the name receiver.invalid leads to no address")}


def test_the_connection_ends_without_an_answer(serve_raw: Serve) -> None:
    assert {code for code, _ in codes(serve_raw(replies(b"")))} == {Failure.BROKEN}
    assert {code for code, _ in codes(serve_raw(replies(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")))} == {
        Failure.BROKEN
    }


def test_a_certificate_is_not_trusted(serve_tls: Serve) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        return list(Response(b"private")(environ, start_response))

    found = codes(serve_tls(app))
    assert {code for code, _ in found} == {Failure.CERTIFICATE}
    assert all("CERTIFICATE_VERIFY_FAILED" in str(error) for _, error in found)


def test_a_whole_answer_has_no_code(serve_raw: Serve) -> None:
    assert codes(serve_raw(replies(b"HTTP/1.1 500 No\r\n\r\n"))) == {(None, None)}


def test_a_host_that_is_switched_off_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))

    monkeypatch.setattr(socket.socket, "connect", refuse)
    (outcome,) = deliver([{"event": "order.created", "data": {}}], to="http://127.0.0.1:9")
    assert (outcome.failure, outcome.error) == (Failure.UNREACHABLE, SWITCHED_OFF)


@pytest.mark.extra("fast")
def test_a_host_that_is_switched_off_is_told_alike_by_libcurl() -> None:
    from steppay_mock.delivery.engine.libcurl import CurlEngine

    endpoint = endpoint_of("http://127.0.0.1:9")
    with closing(CurlEngine(EngineSettings(timeout=5, keep_alive=False, concurrency=1))) as engine:
        exchange: Any = SimpleNamespace(
            address=endpoint, handle=SimpleNamespace(getinfo=lambda _option: errno.EHOSTUNREACH)
        )
        lost = engine._lost(exchange, 7, "Could not connect to server", 0.0)
    assert (lost.failure, lost.error) == (Failure.UNREACHABLE, SWITCHED_OFF)


def test_an_app_that_raises_and_one_that_is_late_have_codes(payloads: Payloads) -> None:
    def failing(_environ: Any, _start_response: Any) -> Any:
        raise ValueError("no such order")

    async def silent(scope: Any, _receive: Any, _send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        import asyncio

        await asyncio.Event().wait()

    assert [one.failure for one in deliver(payloads(1), to=failing)] == [Failure.RAISED]
    assert [one.failure for one in deliver(payloads(1), to=silent, timeout=0.05)] == [Failure.TIMED_OUT]


def test_a_tally_counts_by_code_and_a_report_has_it_as_data(closed_url: str, payloads: Payloads) -> None:
    assert Sender(closed_url).send(payloads(3)).lost == {Failure.REFUSED: 3}
    (outcome,) = deliver(payloads(1), to=closed_url)
    assert outcome.failure == "refused"
    assert outcome.as_dict()["failure"] == "refused"


def test_words_are_for_people_alone() -> None:
    endpoint = endpoint_of("http://127.0.0.1:9")
    failure, error = describe_error(TimeoutError(), endpoint, timeout=3)
    assert (failure, error) == (Failure.TIMED_OUT, "timed out after 3 s")
    assert (
        describe_failure(Failure.BROKEN, endpoint, timeout=3, detail="timed out") == "no whole HTTP answer: timed out"
    )


def test_what_the_caller_was_handling_already_is_no_cause(closed_url: str, payloads: Payloads) -> None:
    for outside in (PermissionError(errno.EACCES, "not yours"), TimeoutError("too late")):
        try:
            raise outside
        except OSError:
            plain, faulty = deliver(payloads(1), to=closed_url), deliver(payloads(1), to=closed_url, fault="chunked")
        assert {report[0].failure for report in (plain, faulty)} == {Failure.REFUSED}
