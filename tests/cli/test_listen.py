"""``steppay-mock listen``: an inbox in a process of its own, a line for each webhook, and a summary at the end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from sandbox.senders import KEY, an_event, send

from steppay_mock import Sandbox
from steppay_mock.cli.show.inbox import InboxSummary, webhook_line


@dataclass(slots=True)
class Listening:
    """A process that listens; what it said and printed is there once it ended."""

    url: str
    """The address of its inbox."""
    first: str
    told: str = ""
    lines: list[str] = field(default_factory=list)

    def send(self, body: bytes, **headers: str) -> requests.Response:
        """Send a webhook, through a tunnel."""
        return requests.post(self.url, data=body, headers={"Host": "fox.tunnel.example", **headers}, timeout=30)

    @property
    def root(self) -> str:
        """Where its pages are."""
        return self.url.partition("/in/")[0]


@contextmanager
def listen(*words: str, end: signal.Signals = signal.SIGINT, **environment: str) -> Iterator[Listening]:
    """It on a free port, while it runs; then it gets the signal, and ends with 0."""
    command = [sys.executable, "-m", "steppay_mock.cli", "listen", "--port", "0", *words]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("STEPPAY_")}
    with subprocess.Popen(
        command,
        env={**bare, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        try:
            first = process.stdout.readline().rstrip("\n")
            found = Listening(url=json.loads(first)["url"] if first.startswith("{") else first, first=first)
            yield found
        finally:
            process.send_signal(end)
            out, told = process.communicate(timeout=60)
        found.told, found.lines = told, out.splitlines()
    assert process.returncode == 0, told
    assert "Traceback" not in told


def signed(body: bytes, key: str = KEY) -> dict[str, str]:
    from steppay_mock import sign

    return {"Steppay-Signature": sign(body, key)}


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_a_line_for_each_webhook_and_ends_with_a_summary(
    receiver: Any, secret: str, end: signal.Signals
) -> None:
    event = an_event()
    with listen("--secret", KEY, "--secret", secret, "--forward-to", receiver.url, end=end) as process:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/in/steppay", process.url)
        assert process.send(event.body, **signed(event.body, secret)).status_code == 200
        requests.post(f"{process.root}/_mock/deliveries/settle", timeout=30)
        assert process.send(b"{}", **signed(b"{}", "wrong")).status_code == 200
        requests.post(f"{process.root}/_mock/deliveries/settle", timeout=30)
        assert (
            requests.get(process.root, headers={"Accept-Language": "en"}, timeout=30).text.count("<h1>Inbox</h1>") == 1
        )
        assert (
            requests.get(f"{process.root}/_mock/status", headers={"Host": "x.example"}, timeout=30).status_code == 403
        )
    assert receiver.bodies == [event.body, b"{}"]
    key = event.data["paymentId"]
    assert re.search(
        rf"^\d\d:\d\d:\d\d  #1 payment\.completed, payment {key}: signature valid; contract kept; "
        r"forwarded: 204 in \d+ ms$",
        process.told,
        re.MULTILINE,
    )
    assert re.search(
        r"  #2 no event: signature wrong \(mismatch\); contract broken at \$\.timestamp; forwarded: 401 in \d+ ms$",
        process.told,
        re.MULTILINE,
    )
    assert process.told.endswith(
        "\n2 webhooks came in; 1 x signature valid; 1 x signature wrong (mismatch); 1 x contract broken; "
        "2 forwarded, of which 1 failed\n"
    )
    assert KEY not in process.told
    assert secret not in process.told
    assert process.lines == []


def test_a_sender_cannot_write_lines_that_look_like_ours() -> None:
    forged = "order.created\n23:00:00  #9 payment.completed, payment 5: signature valid; contract kept"
    with listen("--secret", KEY) as process:
        for event, key in ((forged, 5), ("order.created", forged), ("x" * 100_000, "y" * 100_000)):
            body = {"event": event, "timestamp": 1, "version": "v1", "data": {"id": key, "orderId": key}}
            assert process.send(json.dumps(body).encode()).status_code == 200
    lines = [line for line in process.told.splitlines() if "#" in line]
    assert len(lines) == 3
    assert all("signature missing" in line and len(line) < 400 for line in lines)
    assert '#1 "order.created\\n23:00:00  #9 payment.completed, ' in lines[0]
    assert '#2 order.created, order "order.created\\n23:00:00' in lines[1]


def test_json_is_a_line_for_the_address_and_for_each_webhook() -> None:
    event = an_event("customer.created", data={"name": "김민지"})
    with listen("--json", "--name", "shop", STEPPAY_WEBHOOK_SECRET=KEY) as process:
        assert json.loads(process.first) == {"url": process.url, "page": process.root}
        assert process.url.endswith("/in/shop")
        process.send(event.body, **signed(event.body))
        process.send(b'{"id": 5, "status": "ACTIVE"}')
    first, second = map(json.loads, process.lines)
    assert (first["event"], first["signature"], first["violations"], first["answer"]) == (
        "customer.created",
        "valid",
        [],
        None,
    )
    assert first["body"] == event.body.decode()
    assert (second["event"], second["v1"], second["signature"]) == ("v1.subscription", True, "missing")
    assert KEY not in process.told
    assert KEY not in "".join(process.lines)


def test_a_file_goes_on_where_it_was(receiver: Any, secret: str, journal: str) -> None:
    body = an_event().body
    words = ("--data", journal)
    with listen(*words, "--secret", secret, "--forward-to", receiver.url, "--answer", "forwarded") as process:
        assert process.send(body, **signed(body, secret)).status_code == 204
    assert "no key is known" not in process.told
    with listen(*words) as process:
        assert process.send(body, **signed(body, "wrong")).status_code == 401
        found = requests.get(f"{process.root}/_mock/inbox/steppay", timeout=30).json()
    assert (found["count"], found["secrets"], found["answer"]) == (2, 1, "forwarded")
    assert len(receiver.requests) == 2
    assert process.told.endswith(
        "\n1 webhook came in; 1 x signature wrong (mismatch); 1 forwarded, of which 1 failed\n"
    )


def test_without_a_key_it_says_that_no_signature_is_checked() -> None:
    with listen() as process:
        process.send(b"{}", **signed(b"{}"))
        process.send(b"\x1b[31mred\n")
    assert "no key is known, so that signatures are not checked: add --secret" in process.told
    assert "signature not checked, because there is no key" in process.told
    assert "no event: signature missing; no JSON" in process.told
    assert "\x1b" not in process.told


def test_a_webhook_that_is_forwarded_again_counts_once(receiver: Any, nobody: str) -> None:
    summary = InboxSummary()
    with Sandbox(seed=7, secret=KEY, told_of_inbox=summary.add) as sandbox:
        assert str(summary) == "0 webhooks came in"
        sandbox.inbox.change("shop", forward_to=nobody)
        send(sandbox, an_event().body)
        sandbox.settle()
        assert "; forwarded: connection refused" in webhook_line(sandbox.inbox[-1])
        sandbox.inbox.forward(1, to=receiver.url.replace("/webhooks/steppay", "/other"))
        assert re.search(r"; forwarded: 404 in \d+ ms$", webhook_line(sandbox.inbox[-1]))
    assert str(summary) == "1 webhook came in; 1 x signature valid; 2 forwarded, of which 2 failed"


def test_a_port_in_use_is_told_of(run: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        done = run("listen", "--port", str(port))
    assert (done.code, done.out) == (2, "")
    assert f"The sandbox cannot be served on port {port} (" in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--name", "a/b"), "'a/b' is no name of an inbox. Write letters"),
        (("--answer", "never"), "'never' is not one of"),
        (
            ("--forward-to", "https://example.com/hook"),
            "example.com is not this machine. Other hosts get webhooks only",
        ),
        (("--forward-to", "https://api.steppay.kr/hook"), "belongs to StepPay: nothing is ever sent there"),
        (("--forward-to", "localhost"), "This URL cannot be used"),
        (("--allow-host", "http://x"), "--allow-host takes a host name without scheme, port or path."),
        (("--timeout", "0"), "timeout"),
        (("--secret", ""), "A secret is text that is not empty"),
        (("--token", ""), "--token is empty. Give a token, or leave it out."),
    ],
)
def test_wrong_usage_says_what_to_type(run: Any, words: tuple[str, ...], message: str) -> None:
    done = run("listen", "--port", "0", *words)
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())


def test_it_tells_of_calls_of_the_rest_api_that_were_refused() -> None:
    with listen() as found:
        answer = requests.get(f"{found.root}/api/v1/order", headers={"Secret-Token": "test_token"}, timeout=30)
        assert answer.status_code == 404
    assert re.search(r"^\d\d:\d\d:\d\d  GET /api/v1/order  404  .*Did you mean", found.told, re.MULTILINE), found.told
