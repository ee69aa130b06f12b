"""``steppay-mock dev``: a sandbox in a process of its own, until it is interrupted."""

from __future__ import annotations

import errno
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
from pathlib import Path
from typing import Any

import pytest
import requests

from steppay_mock import Sandbox

TOKEN = "token_of_the_tests"


@dataclass(slots=True)
class Dev:
    """A sandbox in another process; ``told`` is what it said, once it ended."""

    url: str
    process: subprocess.Popen[str]
    told: str = ""
    first: list[str] = field(default_factory=list)

    def ask(self, path: str, body: Any = None, *, method: str = "POST", **headers: str) -> Any:
        """Call the control API."""
        return requests.request(method, f"{self.url}/_mock/{path}", json=body, headers=headers, timeout=30)


@contextmanager
def dev(*words: str, end: signal.Signals = signal.SIGINT, **environment: str) -> Iterator[Dev]:
    """A sandbox on a free port, while it runs; then it gets the signal, and ends with 0."""
    command = [sys.executable, "-m", "steppay_mock.cli", "dev", "--port", "0", *words]
    # With PYTHONUNBUFFERED nothing would show that the address leaves the process at once.
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("STEPPAY_", "PYTHONUNBUFFERED"))}
    with subprocess.Popen(
        command, env={**bare, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            lines = [process.stdout.readline().rstrip("\n")]
            while lines == ["{"] or (lines[0] == "{" and lines[-1] != "}"):
                lines.append(process.stdout.readline().rstrip("\n"))
            url = json.loads("\n".join(lines))["url"] if lines[0] == "{" else lines[0]
            found = Dev(url=url, process=process, first=lines)
            yield found
        finally:
            process.send_signal(end)
            told = process.communicate(timeout=60)[1]
        found.told = told
    assert process.returncode == 0, told
    assert "Traceback" not in told


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_each_delivery_and_ends_with_0(receiver: Any, secret: str, end: signal.Signals) -> None:
    words = ("--forward-to", receiver.url, "--seed", "7", "--secret", secret, "--token", TOKEN)
    with dev(*words, "--clock", "still", end=end) as sandbox:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", sandbox.url)
        sandbox.ask("actions/checkout", {"pays": "later"})
        assert sandbox.ask("deliveries/settle").json()["waiting"] == 0
        path = f"{sandbox.url}/api/v1/orders"
        assert requests.get(path, headers={"Secret-Token": TOKEN}, timeout=30).json()["totalElements"] == 1
        assert requests.get(path, timeout=30).status_code == 403
        assert requests.put(path, headers={"Secret-Token": TOKEN}, timeout=30).status_code == 405
    assert receiver.events == ["order.created"]
    assert "seed 7; 0 events in the store; Ctrl-C stops it\n" in sandbox.told
    assert re.search(r"^\d\d:\d\d:\d\d  order\.created: 204", sandbox.told, re.MULTILINE)
    told = re.findall(r"^\d\d:\d\d:\d\d  (GET|PUT) /api/v1/orders  (\d+)  (.*)", sandbox.told, re.MULTILINE)
    assert [(method, status) for method, status, _ in told] == [("GET", "403"), ("PUT", "405")]
    assert told[1][2] == "PUT /api/v1/orders is no call of StepPay. It has GET or POST there."
    assert secret not in sandbox.told
    assert TOKEN not in sandbox.told


def test_a_file_goes_on_where_it_was(receiver: Any, secret: str, journal: str) -> None:
    words = ("--data", journal, "--forward-to", receiver.url)
    with dev(*words, "--seed", "7", "--secret", secret, "--hold") as sandbox:
        sandbox.ask("actions/checkout")
        sandbox.ask("advance", {"days": 40})
        before = sandbox.ask("status", method="GET").json()
        assert before["speed"] == 1.0
    assert receiver.requests == []
    with dev(*words) as sandbox:  # the key is that of the file
        after = sandbox.ask("status", method="GET").json()
        assert after["now"] > before["now"]
        (report,) = sandbox.ask("deliveries/flush").json()["reports"]
    assert after | {"now": 0} == before | {"now": 0}
    assert report["succeeded"] == before["events"] > 5
    assert f"{before['events']} events in the store" in sandbox.told


def test_the_order_and_the_retries_are_those_that_were_said(receiver: Any, secret: str, journal: str) -> None:
    words = ("--data", journal, "--forward-to", receiver.url, "--secret", secret, "--seed", "7", "--hold")
    said = ("--order", "reversed", "--duplicates", "1", "--retries", "0.01,0.01", "--timeout", "5")
    with dev(*words, *said, "--scenario", "refund-in-full") as sandbox:
        events = [one["event"] for one in sandbox.ask("events", method="GET").json()["events"]]
        (endpoint,) = sandbox.ask("endpoints", method="GET").json()["endpoints"]
        (report,) = sandbox.ask("deliveries/flush").json()["reports"]
    assert (endpoint["order"], endpoint["duplicates"]) == ("reversed", 1.0)
    assert receiver.events[: len(events)] == events[::-1]
    assert report["planned"] == 2 * len(events)
    with dev(*words, "--retries", "0.01,0.01") as sandbox:
        receiver.answer = refuse_first(receiver)
        sandbox.ask("actions/checkout", {"pays": "later"})
        (report,) = sandbox.ask("deliveries/flush").json()["reports"]
        assert (report["order"], report["retried"], report["failed"]) == ("reversed", 2, 0)


def refuse_first(receiver: Any) -> Any:
    """Refuses the first attempt of each of two deliveries."""
    from werkzeug import Response

    known = len(receiver.requests)
    return lambda _request: Response(status=500 if len(receiver.requests) <= known + 2 else 204)


def test_the_kinds_and_the_form_of_webhook_v1_are_those_that_were_said(receiver: Any, journal: str) -> None:
    words = ("--data", journal, "--seed", "7", "--forward-to", receiver.url, "--clock", "still")
    with dev(*words, "--v1", "subscription", "--v1-form", "form") as sandbox:
        sandbox.ask("actions/checkout", {})
        sandbox.ask("deliveries/settle")
    (sent,) = [(headers, body) for headers, body in receiver.requests if body.startswith(b"id=")]
    assert sent[0]["content-type"] == "application/x-www-form-urlencoded"
    assert sent[1].endswith(b"&status=ACTIVE")
    with dev(*words) as sandbox:  # the file has them
        sandbox.ask("actions/cancel", {})
        sandbox.ask("deliveries/settle")
    assert len([body for _, body in receiver.requests if body.startswith(b"id=")]) == 2


def test_json_tells_the_address_the_seed_and_the_endpoints(nobody: str) -> None:
    with dev("--json", "--seed", "7", "--forward-to", nobody) as sandbox:
        assert json.loads("\n".join(sandbox.first)) == {"url": sandbox.url, "seed": 7, "endpoints": ["webhooks"]}


def test_without_an_endpoint_it_says_how_to_add_one() -> None:
    with dev("--seed", "7") as sandbox:
        pass
    assert "webhooks go nowhere yet: add --forward-to, or an endpoint, on the page /endpoints" in sandbox.told


def test_it_listens_on_loopback_alone_unless_told_otherwise() -> None:
    for words, is_open in (((), False), (("--host", "0.0.0.0"), True)):
        with dev("--seed", "7", "--allow-host", "steppay.internal", *words) as sandbox:
            elsewhere = sandbox.url.replace("127.0.0.1", "127.0.0.2")
            if is_open:
                assert requests.get(f"{elsewhere}/_mock/status", timeout=30).status_code == 200
            else:
                with pytest.raises(requests.ConnectionError):
                    requests.get(f"{elsewhere}/_mock/status", timeout=30)
            for host, status in (("evil.example", 403), ("steppay.internal:8090", 200), ("192.0.2.1", 403)):
                assert sandbox.ask("status", method="GET", Host=host).status_code == status
        assert ("warning: other machines reach it on 0.0.0.0." in sandbox.told) == is_open


def test_secrets_come_from_the_environment_and_are_never_shown(receiver: Any, secret: str) -> None:
    receiver.answer = lambda _request: None
    with dev(
        "--seed", "7", "--forward-to", receiver.url, STEPPAY_WEBHOOK_SECRET=secret, STEPPAY_SECRET_TOKEN=TOKEN
    ) as sandbox:
        sandbox.ask("actions/checkout")
        sandbox.ask("deliveries/settle")
        path = f"{sandbox.url}/api/v1/orders"
        assert requests.get(path, headers={"Secret-Token": TOKEN}, timeout=30).status_code == 200
    assert len(receiver.requests) == 5
    assert sandbox.told.count(": 204") == 5
    assert secret not in sandbox.told
    assert TOKEN not in sandbox.told


def test_a_port_in_use_is_told_of(run: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        done = run("dev", "--port", str(port), "--seed", "7")
    assert (done.code, done.out) == (2, "")
    assert f"The sandbox cannot be served on port {port} ({os.strerror(errno.EADDRINUSE)}). Stop " in done.err


def test_a_file_that_is_open_elsewhere_is_refused(run: Any, journal: str) -> None:
    with Sandbox(data=journal):
        done = run("dev", "--data", journal)
    assert (done.code, done.out) == (2, "")
    assert f"Another sandbox has {journal} open. Stop it, or name another file." in done.err


def test_a_file_that_can_keep_no_sandbox_is_refused_by_the_name_of_the_option(run: Any, journal: str) -> None:
    Path(journal).write_text("no database at all, but long enough to be looked at", encoding="utf-8")
    done = run("dev", "--data", journal)
    assert (done.code, done.out) == (2, "")
    assert f"Invalid value for '--data': A sandbox cannot be kept in {journal!r}: file is not a database." in " ".join(
        done.err.split()
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--scenario", "refund-in-full"),
            'began with the scenario "subscription-renews", not "refund-in-full". Leave the scenario out, or name',
        ),
        (("--seed", "8"), "began with the seed 7, not 8. Leave the seed out, or name another file."),
        (("--scenario", "subscription-renews", "--set", "customer_id=4"), "began with the parameters {}, not"),
        (("--order", "shuffled"), "--order and --duplicates need an endpoint. Add --forward-to URL."),
        (("--set", "customer_id=1"), "--set and --from need a scenario. Add --scenario NAME."),
        (("--scenario", "refund-in-ful"), "Did you mean 'refund-in-full'?"),
        (
            ("--forward-to", "https://example.com/hook"),
            "example.com is not this machine. Other hosts get webhooks only with --allow-host. Is it yours? Add",
        ),
        (("--forward-to", "https://api.steppay.kr/hook"), "belongs to StepPay: nothing is ever sent there"),
        (("--secret", ""), "--secret is empty. Give a key, or leave it out."),
        (("--token", ""), "--token is empty. Give a token, or leave it out."),
        (("--host", "http://127.0.0.1"), "is not an address. Give one of this machine, such as 127.0.0.1"),
        (("--allow-host", "http://x"), "--allow-host takes a host name without scheme, port or path."),
    ],
)
def test_wrong_usage_says_what_to_type(run: Any, journal: str, words: tuple[str, ...], message: str) -> None:
    with Sandbox(data=journal, seed=7, scenario="subscription-renews"):
        pass
    done = run("dev", "--port", "0", "--data", journal, *words)
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())
