"""``explore --serve-api``: the REST API moves with the deliveries, so who reads back without care is found."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from cli.conftest import Receiver, serving
from cli.shop import SEED, urls
from werkzeug import Request, Response

TOKEN = "token_of_the_tests"
TYPES = ("--events", "order.created,order.updated")
SCENARIO = ("--scenario", "order-cancelled-after-payment", *SEED, *TYPES, "--no-duplicates", "--truth", "off")


@dataclass(slots=True)
class ReadsBack:
    """Keeps of each order what the REST API says of it; ``careless`` only when it first hears of that order."""

    api: str
    careless: bool = True
    rows: dict[str, Any] = field(default_factory=dict)

    def __call__(self, request: Request) -> Response:
        if request.path == "/state":
            return Response(json.dumps(self.rows))
        if request.path == "/reset":
            self.rows.clear()
            return Response(status=204)
        data = request.get_json()["data"]
        key = str(data.get("orderId") or data["id"])
        if key not in self.rows or not self.careless:
            url = f"{self.api}/api/v1/orders/{key}"
            found = requests.get(url, headers={"Secret-Token": TOKEN}, timeout=20).json()
            self.rows[key] = {"paid": found.get("paidAmount"), "returned": found.get("returnedAmount")}
        return Response(status=204)


@pytest.fixture
def shop(free_port: int) -> Iterator[tuple[ReadsBack, Any]]:
    app = ReadsBack(f"http://127.0.0.1:{free_port}")
    with serving(Receiver(answer=app), threaded=True) as receiver:
        yield app, receiver


def serve(port: int) -> tuple[str, ...]:
    return ("--serve-api", "--api-port", str(port), "--token", TOKEN)


def test_a_receiver_that_reads_back_once_fails_until_it_is_mended(
    run: Any, shop: tuple[ReadsBack, Any], free_port: int, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, receiver = shop
    done = run("explore", *SCENARIO, *urls(receiver), "--secret", secret, *serve(free_port))
    assert done.code == 1, done.out
    assert f"the REST API answers at http://127.0.0.1:{free_port}" in done.err
    assert TOKEN not in done.out + done.err
    (command,) = re.findall(r"^  steppay-mock (replay sp1\..*)$", done.out, re.MULTILINE)
    assert f" --serve-api --api-port {free_port}" in command
    monkeypatch.setenv("STEPPAY_SECRET_TOKEN", TOKEN)
    again = run(*shlex.split(command), "--secret", secret)
    assert (again.code, again.err.endswith("it still fails\n")) == (1, True)
    app.careless = False
    assert run(*shlex.split(command), "--secret", secret).code == 0
    assert run("explore", *SCENARIO, *urls(receiver), "--secret", secret, *serve(free_port)).code == 0


def test_a_read_that_is_written_late_is_found_where_answers_are_held(
    run: Any, shop: tuple[ReadsBack, Any], free_port: int, secret: str
) -> None:
    app, receiver = shop
    app.careless = False  # reads always, and writes what it read without asking whether that is still so
    words = ("explore", *SCENARIO, *urls(receiver), "--secret", secret, *serve(free_port), "--overlap", "1", "--json")
    done = run(*words)
    assert done.code == 1
    assert done.json["counterexample"]["failing"]["together"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--serve-api",), "No token is given. Pass --token, or set STEPPAY_SECRET_TOKEN."),
        (("--api-port", "8090"), "Add --serve-api."),
        (("--token", TOKEN), "Add --serve-api."),
        (
            ("--serve-api", "--token", "two words"),
            "--token is not printable ASCII without spaces: no header can carry it",
        ),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_sent(
    words: tuple[str, ...], message: str, run: Any, receiver: Any
) -> None:
    done = run("explore", *SCENARIO, *urls(receiver), "--unsigned", *words)
    assert (done.code, done.out, receiver.requests) == (2, "", [])
    assert message in done.err


def test_an_api_of_one_store_is_not_for_fresh_customers(run: Any, receiver: Any) -> None:
    to, root = urls(receiver)[:2], urls(receiver)[1]
    words = ("--state-url", f"{root}/customers/{{customer_id}}", "--serve-api", "--token", TOKEN)
    done = run("explore", *SCENARIO, *to, *words, "--unsigned")
    assert (done.code, done.out) == (2, "")
    assert "Give --reset-url, or leave out --serve-api." in done.err
