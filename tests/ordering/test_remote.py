"""A receiver elsewhere is looked at and emptied over HTTP; whatever answers there, nothing but plain data comes in."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from serving import Serve
from werkzeug import Request, Response

from steppay_mock import SteppayMockError
from steppay_mock.ordering.receiver.identifiers import Ids
from steppay_mock.ordering.remote import MAX_STATE, RemoteError, remote_reset, remote_state

Answer = Callable[[Request], Response]


@pytest.fixture
def serve(serve: Serve) -> Callable[[Answer], str]:
    """Serve the answers; the URL of the server."""
    return lambda answer: serve(Request.application(answer))


@contextmanager
def dripping(head: bytes, drop: bytes) -> Iterator[str]:
    """A server that answers one request with this, and then with drops, until nobody listens any more."""

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            try:
                connection.sendall(head)
                while drop and not over.wait(0.01 if len(drop) < 100 else 0):
                    connection.sendall(drop)
                over.wait(30)
            except OSError:
                pass

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/state"
        over.set()
        thread.join()


def test_a_state_is_the_json_that_is_answered(serve: Callable[[Answer], str]) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response('\ufeff{"rows": [1, "둘"]}')

    state = remote_state(f"{serve(answer)}/state?of=all", headers={"Authorization": "Bearer x", "X-Of": "tests"})
    assert state() == state() == {"rows": [1, "둘"]}
    assert (seen[0].method, seen[0].full_path, seen[0].get_data()) == ("GET", "/state?of=all", b"")
    assert (seen[0].headers["authorization"], seen[0].headers["x-of"]) == ("Bearer x", "tests")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_reset_takes_any_2xx_answer(serve: Callable[[Answer], str], method: str) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(f"{request.method} {request.path}")
        return Response("<p>gone</p>", 202)

    remote_reset(serve(answer), method=method)()
    assert seen == [f"{method} /"]


def test_a_state_of_one_customer_is_asked_for_by_its_ids(serve: Callable[[Answer], str]) -> None:
    def answer(request: Request) -> Response:
        return Response(f'"{request.environ["REQUEST_URI"]}"')

    state = remote_state(f"{serve(answer)}/of/{{customer_id}}?code={{order_code}}&again={{customer_id}}")
    ids = Ids(customer_ids=(7, 8), order_codes=("a/b ?&ü",))
    assert state(ids) == "/of/7?code=a%2Fb%20%3F%26%C3%BC&again=7"
    with pytest.raises(SteppayMockError, match=r"The URL has \{order_code\}, and no event of the story has such an id"):
        state(Ids(customer_ids=(7,)))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Response("no such page", 404), "answered 404. Give a URL at which it answers 2xx."),
        (Response(status=302, headers={"location": "/login?token=whsec_x"}), "answered 302 to /login: redirects are"),
        (Response("whsec_x is not known", 401), "answered 401. Give it the header that lets you in"),
        (Response("[]", 500), "answered 500."),
        (Response(status=204), "answered 204 with nothing, which is no JSON"),
        (Response("<html>whsec_x", mimetype="text/html"), "answered 200 with text/html; charset=utf-8, which is no"),
        (Response(b"\xff\xfe\xfd"), "which is no JSON that can be read."),
        (Response("[" * 200_000), "which is no JSON that can be read."),
        (Response("1" * 10_000), "which is no JSON that can be read."),
        (Response(gzip.compress(b"[]"), headers={"content-encoding": "gzip"}), "which is no JSON that can be read."),
        (Response(b"1" * (MAX_STATE + 1)), "answered more than 10 MB."),
    ],
)
def test_what_is_no_state_is_told(serve: Callable[[Answer], str], answer: Response, message: str) -> None:
    root = serve(lambda _request: answer)
    with pytest.raises(RemoteError) as caught:
        remote_state(f"{root}/state?token=whsec_x", headers={"Authorization": "whsec_x"})()
    assert str(caught.value).startswith(f"GET {root}/state answered ")
    assert message in str(caught.value)
    assert caught.value.reached
    assert "whsec_x" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (200, ""),
        (299, ""),
        (300, "answered 300: redirects are not followed. Give the URL at which it answers 2xx."),
        (399, "answered 399: redirects are not followed."),
        (400, "answered 400. Give a URL at which it answers 2xx."),
        (401, "answered 401. Give it the header that lets you in, such as Authorization."),
        (402, "answered 402. Give a URL"),
        (403, "answered 403. Give it the header"),
        (404, "answered 404. Give a URL"),
    ],
)
def test_an_answer_is_2xx_or_says_what_is_wrong(serve: Callable[[Answer], str], status: int, told: str) -> None:
    state = remote_state(serve(lambda _request: Response("[]", status)))
    if not told:
        assert state() == []
        return
    with pytest.raises(RemoteError) as caught:
        state()
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("header", "is_masked"),
    [
        ("t0ken-of-te", False),  # 11 characters
        ("t0ken-of-tes", True),
        ("token-of-tests", False),
        ("1234567890123", False),
    ],
)
def test_a_header_is_masked_in_the_rows_if_it_can_only_be_a_token(
    serve: Callable[[Answer], str], header: str, *, is_masked: bool
) -> None:
    url = serve(lambda _request: Response(json.dumps([header, f"a {header} b"])))
    assert remote_state(url, headers={"X-Door": header})() == (
        ["********", "a ******** b"] if is_masked else [header, f"a {header} b"]
    )
    assert remote_state(url, hide=[header])() == ["********", "a ******** b"], "what is hidden is always masked"


def test_a_word_after_the_scheme_of_a_header_is_not_shown(serve: Callable[[Answer], str]) -> None:
    url = serve(lambda request: Response("x", content_type=request.headers["authorization"].split()[1]))
    with pytest.raises(RemoteError) as caught:
        remote_state(url, headers={"Authorization": "Bearer whsec/x"})()
    assert "whsec/x" not in str(caught.value)


def test_a_header_of_a_webhook_may_be_one_of_the_request(serve: Callable[[Answer], str]) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.headers["accept"])
        return Response("[]")

    url = serve(answer)
    remote_state(url)()
    remote_state(url, headers={"Accept": "application/vnd.rows+json"})()
    assert seen == ["application/json", "application/vnd.rows+json"]


def test_a_state_of_the_largest_size_is_read(serve: Callable[[Answer], str]) -> None:
    body = f'"{"x" * (MAX_STATE - 2)}"'
    assert len(remote_state(serve(lambda _request: Response(body)))()) == MAX_STATE - 2


def test_an_endless_state_is_cut_off() -> None:
    with (
        dripping(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n", b" " * 100_000) as url,
        pytest.raises(RemoteError, match="answered more than 10 MB"),
    ):
        remote_state(url, timeout=30)()


@pytest.mark.parametrize(
    ("head", "drop", "reached"),
    [(b"", b"", False), (b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n[", b" ", True)],
)
def test_a_slow_state_is_late_as_a_whole(head: bytes, drop: bytes, reached: object) -> None:
    with dripping(head, drop) as url, pytest.raises(RemoteError, match=r"failed: timed out after 0.2 s\.") as caught:
        remote_state(url, timeout=0.2)()
    assert caught.value.reached is reached


def test_where_nobody_listens_nothing_is_reached() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/state"
        for ask in (remote_state(url), remote_reset(url)):
            with pytest.raises(RemoteError, match="connection refused: nothing listens at") as caught:
                ask()
            assert not caught.value.reached


def test_proxies_do_not_count(serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert remote_state(serve(lambda _request: Response("[]")))() == []


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("http://shop.example/state", {}, "shop.example is not this machine"),
        ("http://api.steppay.kr/state", {"allow_hosts": ["api.steppay.kr"]}, "belongs to StepPay"),
        ("ftp://127.0.0.1/state", {}, "neither http:// nor https://"),
        ("http://me:whsec_x@127.0.0.1/state", {"auth": ("me", "whsec_y")}, "A password is given twice"),
        ("http://127.0.0.1/state", {"header": {}}, "Access control has no option 'header'. Did you mean 'headers'"),
        ("http://127.0.0.1/state", {"headers": {"Host": "whsec_x"}}, "The header host says how a request is carried"),
        ("http://127.0.0.1/{customerid}", {}, r"\{customerid\} names no id of a run. Did you mean 'customer_id'"),
        ("http://127.0.0.1", {"timeout": 0}, "timeout=0: expected seconds, more than 0 and at most 86400."),
        ("http://127.0.0.1", {"headers": {"Authorization": "whsec_x\r\n"}}, "Write it like Authorization"),
        ("http://127.0.0.1", {"headers": {"Authorization:": "whsec_x"}}, "Write it like Authorization"),
        ("http://127.0.0.1", {"headers": {"whsec_x": 7}}, "Write it like Authorization"),
    ],
)
def test_misuse_is_told_before_anything_is_sent(url: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SteppayMockError, match=message) as caught:
        remote_state(url, **options)
    assert "whsec_x" not in str(caught.value)


def test_a_reset_is_no_get() -> None:
    with pytest.raises(SteppayMockError, match="method='GET': expected 'POST', 'PUT' or 'DELETE'"):
        remote_reset("http://127.0.0.1", method="GET")


def test_a_header_that_is_a_word_of_the_rows_makes_no_two_states_alike(serve: Callable[[Answer], str]) -> None:
    rows = ["VIRTUAL_BANK_STANDBY", "COMPLETE", "t0ken-of-staging"]
    headers = {"X-Env": "COMPLETE", "X-Tier": "VIRTUAL_BANK_STANDBY", "X-Door": "t0ken-of-staging"}
    url = serve(lambda _: Response(json.dumps(rows)))
    assert remote_state(url, headers=headers)() == [*rows[:2], "********"]
