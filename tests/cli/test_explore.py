"""``explore``: a receiver elsewhere is proved, or the smallest order that breaks it is shown."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cli.conftest import Receiver, serving
from cli.shop import SEED, TOKEN, Shop, urls
from werkzeug import Request, Response

LEAVES = ("--scenario", "customer-registers-and-leaves", *SEED)


def test_a_right_receiver_is_proved(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    done = run("explore", *LEAVES, *urls(receiver), "--secret", secret)
    assert done.code == 0
    assert f"customer-registers-and-leaves, delivered to {receiver.url}" in done.out
    assert (
        "proved: all 6 orders of 3 events end the same, also with each event repeated at every later place" in done.out
    )
    assert re.fullmatch(r"proved: all 6 orders .*; \d+ deliveries, 4 states, .* s, seed 7\n", done.err)
    assert shop.webhooks == len([body for _, body in receiver.requests if body])


def test_a_wrong_one_is_shown_with_the_smallest_order(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    shop.mended = False
    done = run("explore", *LEAVES, *urls(receiver), "--secret", secret)
    assert done.code == 1
    assert "2 events, 1 inversion, 0 repeats" in done.out
    assert "after customer." in done.out
    (command,) = re.findall(r"^  (steppay-mock replay sp1\..*)$", done.out, re.MULTILINE)
    assert command.endswith(" ".join(urls(receiver)))
    assert secret not in done.out + done.err


def test_as_json_with_fewer_deliveries(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    words = ("--no-duplicates", "--ties", "--paranoid", "--set", "customer_id=42", "--json")
    done = run("explore", *LEAVES, *urls(receiver), "--secret", secret, *words)
    assert (done.code, done.json["verdict"]) == (0, "proved")
    coverage = done.json["coverage"]
    assert (coverage["duplicates"], coverage["ties"], coverage["seed"]) == (False, False, 7)  # none is tied
    assert any("no two events are near enough" in note for note in done.json["notes"])
    assert coverage["sampled"] > 0
    assert coverage["deliveries"] == shop.webhooks
    assert {json.loads(body)["data"]["id"] for _, body in receiver.requests if body} == {42}


def test_beyond_the_budget_orders_are_covered(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    words = ("--budget", "60", "--strength", "2", "--scenario", "virtual-account-deposit", *SEED)
    done = run("explore", *urls(receiver), "--secret", secret, *words, "--no-duplicates", "--json")
    assert (done.code, done.json["verdict"], done.json["coverage"]["strength"]) == (0, "covered", 2)
    assert shop.webhooks <= 60 + 5 * 5  # those that tell what a loss does


def test_a_long_story_is_proved_within_a_bound(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    words = ("--scenario", "subscription-renews", "--set", "renewals=1", "--late-by", "10m", "--distance", "1", *SEED)
    done = run("explore", *urls(receiver), "--secret", secret, *words, "--json")
    assert (done.code, done.json["verdict"]) == (0, "proved")
    coverage = done.json["coverage"]
    assert (coverage["events"], coverage["late_by"], coverage["distance"], coverage["points"]) == (10, 600.0, 1, 6)
    assert coverage["deliveries"] == shop.webhooks
    assert "in which no event is overtaken by more than 10 minutes or 1 place ends the same (64 orders)" in done.err


@pytest.mark.parametrize("time", ["soon", "-5m", "10 weeks"])
def test_a_time_that_is_none_is_refused(run: Any, time: str) -> None:
    done = run(
        "explore", *LEAVES, "--to", "http://localhost:1", "--state-url", "http://localhost:1", f"--late-by={time}"
    )
    assert done.code == 2
    assert "is no time. Write it as 90s, 10m, 2h or 1d." in done.err


def test_one_customer_cannot_be_independent(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    done = run("explore", *LEAVES, *urls(receiver), "--secret", secret, "--independent")
    assert done.code == 2
    assert "these are about 1. Give events of two customers or more" in done.err
    assert not shop.webhooks


def test_what_is_ignored_does_not_count(run: Any, receiver: Any, shop: Shop, secret: str) -> None:
    shop.mended = False
    words = ("--scenario", "order-cancelled-before-payment", *SEED, "--secret", secret)
    assert run("explore", *words, *urls(receiver)).code == 1
    vacuous = run("explore", *words, *urls(receiver), "--ignore", "$.order")
    assert vacuous.code == 1
    assert "The state never changed." in vacuous.out
    done = run("explore", *words, *urls(receiver), "--ignore", "nothing-of-it")
    (command,) = re.findall(r"^  (steppay-mock replay .*)$", done.out, re.MULTILINE)
    assert command.endswith(" --ignore nothing-of-it")


def test_reports_for_people_programs_and_ci(run: Any, receiver: Any, shop: Shop, secret: str, tmp_path: Path) -> None:
    def explore() -> tuple[Any, Any]:
        files = [str(tmp_path / name) for name in ("page.html", "data.json", "report.xml", "junit.of.ci")]
        words = ("--report", files[0], "--report", files[1], "--report", files[2], "--junit", files[3])
        done = run("explore", *LEAVES, *urls(receiver), "--secret", secret, *words)
        assert (tmp_path / "page.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
        assert (tmp_path / "report.xml").read_bytes() == (tmp_path / "junit.of.ci").read_bytes()
        (suite,) = ET.parse(tmp_path / "junit.of.ci").getroot()
        return done, suite

    done, suite = explore()
    assert json.loads((tmp_path / "data.json").read_bytes())["verdict"] == "proved"
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["1", "0", "0"]
    shop.mended = False
    done, suite = explore()
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["1", "1", "0"]
    ((failure,),) = suite
    assert suite.get("name") == "steppay-mock explore customer-registers-and-leaves"
    assert str(failure.get("message")).startswith("fails: ")
    assert str(failure.text).splitlines()[0] == done.out.splitlines()[0]


def test_a_header_lets_in_and_is_never_shown(
    run: Any, receiver: Any, shop: Shop, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.guarded, shop.method = True, "DELETE"
    words = ("explore", *LEAVES, *urls(receiver), "--secret", secret, "--reset-method", "DELETE")
    refused = run(*words)
    assert (refused.code, refused.out) == (2, "")
    assert "/reset answered 401. Give it the header that lets you in" in refused.err
    wrong = run(*words, "--state-header", "Authorization: Bearer of_somebody_else")
    assert wrong.code == 2
    assert "of_somebody_else" not in wrong.err
    assert run(*words, "--state-header", f"Authorization: {TOKEN}", "--state-header", "X-Of-Ours: 1").code == 0
    monkeypatch.setenv("STEPPAY_MOCK_STATE_HEADER", f"authorization:{TOKEN}")
    shop.mended = False
    done = run(*words)
    assert done.code == 1
    assert TOKEN not in done.out + done.err
    assert "--reset-method DELETE" in done.out
    assert all("authorization" not in headers for headers, body in receiver.requests if body)


@pytest.mark.parametrize("refusing", [401, 500])
def test_a_receiver_that_takes_nothing_proves_nothing(refusing: int, run: Any, receiver: Any, shop: Shop) -> None:
    shop.refusing = refusing
    done = run("explore", *LEAVES, *urls(receiver), "--unsigned")
    assert done.code == 1
    assert "Every event was refused" in done.out


def test_a_receiver_that_is_not_there_is_not_reached(
    run: Any, receiver: Any, shop: Shop, nobody: str, secret: str
) -> None:
    assert shop.mended
    words = ("explore", *LEAVES, *urls(receiver)[2:], "--to", nobody, "--secret", secret)
    done = run(*words)
    assert done.code == 3
    assert f"Nothing was answered. Does the receiver run at {nobody}?" in " ".join(done.out.split())


@pytest.mark.parametrize("option", ["--state-url", "--reset-url"])
def test_a_test_route_that_is_not_there_is_not_reached(
    option: str, run: Any, receiver: Any, nobody: str, secret: str
) -> None:
    receiver.answer = Shop()
    done = run("explore", *LEAVES, *urls(receiver), option, nobody, "--secret", secret)
    assert (done.code, done.out) == (3, "")
    assert "connection refused: nothing listens at" in done.err
    assert "Traceback" not in done.err


def test_a_receiver_that_cannot_be_emptied_gets_fresh_customers(run: Any, receiver: Any, secret: str) -> None:
    rows: dict[str, dict[str, Any]] = {}

    def answer(request: Request) -> Response:
        if not request.path.startswith("/webhooks"):
            return Response(json.dumps(rows.get(request.path, {})))
        event = request.get_json()
        rows.setdefault(f"/rows/{event['data']['id']}", {})[event["event"]] = event["timestamp"]
        return Response(status=204)

    receiver.answer = answer
    to, root = urls(receiver)[:2], urls(receiver)[1]
    words = ("explore", *LEAVES, *to, "--secret", secret, "--state-url")
    done = run(*words, f"{root}/rows/{{customer_id}}", "--overlap", "2")
    assert (done.code, len(rows) > 6) == (0, True)
    assert "proved: all 6 orders of 3 events end the same" in done.out
    assert "in flight at once" in " ".join(done.out.split())
    for url, message in [
        (f"{root}/rows", "Every order begins with an empty receiver. Pass --reset-url."),
        (f"{root}/rows/{{custmer_id}}", "{custmer_id} names no id of a run. Did you mean 'customer_id'?"),
        (f"{root}/rows/{{order_id}}", "The URL has {order_id}, and no event of the story has such an id."),
    ]:
        refused = run(*words, url)
        assert (refused.code, refused.out) == (2, "")
        assert message in refused.err
    refused = run(*words, f"{root}/{{id}}", "--reset-url", f"{root}/reset")
    assert refused.code == 2
    assert "{id} in --state-url is for a receiver that cannot be reset." in refused.err


def test_a_search_that_is_cut_off_keeps_what_was_found(run: Any, receiver: Any, secret: str, tmp_path: Path) -> None:
    shop = Shop()

    def answer(request: Request) -> Response:
        broken = request.path == "/state" and shop.webhooks > 8
        return Response("<p>maintenance</p>", mimetype="text/html") if broken else shop(request)

    receiver.answer = answer
    file = tmp_path / "junit.xml"
    done = run("explore", *LEAVES, *urls(receiver), "--secret", secret, "--junit", str(file))
    assert done.code == 2
    assert "/state answered 200 with text/html; charset=utf-8, which is no JSON that can be read." in done.err
    assert "unfinished" in done.out
    assert re.search(r"[89] deliveries, [34] states", " ".join(done.out.split()))
    ((case,),) = ET.parse(file).getroot()
    assert [child.tag for child in case] == ["error"]


def test_a_receiver_that_hangs_is_wrong(run: Any, secret: str) -> None:
    shop, over = Shop(), threading.Event()

    def answer(request: Request) -> Response:
        if shop.webhooks > 8 and "/webhooks/" in request.path:
            over.wait(30)
        return shop(request)

    with serving(Receiver(answer=answer), threaded=True) as receiver:
        done = run("explore", *LEAVES, *urls(receiver), "--secret", secret, "--timeout", "0.3")
        over.set()
    assert done.code == 1
    assert re.search(r"Error: The receiver did not answer customer\.\w+ within 0.3 s\.", done.err)
    assert "11 deliveries" in " ".join(done.out.split())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_says_what_was_found_so_far(receiver: Any, secret: str, how: signal.Signals) -> None:
    shop = Shop()
    begun = threading.Event()
    processes: list[subprocess.Popen[str]] = []

    def answer(request: Request) -> Response:
        if shop.webhooks == 10 and "/webhooks/" in request.path:
            begun.wait(30)
            processes[0].send_signal(how)
        return shop(request)

    receiver.answer = answer
    command = [sys.executable, "-m", "steppay_mock.cli", "explore", "--scenario", "subscription-renews", *SEED]
    with subprocess.Popen(
        [*command, *urls(receiver), "--secret", secret], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        processes.append(process)
        begun.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.startswith("stopped: the report has what was found so far\n")
    assert "Traceback" not in err
    assert "unfinished" in out
    assert " deliveries, " in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--reset-url", "ftp://x"), "--reset-url: This URL cannot be used: it begins with neither http://"),
        (("--state-url", "http://127.0.0.1:9/ state"), "--state-url: This URL cannot be used: it holds white space"),
        (("--state-url", "https://api.steppay.kr/state"), "--state-url: api.steppay.kr belongs to StepPay"),
        (("--reset-url", "http://steppay.kr"), "--reset-url: steppay.kr belongs to StepPay"),
        (("--to", "https://api.steppay.kr"), "api.steppay.kr belongs to StepPay"),
        (("--to", "http://shop.example"), "Other hosts get webhooks only with --allow-host. Is it yours? Add"),
        (("--state-url", "http://shop.example"), "Other hosts get requests only with --allow-host. Is it yours?"),
        (("--allow-host", "http://x"), "--allow-host takes a host name without scheme"),
        (("--scenario", "refund-in-ful"), "Did you mean 'refund-in-full'?"),
        (("--set", "customerid=1"), "Did you mean 'customer_id'?"),
        (("--header", "whsec_never_shown"), "Write it like Authorization: Bearer"),
        (("--header", "X: whsec_never_shown\r\nY: 1"), "Write it like Authorization: Bearer"),
        (("--ignore", "$."), "ignore"),
        (("--budget", "0"), "--budget"),
        (("--strength", "5"), "--strength"),
        (("--timeout", "0"), "'0': expected seconds, more than 0"),
        (("--retries", "often"), "--retries"),
        (("--report", "page.txt"), "ends in neither .html nor .json nor .xml"),
        (("--junit", "nowhere/junit.xml"), "make the folder nowhere"),
        (("--unsigned",), "--unsigned and --secret contradict each other"),
    ],
)
def test_wrong_usage_says_what_to_type(
    run: Any, receiver: Any, words: tuple[str, ...], message: str, secret: str
) -> None:
    done = run("explore", *LEAVES, *urls(receiver), "--secret", secret, *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "whsec_never_shown" not in done.err
    assert receiver.requests == []


def test_what_is_needed_is_asked_for(run: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    to, state, reset = (urls(receiver)[place : place + 2] for place in (0, 2, 4))
    for words, message in [
        ((*LEAVES, *state, *reset), "Missing option '--to'"),
        ((*LEAVES, *to, *reset), "Missing option '--state-url'"),
        ((*to, *state, *reset), "Missing option '--scenario'"),
        ((*LEAVES, *to, *state), "Every order begins with an empty receiver. Pass --reset-url."),
        ((*LEAVES, *to, *state, *reset), "No secret is given."),
    ]:
        done = run("explore", *words)
        assert (done.code, done.out) == (2, "")
        assert message in done.err
    monkeypatch.setenv("STEPPAY_MOCK_HEADER", "whsec_never_shown")
    done = run("explore", *LEAVES, *urls(receiver), "--unsigned")
    assert done.code == 2
    assert "The variable STEPPAY_MOCK_HEADER has no header:" in done.err
    assert "whsec_never_shown" not in done.err


def test_what_the_page_shows_runs(
    run: Any, receiver: Any, section: Callable[[str], list[list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.answer = Shop()
    monkeypatch.chdir(tmp_path)
    shown = section("explore")
    assert shown
    for words in shown:
        assert run(*words).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"orders.html", "orders.xml"}
