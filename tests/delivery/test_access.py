"""The door in front of a receiver: every engine gets through it, and no output shows with what."""

from __future__ import annotations

import asyncio
import json
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from delivery.doors import AUTHORITY, BOTH, CLIENT, DOOR, KEY, gateway, over_tls
from delivery.engines import BODY, engine_of
from extras import needing
from serving import served
from werkzeug import Request, Response

from steppay_mock import (
    ContractViolation,
    Endpoint,
    Sender,
    SteppayMockError,
    deliver,
    deliver_async,
    explore,
    make_event,
    make_events,
    remote_reset,
    remote_state,
)
from steppay_mock.delivery.address import Address, parse_address
from steppay_mock.delivery.address.access import AccessOptions, read_access
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.engine import EngineSettings
from steppay_mock.delivery.http.raw.send import send_raw
from steppay_mock.delivery.http.transport import HttpTransport
from steppay_mock.delivery.make_request import make_request
from steppay_mock.wire.headers import request_headers

PASSWORD = "hunter2-of-the-door"
TOKEN = "t0ken-of-the-door"
EXPECTED = "Basic " + b64encode(f"kim:{PASSWORD}".encode()).decode()


class Door:
    """A receiver that tells what it got, and lets in who has the password and the token."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        self.got.append({name.lower(): value for name, value in request.headers})
        told = f"{request.headers.get('authorization')} {request.headers.get('x-door')}"
        allowed = told == f"{EXPECTED} {TOKEN}"
        return Response(told, 200 if allowed else 401)(environ, start_response)


@pytest.fixture
def door() -> Door:
    return Door()


def _endpoint(url: str, access: AccessOptions) -> Address:
    return parse_address(url, path="/webhooks/steppay", allowed=frozenset(), access=read_access(access))


def _by_transport(url: str, access: AccessOptions) -> Answer:
    with HttpTransport(_endpoint(url, access), timeout=10) as transport:
        return transport.send(make_request(BODY))


def _by_fault(url: str, access: AccessOptions) -> Answer:
    request = make_request(BODY, secret="s", timestamp=9, trace_seed=1, fault="chunked")
    return send_raw(request, _endpoint(url, access), timeout=10)


def _by_engine(name: str, *, keep_alive: bool) -> Callable[[str, AccessOptions], Answer]:
    def send(url: str, access: AccessOptions) -> Answer:
        engine = engine_of(name)(EngineSettings(timeout=10, keep_alive=keep_alive, concurrency=1))
        try:
            endpoint, answers = _endpoint(url, access), []
            for token in range(2):
                engine.start(token, endpoint, make_request(BODY))
                found: list[tuple[int, Answer]] = []
                while not found:
                    found = engine.poll(0.2)
                answers.append(found[0][1])
            assert answers[0].status == answers[1].status
            return answers[1]
        finally:
            engine.close()

    return send


WAYS: dict[str, Callable[[str, AccessOptions], Answer]] = {
    "transport": _by_transport,
    "fault": _by_fault,
    "curl": _by_engine("curl", keep_alive=False),
    "curl, kept": _by_engine("curl", keep_alive=True),
    "threads": _by_engine("threads", keep_alive=False),
    "threads, kept": _by_engine("threads", keep_alive=True),
}
Send = Callable[[str, AccessOptions], Answer]

WHO: AccessOptions = {"headers": {"X-Door": TOKEN}, "auth": ("kim", PASSWORD)}
TLS: AccessOptions = {"ca_file": AUTHORITY, "client_cert": CLIENT, "client_key": KEY}


@pytest.fixture(params=needing("fast", "curl", WAYS))
def send(request: pytest.FixtureRequest) -> Send:
    """Each way in turn."""
    return WAYS[request.param]


def test_headers_and_a_password_let_in(send: Send, door: Door) -> None:
    with served(door) as url:
        assert send(url, {}).status == 401
        assert send(url, WHO).status == 200
        in_url: AccessOptions = {"headers": {"X-Door": TOKEN}}
        assert send(url.replace("://", f"://kim:{PASSWORD}@"), in_url).status == 200
        assert send(url.replace("://", f"://kim:{PASSWORD}@"), {"headers": {"x-door": "of_somebody"}}).status == 401
    assert [("user-agent" in one, one["host"].startswith("127.")) for one in door.got] == [(False, True)] * len(
        door.got
    )


def test_certificates_let_in_on_both_sides(send: Send, door: Door) -> None:
    with over_tls(door) as url:
        assert send(url, {**WHO, **TLS}).status == 200
        both: AccessOptions = {"ca_file": AUTHORITY, "client_cert": BOTH}
        assert send(url.replace("127.0.0.1", "localhost"), {**WHO, **both}).status == 200
        without = send(url, {"ca_file": AUTHORITY, **WHO})
        assert without.status is None
        assert str(without.error).endswith("Does it ask for a client certificate? client_cert= (--client-cert)")
    assert len(door.got) in {2, 4}


def test_paths_may_have_hangul(send: Send, door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / os.fsdecode("인증 서".encode())
    folder.symlink_to(DOOR)
    own: AccessOptions = {"client_cert": str(folder / "client.pem"), "client_key": str(folder / "client-key.pem")}
    with over_tls(door) as url:
        assert send(url, {**WHO, **own, "ca_file": str(folder / "authority.pem")}).status == 200
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        assert send(url, {**WHO, **own}).status == 200


def test_a_certificate_of_an_unknown_authority_says_what_to_name(send: Send, door: Door) -> None:
    with over_tls(door, guarded=False) as url:
        error = str(send(url, {}).error)
        assert error.startswith("the receiver's certificate is not trusted: [SSL: CERTIFICATE_VERIFY_FAILED] ")
        assert error.endswith("name the file of its authority: ca_file= (--ca-file), or SSL_CERT_FILE")
        assert send(url, {"ca_file": AUTHORITY, **WHO}).status == 200
        other: AccessOptions = {"ca_file": str(Path(__file__).with_name("localhost.pem"))}
        assert "ca_file=" in str(send(url, other).error)
    assert PASSWORD not in error


def test_a_certificate_of_another_name_is_no_matter_of_its_authority(send: Send, door: Door) -> None:
    with over_tls(door, guarded=False) as url:
        error = str(send(url.replace("127.0.0.1", "other.localhost"), {"ca_file": AUTHORITY}).error)
    assert error.startswith("the receiver's certificate is not trusted: ")
    assert "ca_file" not in error


def test_a_proxy_is_gone_through_where_it_is_asked_for(send: Send, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(door) as url, gateway() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        assert send(url, WHO).status == 200
        assert proxy.heads == []
        assert send(url, {**WHO, "proxy": proxy.url}).status == 200
        assert {head.split("\r\n")[0] for head in proxy.heads} == {f"POST {url}/webhooks/steppay HTTP/1.1"}
        assert f"host: {url.removeprefix('http://')}" in proxy.heads[0]
        assert [head for head in proxy.heads if "proxy-" in head.lower()] == []


def test_a_tunnel_leads_to_https_and_the_proxy_sees_nothing(send: Send, door: Door) -> None:
    with over_tls(door) as url, gateway("lee:pass-of-the-proxy") as proxy:
        through = proxy.url.replace("://", "://lee:pass-of-the-proxy@")
        answer = send(url, {**WHO, **TLS, "proxy": through})
        refused = send(url, {**WHO, **TLS, "proxy": proxy.url})
    assert (answer.status, "content-length" in answer.headers, "x-of" in answer.headers) == (200, True, False)
    assert (refused.status, refused.headers) == (None, {})
    place = proxy.url.removeprefix("http://")
    assert str(refused.error).startswith(f"the proxy {place} answered 407: it wants a user and a password")
    assert {head.split("\r\n")[0] for head in proxy.heads} == {f"CONNECT {url.removeprefix('https://')} HTTP/1.1"}
    assert [head for head in proxy.heads if TOKEN in head or PASSWORD in head or EXPECTED in head] == []


@pytest.mark.parametrize("status", [407, 502, 504])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_the_proxy_answers_is_not_the_receiver_s(send: Send, status: int, scheme: str) -> None:
    with gateway(answer=status) as proxy:
        answer = send(f"{scheme}://127.0.0.1:9", {"proxy": proxy.url})
    assert answer.status is None
    assert str(answer.error).startswith(f"the proxy {proxy.url.removeprefix('http://')} answered {status}: ")


def test_a_proxy_that_does_not_answer_is_named(send: Send, free_port: int) -> None:
    for scheme in ("http", "https"):
        answer = send(f"{scheme}://127.0.0.1:9", {"proxy": f"127.0.0.1:{free_port}"})
        assert answer.error == (
            f"the proxy 127.0.0.1:{free_port} cannot be used: connection refused, nothing listens there"
        )


def test_what_a_receiver_behind_a_tunnel_answers_is_its_own(send: Send) -> None:
    with over_tls(Response(status=502), guarded=False) as url, gateway() as proxy:
        answer = send(url, {"ca_file": AUTHORITY, "proxy": proxy.url})
    assert (answer.status, answer.error) == (502, None)


@pytest.mark.parametrize("name", needing("fast", "curl", ["curl", "threads"]))
def test_an_engine_keeps_several_doors_apart(door: Door, name: str) -> None:
    with served(door) as url, gateway() as proxy:
        engine = engine_of(name)(EngineSettings(timeout=10, keep_alive=True, concurrency=4))
        accesses: list[AccessOptions] = [WHO, {}, {**WHO, "proxy": proxy.url}, {"proxy": proxy.url}] * 2
        for token, access in enumerate(accesses):
            engine.start(token, _endpoint(url, access), make_request(BODY))
            found: list[tuple[int, Answer]] = []
            while not found:
                found = engine.poll(0.2)
            assert found[0][1].status == (200 if "auth" in access else 401)
        engine.close()
    assert len(proxy.heads) == 4


def test_secrets_of_the_door_are_struck_out_of_answers_and_reprs(door: Door) -> None:
    with served(door) as url:
        reports = [
            deliver(make_event("order.created", seed=7), to=url, **WHO),
            Sender(Endpoint(url=url, name="shop", **WHO)).send(make_event("order.created", seed=7)),
        ]
    assert [report.outcomes[0].status for report in reports] == [200, 200]
    bodies = [report.outcomes[0].body.decode() for report in reports]
    assert bodies == ["Basic ******** ********"] * 2
    shown = [*bodies, *map(repr, reports), *(str(report.as_dict()) for report in reports)]
    shown += [
        repr(read_access(WHO)),
        repr(_endpoint(url, WHO)),
        str(_endpoint(url, WHO)),
        repr(Endpoint(url=url, **WHO)),
    ]
    assert [one for one in shown if PASSWORD in one or TOKEN in one or EXPECTED.split()[1] in one] == []


@pytest.mark.parametrize("name", request_headers(BODY, secret="s"))
def test_no_header_of_the_webhook_is_replaced(name: str) -> None:
    with pytest.raises(SteppayMockError, match=f"The header {name} "):
        read_access({"headers": {name.title(): TOKEN}})


def test_a_user_without_a_password_is_the_secret(door: Door) -> None:
    with served(door) as url:
        endpoint = _endpoint(url.replace("://", f"://{TOKEN}@"), {})
        report = deliver(make_event("order.created", seed=7), to=url.replace("://", f"://{TOKEN}@"))
    assert TOKEN in endpoint.access.secrets
    assert TOKEN not in repr(report) + str(endpoint)


def test_a_short_number_in_a_header_is_no_secret_and_leaves_answers_whole() -> None:
    headers = {"X-Api-Version": "2024", "X-On": "true", "X-Key": "20240101", "X-Door": "k a-longer-token"}
    assert read_access({"headers": headers}).secrets == ("20240101", "k a-longer-token", "a-longer-token")


def test_an_app_in_process_gets_the_headers(door: Door) -> None:
    async def asgi(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        headers = dict(scope["headers"])
        told = f"{headers.get(b'authorization', b'').decode()} {headers.get(b'x-door', b'').decode()}"
        await send({"type": "http.response.start", "status": 200 if told == f"{EXPECTED} {TOKEN}" else 401})
        await send({"type": "http.response.body"})

    event = make_event("order.created", seed=7)
    for app in (door, asgi):
        assert deliver(event, to=app, **WHO).ok
        assert not deliver(event, to=app).ok
        for name, value in (("ca_file", AUTHORITY), ("client_cert", BOTH), ("proxy", "http://127.0.0.1:1")):
            with pytest.raises(SteppayMockError, match=f"{name}= is about the way to a URL"):
                deliver(event, to=app, **{name: value})  # type: ignore[arg-type]


def test_the_next_step_is_about_what_went_wrong(door: Door) -> None:
    event = make_event("order.created", seed=7)
    with over_tls(door, guarded=False) as url, gateway(answer=502) as proxy:
        stranger = deliver(event, to=url)
        refused = deliver(event, to=url, ca_file=AUTHORITY, proxy=proxy.url)
        outside = deliver(event, to=url, ca_file=AUTHORITY)
    for report, step in (
        (
            stranger,
            "name the file of that authority (ca_file=), or in the environment variable SSL_CERT_FILE.",
        ),
        (refused, "Correct the URL of the proxy, or leave it out"),
        (outside, "Or is there access control in front of the receiver? Pass headers= or auth="),
    ):
        with pytest.raises(ContractViolation) as caught:
            report.assert_ok()
        assert step in caught.value.next_step


def test_orders_are_explored_behind_the_door() -> None:
    rows: dict[str, str] = {}

    def shop(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.headers.get("authorization") != EXPECTED:
            return Response(status=401)(environ, start_response)
        if request.path == "/reset":
            rows.clear()
        elif request.path == "/state":
            return Response(json.dumps(rows))(environ, start_response)
        else:
            rows[str(request.get_json()["timestamp"])] = "kept"
        return Response(status=204)(environ, start_response)

    with over_tls(shop) as url, gateway() as proxy:
        through: AccessOptions = {"auth": ("kim", PASSWORD), "proxy": proxy.url, **TLS}
        state, reset = remote_state(f"{url}/state", **through), remote_reset(f"{url}/reset", **through)
        found = explore(make_events("order.created", n=2, seed=7), url, state=state, reset=reset, seed=7, **through)
        assert found.verdict == "proved"
        with pytest.raises(SteppayMockError, match=r"/state answered 401. Give it the header that lets you in"):
            remote_state(f"{url}/state", **TLS)()
    assert len(proxy.heads) > 10
    assert PASSWORD not in repr(found)


def test_deliver_async_gets_through(door: Door) -> None:
    with over_tls(door) as url:
        through: AccessOptions = {**WHO, **TLS}
        report = asyncio.run(deliver_async(make_event("order.created", seed=7), to=url, **through))
    assert report.ok


def test_only_a_url_of_a_sender_takes_the_options_of_a_door() -> None:
    with pytest.raises(SteppayMockError, match="auth= is for a URL"):
        Sender(Endpoint(url="http://127.0.0.1:1"), auth=("kim", PASSWORD))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"headers": {"X-Door": f"{TOKEN}\r\nX: 1"}}, "A header is a name and a value, both in printable ASCII"),
    ({"headers": {"X Door": TOKEN}}, "A header is a name and a value, both in printable ASCII"),
    ({"headers": TOKEN}, "headers is a mapping of names to values, not str"),
    ({"headers": {"Steppay-Signature": TOKEN}}, "The header steppay-signature is one of the webhook itself (fact 21)"),
    ({"headers": {"Content-Type": TOKEN}}, "The header content-type is one of the webhook itself"),
    ({"headers": {"Content-Length": "7"}}, "The header content-length says how a request is carried"),
    ({"headers": {"Host": TOKEN}}, "The header host says how a request is carried"),
    ({"headers": {"Proxy-Authorization": TOKEN}}, "The header proxy-authorization is for a proxy"),
    ({"headers": {"X-Door": TOKEN, "x-door": TOKEN}}, "A header is given twice"),
    ({"headers": {"Authorization": TOKEN}, "auth": ("kim", PASSWORD)}, "contradict each other"),
    ({"auth": PASSWORD}, "auth is a user without a colon, and a password"),
    ({"auth": ("k:im", PASSWORD)}, "auth is a user without a colon"),
    ({"auth": ("kim", f"{PASSWORD}\n")}, "auth is a user without a colon"),
    ({"ca_file": "nowhere.pem"}, "ca_file (--ca-file) cannot be used: nowhere.pem: No such file or directory"),
    ({"ca_file": KEY}, "it has no certificate in PEM"),
    ({"ca_file": 7}, "ca_file is the path of a PEM file, not int"),
    ({"client_cert": "nowhere.pem"}, "client_cert (--client-cert) cannot be used: nowhere.pem: No such file"),
    ({"client_cert": CLIENT}, "no certificate and its key in PEM"),
    ({"client_cert": CLIENT, "client_key": "nowhere.pem"}, "client_key (--client-key) cannot be used: nowhere.pem"),
    ({"client_cert": CLIENT, "client_key": str(DOOR / "server.pem")}, "the key is not that of the certificate"),
    ({"client_cert": CLIENT, "client_key": str(DOOR / "encrypted-key.pem")}, "the key is encrypted: write it without"),
    ({"client_key": KEY}, "client_key= goes with a certificate"),
    ({"proxy": f"socks5://lee:{PASSWORD}@127.0.0.1"}, "TLS to the proxy itself, and SOCKS, are not supported"),
    ({"proxy": f"https://lee:{PASSWORD}@127.0.0.1"}, "TLS to the proxy itself, and SOCKS, are not supported"),
    ({"proxy": f"http://lee:{PASSWORD}@127.0.0.1:x"}, "its host or its port cannot be read"),
    ({"proxy": f"http://127.0.0.1/{TOKEN}"}, "it has no path"),
    ({"proxy": 3128}, "proxy is the URL of an HTTP proxy: not int"),
    ({"proxy": f"http://lee:{PASSWORD}@proxy.example.com"}, "the proxy proxy.example.com is not this machine"),
    ({"proxy": "http://api.steppay.kr"}, "api.steppay.kr belongs to StepPay"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=[str(place) for place in range(len(WRONG))])
def test_what_lets_nobody_in_is_told_before_anything_is_sent(
    options: dict[str, Any], message: str, door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    event = make_event("order.created", seed=7)
    with served(door) as url:
        ways: list[Callable[[], object]] = [
            lambda: deliver(event, to=url, **options),
            lambda: Sender(Endpoint(url=url, **options)).send(event),
        ]
        for send in ways:
            with pytest.raises(SteppayMockError) as caught:
                send()
            assert message in str(caught.value)
            assert PASSWORD not in str(caught.value)
            assert TOKEN not in str(caught.value)
    assert door.got == []
