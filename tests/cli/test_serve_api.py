"""``serve-api``: a process that answers for StepPay until it is stopped."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from steppay_mock import scenario

TOKEN = "token_of_the_tests"
PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


@contextmanager
def serving(*words: str, told: list[str] | None = None, **environment: str) -> Iterator[tuple[str, Any]]:
    """The first line that the command prints, while it runs; then it is interrupted as by Ctrl-C.

    What it says on standard error is ``told`` at its end.
    """
    command = [sys.executable, "-m", "steppay_mock.cli", "serve-api", *words]
    # With PYTHONUNBUFFERED nothing would show that the address leaves the process at once.
    found = {**os.environ, "PYTHONUNBUFFERED": "", **environment}
    with subprocess.Popen(command, env=found, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.send_signal(signal.SIGINT)
            words_for_people = process.communicate(timeout=30)[1]
            if told is not None:
                told.append(words_for_people)


def get(url: str, token: str | None = TOKEN) -> Any:
    return requests.get(url, headers={} if token is None else {"Secret-Token": token}, timeout=30)


def test_it_answers_from_the_end_of_a_story_until_it_is_stopped() -> None:
    story = scenario("refund-in-full", seed=7, customer_id=42)
    (order,) = story.state()["orders"].values()
    words = ("--scenario", "refund-in-full", "--seed", "7", "--set", "customer_id=42", "--token", TOKEN)
    told: list[str] = []
    with serving(*words, told=told) as (url, process):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        assert get(f"{url}/api/v1/orders/{order['id']}").json()["idKey"] == order["idKey"]
        assert get(f"{url}/api/v1/orders?size=1").json()["totalElements"] == 1
        assert get(f"{url}/api/v1/customers/42").json()["id"] == 42
        refused = get(f"{url}/api/v1/orders/{order['id']}", token=None)
    assert process.returncode == 0
    assert refused.status_code == 403
    assert "Secret-Token" in refused.json()["errorMessage"]
    assert f"GET /api/v1/orders/{order['id']}" in told[0]
    assert TOKEN not in told[0]


def test_what_the_page_shows_runs() -> None:
    for shown, status in zip(re.findall(r"^steppay-mock serve-api (.*)$", PAGE, re.MULTILINE), (404, 503), strict=True):
        words = shlex.split(shown)
        words[words.index("--port") + 1] = "0"
        with serving(*words) as (url, process):
            assert get(f"{url}/api/v1/orders/1", token="token_example").status_code == status
        assert process.returncode == 0


def test_the_token_may_come_from_the_environment_and_json_tells_the_paths() -> None:
    with serving("--json", "--scenario", "invoice-paid", "--seed", "7", STEPPAY_SECRET_TOKEN=TOKEN) as (first, process):
        assert process.stdout
        lines = [first]
        while lines[-1] != "}":
            lines.append(process.stdout.readline().rstrip("\n"))
        found = json.loads("\n".join(lines))
        assert len(found["paths"]) == 5 + 5  # the lists, and the things
        for path in found["paths"]:
            assert get(found["url"] + path).status_code == 200


def test_without_a_scenario_there_is_a_customer_and_a_product() -> None:
    with serving("--json", "--seed", "7", "--token", TOKEN) as (first, process):
        assert process.stdout
        lines = [first]
        while lines[-1] != "}":
            lines.append(process.stdout.readline().rstrip("\n"))
        assert [path.split("/")[3] for path in json.loads("\n".join(lines))["paths"][5:]] == ["customers", "products"]


def test_it_listens_on_loopback_alone_unless_told_otherwise() -> None:
    for words, is_open in (((), False), (("--host", "0.0.0.0"), True), (("--host", "127.0.0.1"), False)):
        told: list[str] = []
        with serving("--token", TOKEN, "--seed", "7", *words, told=told) as (url, _):
            assert get(f"{url}/api/v1/orders/1").status_code == 404
            elsewhere = url.replace("127.0.0.1", "127.0.0.2")
            if is_open:
                assert get(f"{elsewhere}/api/v1/orders/1", token=None).status_code == 403
            else:
                with pytest.raises(requests.ConnectionError):
                    get(f"{elsewhere}/api/v1/orders/1")
        warning = "warning: other machines reach it on 0.0.0.0, and only the token keeps them out."
        assert (warning in told[0]) == is_open
        assert TOKEN not in told[0]


def test_another_address_of_loopback_needs_no_warning() -> None:
    told: list[str] = []
    with serving("--token", TOKEN, "--seed", "7", "--host", "127.0.0.2", told=told) as (url, _):
        assert re.fullmatch(r"http://127\.0\.0\.2:\d+", url)
        assert get(f"{url}/api/v1/orders/1").status_code == 404
    assert "warning" not in told[0]


def test_it_fails_as_it_is_told() -> None:
    words = (*("--fail", "/api/v1/orders/*=503,times=2,retry-after=3"), *("--fail", "/api/v1/orders/*=500,times=1"))
    with serving("--token", TOKEN, "--seed", "7", *words, "--fail", "/api/v1/c*=429") as (url, _):
        orders = [get(f"{url}/api/v1/orders/1") for _ in range(4)]
        assert [one.status_code for one in orders] == [503, 503, 500, 404]
        assert [one.headers.get("Retry-After") for one in orders] == ["3", "3", None, None]
        assert [get(f"{url}/api/v1/customers/1").status_code for _ in range(2)] == [429, 429]
        assert get(f"{url}/api/v1/invoices/1").status_code == 404


def test_it_is_slow_and_silent_as_it_is_told() -> None:
    words = (
        "--slow",
        "/api/v1/orders/*=0.2",
        "--hold",
        "/api/v1/invoices/*=0.2,times=1",
        "--hold",
        "/api/v1/customers/*",
    )
    with serving("--token", TOKEN, "--seed", "7", *words) as (url, process):
        slow = get(f"{url}/api/v1/orders/1")
        assert (slow.status_code, slow.elapsed.total_seconds() >= 0.2) == (404, True)
        silent = get(f"{url}/api/v1/invoices/1")
        assert (silent.status_code, silent.elapsed.total_seconds() >= 0.2) == (503, True)
        assert get(f"{url}/api/v1/invoices/1").status_code == 404
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{url}/api/v1/customers/1", headers={"Secret-Token": TOKEN}, timeout=0.3)
    assert process.returncode == 0


def test_a_slow_failure_is_slow_first() -> None:
    with serving("--token", TOKEN, "--seed", "7", "--fail", "502", "--slow", "0.2") as (url, _):
        found = get(f"{url}/api/v1/orders/1")
        assert (found.status_code, found.elapsed.total_seconds() >= 0.2) == (502, True)


def test_a_port_in_use_is_told_of(run: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        done = run("serve-api", "--port", str(port), "--token", TOKEN, "--seed", "7")
    assert done.code == 2
    assert str(port) in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "No token is given. Pass --token, or set STEPPAY_SECRET_TOKEN."),
        (
            ("--token", "x", "--set", "customer_id=1"),
            "--set and --from need a scenario. Add --scenario NAME.",
        ),
        (("--token", "x", "--scenario", "refund-in-ful"), "Did you mean 'refund-in-full'?"),
        (("--token", "x", "--port", "70000"), "70000"),
        (("--token", "x", "--host", "nowhere.invalid"), "The API cannot be served on 'nowhere.invalid' ("),
        (
            ("--token", "x", "--host", "http://127.0.0.1"),
            "is not an address. Give one of this machine, such as 127.0.0.1",
        ),
        (("--token", "x", "--host", "192.0.2.1"), "The API cannot be served on '192.0.2.1' (Cannot assign"),
        (("--token", "x", "--host", ""), "is not an address."),
        (
            ("--token", "x", "--fail", "200"),
            "'200' is not understood: '200' is not a status from 400 to 599. Write it like 503, /api/v1/orders/*=503",
        ),
        (("--token", "x", "--fail", "*"), "'*' is not understood: it lacks a status from 400 to 599."),
        (
            ("--token", "x", "--fail", "orders=503"),
            "'orders=503' is not understood: 'orders' is not a path, which starts with / or a wildcard,",
        ),
        (
            ("--token", "x", "--fail", "/x=503,times=0"),
            "'/x=503,times=0' is not understood: 'times=0' is not times=N with N from 1 up or retry-after=N.",
        ),
        (("--token", "x", "--fail", "/x=503,tims=2"), "'/x=503,tims=2' is not understood: 'tims=2' is not times=N"),
        (("--token", "x", "--fail", "503,times=2,times=3"), "is not understood: times is given twice."),
        (
            ("--token", "x", "--slow", "-1"),
            "and not a number of seconds from 0 to 86400. Write it like 2, /api/v1/orders/*=2 or 2,times=3.",
        ),
        (("--token", "x", "--slow", "/x"), "'/x' is not understood: it lacks a number of seconds from 0 to 86400."),
        (
            ("--token", "x", "--slow", "2,retry-after=3"),
            "is not understood: 'retry-after=3' is not times=N with N from 1 up.",
        ),
        (("--token", "x", "--slow", "1e99"), "'1e99' is not understood: '1e99' is not a path,"),
        (
            ("--token", "x", "--hold", "/x=forever"),
            "'/x=forever' is not understood: 'forever' is not a number of seconds from 0 to 86400. Write it like /api",
        ),
        (("--token", "x", "--assume", "notice=3"), "Did you mean 'notice_days'?"),
    ],
)
def test_wrong_usage_says_what_to_type(run: Any, words: tuple[str, ...], message: str) -> None:
    done = run("serve-api", *words)
    assert done.code == 2
    assert message in done.err


@pytest.mark.parametrize("writable", [False, True])
def test_it_takes_calls_that_write_if_it_is_told_to(*, writable: bool) -> None:
    body = {"name": "김", "email": "kim@example.com", "attributes": {}}
    agreed = {f"marketing{way}": False for way in ("Sms", "Email", "Kakao")}
    with serving("--seed", "7", "--token", TOKEN, *(["--writable"] if writable else [])) as (url, _):
        answer = requests.post(
            f"{url}/api/v1/customers", json={**body, **agreed}, headers={"Secret-Token": TOKEN}, timeout=30
        )
        listed = get(f"{url}/api/v1/customers").json()["totalElements"]
    assert (answer.status_code, listed) == ((201, 2) if writable else (405, 1))
    if not writable:
        assert "--writable" in answer.json()["errorMessage"]
