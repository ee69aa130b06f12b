"""The inbox: takes webhooks of anyone, keeps them as they came, and says what a right receiver finds in them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest
import requests
from sandbox.conftest import SECRET, Open
from sandbox.senders import KEY, TUNNEL, an_event, send

from steppay_mock import Sandbox, SteppayMockError, sign
from steppay_mock.rest.exchange import LONGEST_BODY
from steppay_mock.sandbox.inbox import kept
from steppay_mock.sandbox.inbox.kept import MOST_KEPT
from steppay_mock.wire.shown_url import MASK


@pytest.fixture
def listening() -> Iterator[Sandbox]:
    """A sandbox whose inbox has the key."""
    with Sandbox(seed=7, secret=KEY) as found:
        yield found


def test_a_webhook_is_kept_as_it_came(listening: Sandbox) -> None:
    event = an_event()
    body = event.body + b" \n"
    before = time()
    answer = send(listening, body)
    assert (answer.status_code, answer.json()) == (200, {"inbox": "shop", "number": 1})
    (found,) = listening.inbox
    assert (found.number, found.inbox, found.body) == (1, "shop", body)
    assert before <= found.came_at <= time()
    assert found.event == event
    assert (found.type, found.signature, found.violation, found.answer) == ("payment.completed", "valid", None, None)


def test_headers_are_those_of_the_wire_in_their_order_and_letters(listening: Sandbox) -> None:
    body = an_event().body
    lines = [
        "POST /in/shop?a=1 HTTP/1.1",
        f"hOST: {TUNNEL}",
        "te: gzip, deflate; q=0.5",
        "X-Twice: one",
        "content-LENGTH: " + str(len(body)),
        "x-twice: two",
        "X_Under: kept",
        "X-Hangul: \xea\xb0\x80",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", int(listening.url.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        with connection.makefile("rb") as answer:
            assert b" 200 " in answer.read()
    (found,) = listening.inbox
    assert [f"{name}: {value}" for name, value in found.headers] == lines[1:]
    assert (found.body, found.query) == (body, "a=1")


def test_a_chunked_body_is_read_whole(listening: Sandbox) -> None:
    body = an_event().body
    parts = (body[place : place + 100] for place in range(0, len(body), 100))
    assert requests.post(f"{listening.url}/in/shop", data=parts, timeout=20).status_code == 200
    assert listening.inbox[-1].body == body


@pytest.mark.parametrize("path", ["/in/shop", "/_mock/advance", "/api/v1/customers", "/store/clock"])
@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", "9\r\n{}"),
        ("Content-Length: -2", "{}"),
        ("Content-Length: two", "{}"),
        ("Content-Length: 2\r\nContent-Length: 1", "{}"),
    ],
)
def test_a_body_without_a_right_length_is_refused(listening: Sandbox, path: str, header: str, body: str) -> None:
    asked = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nSecret-Token: {listening.token}\r\n{header}\r\n\r\n{body}"
    with socket.create_connection(("127.0.0.1", int(listening.url.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(asked.encode())
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            assert b" 400 " in answer.readline()
    assert not listening.inbox.newest()


@pytest.mark.parametrize(
    ("sent", "proof", "reason"),
    [
        ({}, "valid", None),
        ({"key": "whsec_of_somebody_else"}, "mismatch", "tried 2 secrets on"),
        ({"key": "second"}, "valid", None),
        ({"at": time() - 4_000}, "stale", "A replay? Refuse it."),
        ({"at": time() + 4_000}, "future", "Compare the two clocks"),
        ({"key": None}, "missing", None),
        ({"key": None, "headers": {"Steppay-Signature": "nonsense"}}, "malformed", "a part without '='"),
        ({"key": None, "headers": {"Steppay-Signature": "timestamp=1706002316,v0=abc"}}, "no-key", "no key, only v0="),
        ({"key": None, "headers": {"Steppay-Signature": ""}}, "malformed", "one pair named timestamp"),
    ],
)
def test_the_signature_is_checked_with_each_key_and_the_reason_is_told(
    listening: Sandbox, sent: dict[str, Any], proof: str, reason: str | None
) -> None:
    listening.inbox.change("shop", secrets=[KEY, "second"])
    assert send(listening, an_event().body, **sent).status_code == 200
    (found,) = listening.inbox
    assert found.signature == proof
    assert (found.signature_error is None) == (reason is None)
    assert reason is None or reason in str(found.signature_error)


def test_the_key_is_that_of_the_inbox_else_of_the_sandbox_else_none(open_sandbox: Open) -> None:
    body = an_event().body
    with open_sandbox() as sandbox:
        send(sandbox, body, key=SECRET)
        assert sandbox.inbox[-1].signature == "valid"
        sandbox.inbox.change("shop", secrets=[KEY])
        assert sandbox.inbox[-1].signature == "mismatch"
        send(sandbox, body)
        assert sandbox.inbox[-1].signature == "valid"
        sandbox.inbox.change("shop", secrets=[])
        assert [one.signature for one in sandbox.inbox] == ["valid", "mismatch"]
    with Sandbox(seed=7) as sandbox:
        send(sandbox, body)
        send(sandbox, body, key=None, headers={"Steppay-Signature": "nonsense"})
        assert [one.signature for one in sandbox.inbox] == ["unchecked", "malformed"]


def test_a_body_that_was_changed_on_its_way_is_told(listening: Sandbox) -> None:
    body = an_event().body
    header = sign(body, KEY)
    send(listening, body.replace(b" ", b""), key=None, headers={"Steppay-Signature": header})
    assert listening.inbox[-1].signature == "mismatch"


@pytest.mark.parametrize(
    ("body", "type_", "paths"),
    [
        (an_event("order.created").body, "order.created", []),
        (b'{"timestamp": 1, "version": "v1", "event": "order.created", "data": []}', "order.created", ["$.data"]),
        (b'{"timestamp": 1, "version": "v1", "event": "order.lost", "data": {}}', "order.lost", ["$.event"]),
        (b'{"webHookType": "PAYMENT", "orderId": 1}', "v1.order", []),
        (b"webHookType=PAYMENT&orderId=1", "v1.order", []),
        (b'{"id": 1, "status": "ON"}', "v1.subscription", ["$.status"]),
        (b'{"id": 1, "status": "ACTIVE"}', "v1.subscription", []),
        (b"[1]", "", ["$"]),
        (b"null", "", ["$"]),
        (b'{"event": "\\ud800"}', "", ["$.event"]),
        (b"", "", None),
        (b"\xff\xfe", "", None),
        (b"hello", "", None),
        (b"[" * 100_000, "", None),
        (b'{"timestamp": 1' + b"0" * 5000 + b"}", "", None),
    ],
)
def test_what_is_no_webhook_is_kept_and_told(
    listening: Sandbox, body: bytes, type_: str, paths: list[str] | None
) -> None:
    assert send(listening, body).status_code == 200
    (found,) = listening.inbox
    assert (found.body, found.type) == (body, type_)
    assert found.judged.is_parsed == (paths is not None)
    told = [one.path for one in found.violations]
    assert told[: len(paths or ())] == (paths or []) or set(paths or ()) <= set(told)
    assert bool(told) == bool(paths)
    assert requests.get(f"{listening.url}/inbox/1", timeout=20).status_code == 200
    (listed,) = requests.get(f"{listening.url}/_mock/inbox", timeout=20).json()["webhooks"]
    assert (listed["event"] or "") == type_
    assert listed["v1"] == type_.startswith("v1.")


def test_a_body_has_a_bound_and_one_beyond_it_is_refused(listening: Sandbox) -> None:
    assert send(listening, b"x" * LONGEST_BODY).status_code == 200
    answer = send(listening, b"x" * (LONGEST_BODY + 1))
    assert (answer.status_code, answer.json()) == (413, {"error": "The body has more than 1000000 bytes. Send less."})
    assert [len(one.body) for one in listening.inbox] == [LONGEST_BODY]
    assert "413: The body has more than 1000000 bytes." in listening.inbox.notices[-1]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_another_method_is_told_what_this_is(listening: Sandbox, method: str) -> None:
    answer = requests.request(method, f"{listening.url}/in/shop", headers={"Host": TUNNEL}, timeout=20)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert method == "HEAD" or "The inbox 'shop' takes webhooks by POST." in answer.json()["error"]
    assert len(listening.inbox) == 0
    assert listening.inbox.notices[-1].startswith(f"{method} /in/shop 405")


@pytest.mark.parametrize("name", ["", "a/b", "a%2Fb", "..", "%2E%2E%2F_mock", "a b", "가", "x" * 65, "<b>"])
def test_a_name_is_short_and_plain(listening: Sandbox, name: str) -> None:
    answer = requests.post(f"{listening.url}/in/{name}", data=b"{}", timeout=20)
    assert answer.status_code in {404, 405}
    assert len(listening.inbox) == 0
    with pytest.raises(SteppayMockError, match="is no name of an inbox"):
        listening.inbox.change(name)


# A tunnel.


def test_through_a_tunnel_there_is_the_inbox_and_nothing_else(listening: Sandbox) -> None:
    order = listening.store.checkout(pays="later")
    paths = (
        *("/", "/inbox", "/inbox/1", "/deliveries", "/store", "/endpoints", "/events", "/assets/style.css", "/in"),
        *(f"/pay/{order.code}", "/_mock/status", "/_mock/inbox", "/_mock/inbox/shop", "/_mock/../in/shop", "/IN/shop"),
        *("/api/v1/orders", f"/api/v1/orders/{order.id}/pay", f"/api/public/orders/{order.code}/pay"),
    )
    told = {"Secret-Token": listening.token}
    forwarded = f'for=192.0.2.1;Host="{TUNNEL}:443";proto=https'
    for foreign in (
        {"Host": TUNNEL},
        {"X-Forwarded-Host": TUNNEL},
        {"X-Forwarded-Host": f"localhost, {TUNNEL}"},
        {"Forwarded": forwarded},
        {"Forwarded": f"host=localhost, {forwarded}"},
    ):
        for path in paths:
            for method in ("GET", "POST", "PUT", "DELETE"):
                request = requests.Request(method, listening.url, headers={**told, **foreign}).prepare()
                request.url = listening.url + path
                answer = requests.Session().send(request, timeout=20, allow_redirects=False)
                assert answer.status_code == 403, (foreign, method, path)
                assert order.code not in answer.text
        assert send(listening, an_event().body, headers=foreign).status_code == 200
    assert len(listening.inbox) == 5
    for near in ({"X-Forwarded-Host": "localhost:3000"}, {"Forwarded": "for=127.0.0.1;host=localhost:3000"}):
        assert requests.get(f"{listening.url}/_mock/status", headers=near, timeout=20).ok


def test_a_whole_url_in_the_request_line_does_not_hide_the_host(listening: Sandbox) -> None:
    for host, status in ((TUNNEL, b" 403 "), ("localhost", b" 200 ")):
        asked = f"GET http://localhost/_mock/status HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", int(listening.url.rpartition(":")[2])), timeout=20) as connection:
            connection.sendall(asked.encode())
            with connection.makefile("rb") as answer:
                assert status in answer.readline()


def test_a_name_that_is_allowed_has_all(open_sandbox: Open) -> None:
    with open_sandbox(allow_hosts=[TUNNEL]) as sandbox:
        for headers in ({"Host": TUNNEL}, {"X-Forwarded-Host": TUNNEL}):
            assert requests.get(f"{sandbox.url}/inbox", headers=headers, timeout=20).status_code == 200


def test_a_page_of_another_site_can_send_to_the_inbox_and_do_nothing_with_it(listening: Sandbox) -> None:
    send(listening, an_event().body, headers={"Origin": "https://evil.example"})
    assert len(listening.inbox) == 1
    headers = {"Origin": "https://evil.example"}
    for method, path in (("DELETE", "/_mock/inbox"), ("PUT", "/_mock/inbox/shop"), ("POST", "/inbox/1")):
        assert requests.request(method, listening.url + path, headers=headers, timeout=20).status_code == 403
    assert len(listening.inbox) == 1


# The file.


def test_a_file_keeps_webhooks_settings_and_numbers(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.inbox.change("shop", secrets=[KEY], answer="forwarded")
        for seed in (1, 2):
            send(sandbox, an_event(seed=seed).body)
        before = [one.as_dict() for one in sandbox.inbox]
    with open_sandbox(data=file, seed=None) as sandbox:
        assert [one.as_dict() for one in sandbox.inbox] == before
        assert [one.signature for one in sandbox.inbox] == ["valid", "valid"]
        assert sandbox.inbox.settings("shop").answer == "forwarded"
        sandbox.inbox.clear()
        assert (len(sandbox.inbox), sandbox.inbox.counts()) == (0, {"shop": 0})
        assert send(sandbox, b"{}").json()["number"] == 3


def test_a_file_of_before_the_inbox_is_read(open_sandbox: Open, file: Path) -> None:
    import sqlite3

    with open_sandbox(data=file):
        pass
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE sandbox_inbox")
        connection.execute("DROP TABLE sandbox_forwards")
    connection.close()
    with open_sandbox(data=file, seed=None) as sandbox:
        assert len(sandbox.inbox) == 0
        assert send(sandbox, b"{}").status_code == 200


def test_the_newest_are_kept(listening: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_KEPT == 1000
    monkeypatch.setattr(kept, "MOST_KEPT", 3)
    for number in range(5):
        send(listening, b'{"id": %d}' % number, to=f"shop{number % 2}")
    assert [one.number for one in listening.inbox] == [3, 4, 5]
    monkeypatch.setattr(kept, "_MOST_BYTES", 1000)
    send(listening, b"x" * 990)
    assert [one.number for one in listening.inbox] == [5, 6]
    send(listening, b"x" * 2000)
    assert [one.number for one in listening.inbox] == []


def test_an_inbox_is_cleared_alone(listening: Sandbox) -> None:
    for name in ("shop", "other"):
        send(listening, b"{}", to=name)
    assert requests.delete(f"{listening.url}/_mock/inbox/shop", timeout=20).json() == {}
    assert listening.inbox.counts() == {"other": 1}
    assert [one.inbox for one in listening.inbox] == ["other"]


# Secrets.


def test_no_secret_is_shown(listening: Sandbox) -> None:
    listening.inbox.change(
        "shop", secrets=[KEY, "whsec_rotated"], forward_to="http://localhost:9/hook?token=opensesame"
    )
    headers = {
        "Authorization": "Bearer opensesame",
        "Cookie": "session=opensesame",
        "X-Api-Key": "opensesame",
        "X-Echo": f"the key is {KEY}",
        "X-Plain": "plain",
    }
    url = f"{listening.url}/in/shop?token=opensesame&plain=1"
    requests.post(url, data=an_event().body, headers=headers, timeout=20)
    listening.settle()
    texts = [
        requests.get(listening.url + path, timeout=20).text
        for path in ("/inbox", "/inbox/1", "/_mock/inbox", "/_mock/inbox/shop", "/_mock/status")
    ]
    texts += [
        repr(listening.inbox[-1]),
        repr(listening.inbox.settings("shop")),
        json.dumps(listening.inbox[-1].as_dict()),
    ]
    for text in texts:
        assert "opensesame" not in text
        assert KEY not in text
        assert "whsec_rotated" not in text
    shown = dict(listening.inbox[-1].shown_headers)
    assert (shown["Authorization"], shown["X-Echo"], shown["X-Plain"]) == (MASK, f"the key is {MASK}", "plain")
    assert dict(listening.inbox[-1].headers)["Authorization"] == "Bearer opensesame"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"secret": "x"}, "Did you mean 'secrets'?"),
        ({"name": "x"}, "An inbox has no setting 'name'"),
        ({"secrets": [""]}, "A secret is text that is not empty"),
        ({"answer": "never"}, "expected 'at-once' or 'forwarded'"),
        ({"forward_to": "localhost"}, "This URL cannot be used"),
        ({"forward_to": 5}, "forward_to is no text"),
        ({"forward_to": "https://example.com/hook"}, "example.com"),
        ({"forward_to": "https://api.steppay.kr/hook"}, "belongs to StepPay"),
    ],
)
def test_wrong_settings_are_refused(listening: Sandbox, changes: dict[str, Any], message: str) -> None:
    answer = requests.put(f"{listening.url}/_mock/inbox/shop", json=changes, timeout=20)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert listening.inbox.counts() == {}


def test_what_cannot_be_kept_is_not_taken(listening: Sandbox) -> None:
    import sqlite3

    with sqlite3.connect(listening.path) as connection:
        connection.execute("DROP TABLE sandbox_inbox")
    connection.close()
    answer = send(listening, b"{}")
    assert (answer.status_code, answer.json()["error"][:32]) == (503, "The webhook could not be kept. L")
    assert "a webhook to shop could not be kept: " in listening.inbox.notices[-1]
