"""``check``: a receiver elsewhere gets its scorecard, compared with an older one if there is one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Receiver, Run
from cli.shop import Shop, urls
from werkzeug import Request, Response

FEW = ("--only", "signature", "--only", "null", "--only", "method/put", "--events", "payment.completed")


def test_the_card_of_a_receiver_is_printed_and_its_line_beside_it(
    run: Run, receiver: Receiver, secret: str, shop: Shop
) -> None:
    done = run("check", *urls(receiver), "--secret", secret, *FEW)
    assert done.code == 1
    assert done.out.startswith(f"The scorecard of {receiver.url}\nnot ok: ")
    assert "1. must  signature/verifies-nothing" in done.out
    assert re.fullmatch(r"not ok: \d+ of 23 checks passed.*; findings: 1 must, 1 should\n", done.err)
    assert secret not in done.out + done.err
    assert shop.webhooks > 10


def test_a_receiver_that_is_right_in_what_is_asked_is_0(run: Run, receiver: Receiver, secret: str) -> None:
    done = run("check", "--to", receiver.url, "--secret", secret, "--quick", "--only", "rotation", "--json")
    assert (done.code, done.json["ok"]) == (0, True), done.out
    assert {one["outcome"] for one in done.json["checks"]} == {"passed"}
    assert done.err.startswith("ok: 4 of 4 checks passed")


@pytest.mark.usefixtures("shop")
def test_known_findings_do_not_fail_new_ones_do_and_mended_ones_are_told(
    run: Run, receiver: Receiver, secret: str, tmp_path: Path
) -> None:
    words = ("check", *urls(receiver), "--secret", secret, *FEW)
    before = run(*words, "--json")
    card = tmp_path / "card.json"
    card.write_bytes(before.raw)
    again = run(*words, "--baseline", str(card))
    assert (again.code, again.err) == (0, "compared with the baseline: 0 new, 2 known, 0 mended\n")
    told = json.loads(card.read_text(encoding="utf-8"))
    told["findings"] = [{"family": "null", "check": "refuses-null"}]
    card.write_text(json.dumps(told), encoding="utf-8")
    other = run(*words, "--baseline", str(card), "--json")
    assert other.code == 1
    assert other.json["baseline"] == {
        "ok": False,
        "known": [],
        "new": ["signature/verifies-nothing", "method/put"],
        "mended": ["null/refuses-null"],
        "unconfirmed": [],
    }
    assert other.err.endswith("; new: signature/verifies-nothing, method/put; mended: null/refuses-null\n")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "words",
    [
        ("--only", "method/get"),
        ("--only", "signature/key-missing"),
        ("--only", "method", "--unsigned"),
        ("--only", "signature", "--only", "method", "--events", "order.created", "--dead"),
    ],
)
def test_a_finding_whose_checks_were_not_all_made_is_not_mended(
    run: Run, receiver: Receiver, secret: str, tmp_path: Path, *, free_port: int, words: tuple[str, ...]
) -> None:
    card = tmp_path / "card.json"
    card.write_bytes(run("check", *urls(receiver), "--secret", secret, *FEW, "--json").raw)
    at = ("--to", f"http://127.0.0.1:{free_port}") if "--dead" in words else urls(receiver)
    signed = () if "--unsigned" in words else ("--secret", secret)
    typed = [one for one in words if one != "--dead"]
    told = run("check", *at, *signed, *typed, "--baseline", str(card), "--json")
    assert told.json["baseline"]["mended"] == []
    assert "signature/verifies-nothing" in told.json["baseline"]["unconfirmed"]
    assert "unconfirmed, as not all of their checks were made and passed: " in told.err


@pytest.mark.usefixtures("shop")
def test_what_is_lacking_is_named_as_it_is_typed(run: Run, receiver: Receiver, secret: str) -> None:
    def whys(*words: str) -> set[str]:
        done = run("check", *words, "--only", "timezone", "--only", "signature", "--quick", "--json")
        return {one["why"] for one in done.json["checks"] if one["outcome"] == "skipped"}

    to, state = urls(receiver)[:2], urls(receiver)[2:4]
    needs = "It has to look at the state and put it back: give"
    assert f"{needs} --reset-url too." in whys(*to, *state, "--secret", secret)
    assert not any("--state-url" in one for one in whys(*to, *state, "--secret", secret))
    assert "The deliveries are not signed: give --secret." in whys(*urls(receiver), "--unsigned")


def test_a_wall_is_1_and_nothing_that_listens_is_3(run: Run, receiver: Receiver, secret: str, free_port: int) -> None:
    receiver.answer = lambda _request: Response("no such page", 404)
    wall = run("check", "--to", receiver.url, "--secret", secret)
    assert (wall.code, "control/wrong-path" in wall.out) == (1, True)
    url = f"http://127.0.0.1:{free_port}"
    for also in ((), ("--state-url", f"{url}/state", "--reset-url", f"{url}/reset")):
        dead = run("check", "--to", url, "--secret", secret, *also)
        assert (dead.code, "control/no-answer" in dead.out) == (3, True)


def test_the_counterexample_of_a_card_can_be_replayed(run: Run, receiver: Receiver, secret: str, shop: Shop) -> None:
    shop.mended = False
    done = run("check", *urls(receiver), "--secret", secret, "--only", "order", "--scenario", "refund-in-full")
    assert done.code == 1
    command = re.findall(r"^ *steppay-mock replay (sp1\.\S+) (.*)$", done.out, re.MULTILINE)
    token, words = command[0]
    assert words == " ".join(urls(receiver))
    again = run("replay", token, *urls(receiver), "--secret", secret)
    assert again.code == 1, again.out + again.err
    shop.mended = True
    assert run("replay", token, *urls(receiver), "--secret", secret).code == 0


def test_no_url_with_a_secret_is_shown(run: Run, receiver: Receiver, secret: str) -> None:
    def guarded(request: Request) -> Response | None:
        return None if request.args.get("token") == "tok_4711abc" else Response(status=403)

    receiver.answer = guarded
    done: Any = run("check", "--to", f"{receiver.url}?token=tok_4711abc", "--secret", secret, "--only", "method/put")
    assert f"--request PUT '{receiver.url}?token=********'" in done.out
    assert "tok_4711abc" not in done.out + done.err


def test_a_state_that_cannot_be_reached_is_3_and_one_that_is_no_json_2(
    run: Run, receiver: Receiver, secret: str, free_port: int
) -> None:
    words = ("check", "--to", receiver.url, "--secret", secret, "--quick")
    gone = run(*words, "--state-url", f"http://127.0.0.1:{free_port}/state")
    assert (gone.code, gone.out) == (3, "")
    assert "Is the receiver running there" in gone.err
    page = run(*words, "--state-url", receiver.url.replace("/webhooks/steppay", "/page"))
    assert (page.code, page.out) == (2, "")
    assert "answered 404" in page.err
