"""A receiver that echoes its secret: nothing that is kept or shown of its answer tells it."""

from __future__ import annotations

import asyncio
import pickle
import socket
import traceback
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from delivery.engines import read_request

from steppay_mock import ContractViolation, SteppayMockError, deliver, deliver_async
from steppay_mock.delivery.address import parse_address
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.sender.sender import Sender

SECRET = "whsec_T0p-s3cret/비밀"
TOKEN = "token_of+the=api"
URL_TOKEN = "url-t0ken-42"

Payloads = Callable[[int], list[dict[str, Any]]]
ServeRaw = Callable[[Callable[[socket.socket], None]], str]


def forms(secret: str) -> set[str]:
    whole = {secret, secret.encode().decode("latin-1"), quote(secret, safe=""), b64encode(secret.encode()).decode()}
    return whole | {secret[:8]}


def all_of(report: Report) -> str:
    """Whatever can be shown of a report."""
    told = [repr(report), str(report), repr(report.as_dict()), report.receiver]
    for one in report:
        told += [repr(one), str(one), repr(one.as_dict()), repr(one.headers), repr(one.body), str(one.error)]
        told += [one.body.decode("utf-8", "replace"), one.body.decode("latin-1")]
        if one.exception is not None:
            told += traceback.format_exception(one.exception)
    try:
        report.assert_ok()
    except ContractViolation as violation:
        told += traceback.format_exception(violation)
    return "\n".join(told)


def assert_hidden(told: str, *secrets: str) -> None:
    assert "********" in told
    for secret in secrets:
        assert [form for form in forms(secret) if form in told] == []


def echo(*told: str) -> bytes:
    text = " | ".join(form for one in told for form in sorted(forms(one) - {one[:8]}) if form.isascii() or form == one)
    header = " ".join(quote(one, safe="") for one in told).encode() + b" " + " ".join(told).encode()
    return b"HTTP/1.1 500 No\r\nx-secret: " + header + b"\r\n\r\n" + text.encode()


def wsgi_that_tells(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("500 Server Error", [("x-secret", SECRET.encode().decode("latin-1")), ("x-token", TOKEN)])
    return [f"settings: {SECRET!r}, {TOKEN}, {quote(SECRET)}".encode()]


def wsgi_that_raises(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> list[bytes]:
    known: dict[str, list[bytes]] = {}
    try:
        return known[SECRET]
    except LookupError as error:
        raise ValueError("x" * 150 + f" bad signature, expected {SECRET}, {TOKEN}") from error


async def asgi_that_raises(scope: dict[str, Any], _receive: object, _send: object) -> None:
    if scope["type"] == "http":
        raise KeyError(SECRET, TOKEN)


async def asgi_that_does_not_start(_scope: dict[str, Any], receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": f"cannot use {SECRET} and {TOKEN}"})
    raise RuntimeError(SECRET)


@pytest.mark.parametrize("app", [wsgi_that_tells, wsgi_that_raises, asgi_that_raises])
def test_an_app_that_echoes_the_secret_is_reported_without_it(payloads: Payloads, app: Any) -> None:
    assert_hidden(all_of(deliver(payloads(2), to=app, secret=[SECRET, "other"], hide=[TOKEN])), SECRET, TOKEN)


@pytest.mark.parametrize("app", [wsgi_that_tells, asgi_that_raises])
def test_within_an_event_loop_it_is_the_same(payloads: Payloads, app: Any) -> None:
    report = asyncio.run(deliver_async(payloads(1), to=app, secret=SECRET, hide=TOKEN))
    assert_hidden(all_of(report), SECRET, TOKEN)


def test_an_app_that_does_not_start_tells_no_secret(payloads: Payloads) -> None:
    with pytest.raises(ContractViolation) as caught:
        deliver(payloads(1), to=asgi_that_does_not_start, secret=SECRET, hide=TOKEN)
    assert_hidden("".join(traceback.format_exception(caught.value)), SECRET, TOKEN)


def test_an_exception_without_the_secret_stays_as_it_was_raised(payloads: Payloads) -> None:
    error = ValueError("boom")

    def app(_environ: object, _start_response: object) -> list[bytes]:
        raise error

    (outcome,) = deliver(payloads(1), to=app, secret=SECRET)
    assert outcome.exception is error


@pytest.mark.parametrize("fault", [None, "timestamp-stale"])
@pytest.mark.parametrize(
    "reply",
    [
        echo(SECRET, TOKEN, URL_TOKEN),
        f"HTTP/1.1 what {SECRET} {TOKEN} {URL_TOKEN}\r\n\r\n".encode(),
        f"{'x' * 185}{SECRET}\r\n\r\n********".encode(),
        b"HTTP/1.1 500 No\r\ncontent-length: 99\r\n\r\n" + f"{SECRET} {TOKEN} {URL_TOKEN}".encode(),
    ],
    ids=["whole", "status-line", "cut-off", "body-breaks-off"],
)
def test_a_server_that_echoes_the_secret_is_reported_without_it(
    payloads: Payloads, serve_raw: ServeRaw, reply: bytes, fault: str | None
) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(reply)

    url = f"{serve_raw(handle)}/hook?page=1&token={URL_TOKEN}"
    report = deliver(payloads(1), to=url, secret=SECRET, hide=[TOKEN], fault=fault)
    assert_hidden(all_of(report) + "********", SECRET, TOKEN, URL_TOKEN)
    assert report.receiver.endswith("/hook?page=1&token=********")


def test_a_sender_and_its_hooks_tell_no_url_token(payloads: Payloads, serve_raw: ServeRaw) -> None:
    def handle(connection: socket.socket) -> None:
        seen.append(read_request(connection).partition(b"\r\n")[0])
        connection.sendall(echo(SECRET, URL_TOKEN))

    seen: list[bytes] = []
    url = f"{serve_raw(handle)}/hook?token={URL_TOKEN}"
    hook = Endpoint(url=url, secret=SECRET)
    sender = Sender(hook)
    report = sender.send(payloads(1))
    assert seen == [f"POST /hook?token={URL_TOKEN} HTTP/1.1".encode()]
    told = [repr(hook), repr(sender), repr(report), str(report), repr(report.as_dict()), str(report.failures)]
    assert_hidden("\n".join(told), SECRET, URL_TOKEN)
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert_hidden("".join(traceback.format_exception(caught.value)), SECRET, URL_TOKEN)


def test_an_endpoint_shows_no_secret_of_its_url_and_calls_the_whole() -> None:
    url = "http://localhost:8000/hook?a=1&access_token=abcd"
    endpoint = parse_address(url, path="/", allowed=frozenset())
    assert endpoint.url == url
    assert (str(endpoint), "abcd" in repr(endpoint)) == ("http://localhost:8000/hook?a=1&access_token=********", False)
    assert pickle.loads(pickle.dumps(endpoint)).url == url


@pytest.mark.parametrize("url", ["http://kim:s3cret@localhost:x/", "http://kim:s3cret@[::1", "http://k:s3cret@ho℀st/"])
def test_a_url_that_cannot_be_read_is_not_repeated(payloads: Payloads, url: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        deliver(payloads(1), to=url)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "options", [{"allow_hosts": ["http://kim:s3cret@host/?token=s3cret"]}, {"path": "hook?token=s3cret"}]
)
def test_a_url_in_the_place_of_another_option_is_shown_without_its_secrets(payloads: Payloads, options: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"\*{8}") as caught:
        deliver(payloads(1), to=wsgi_that_tells, **options)
    assert "s3cret" not in str(caught.value)


def test_what_is_hidden_is_given_as_texts(payloads: Payloads) -> None:
    with pytest.raises(SteppayMockError, match=r"hide=<\w+>: expected a text or a list of texts"):
        deliver(payloads(1), to=wsgi_that_tells, hide=[3])  # type: ignore[list-item]
