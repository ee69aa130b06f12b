"""``explore --truth``: the end is compared with the store of the scenario."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from cli.shop import SEED, urls
from werkzeug import Request, Response

DEPOSIT = ("--scenario", "virtual-account-deposit", *SEED)
MAPPING = """
[[rows]]
path = "$.payments.*"
is = "payment"
[rows.fields]
status = "status"
"""


class Payments:
    """Every payment ends in one status."""

    def __init__(self, ends: str) -> None:
        self.ends = ends
        self.rows: dict[str, Any] = {}

    def __call__(self, request: Request) -> Response:
        if request.path == "/state":
            return Response(json.dumps({"payments": self.rows}))
        if request.path == "/reset":
            self.rows.clear()
        elif (event := request.get_json())["event"].startswith("payment."):
            self.rows[str(event["data"]["paymentId"])] = {"status": self.ends}
        return Response(status=204)


@pytest.fixture
def forgetful(receiver: Any) -> Payments:
    receiver.answer = Payments("VIRTUAL_BANK_STANDBY")
    return receiver.answer  # type: ignore[no-any-return]


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    file = tmp_path / "truth.toml"
    file.write_text(MAPPING, encoding="utf-8")
    return str(file)


@pytest.mark.usefixtures("forgetful")
def test_what_looks_wrong_is_told_without_being_asked(run: Any, receiver: Any) -> None:
    done = run("explore", *DEPOSIT, *urls(receiver), "--unsigned", "--no-duplicates")
    assert done.code == 0
    assert "Looks wrong: payment 641492 ends VIRTUAL_BANK_STANDBY here, the store says COMPLETE" in done.out
    quiet = run("explore", *DEPOSIT, *urls(receiver), "--unsigned", "--no-duplicates", "--truth", "off", "--json")
    assert (quiet.code, quiet.json["hints"]) == (0, [])


@pytest.mark.parametrize("how", ["strict", "mapping"])
def test_a_strict_truth_fails_and_is_replayed_by_the_command_shown(
    how: str, run: Any, receiver: Any, forgetful: Payments, mapping: str
) -> None:
    truth = mapping if how == "mapping" else how
    done = run("explore", *DEPOSIT, *urls(receiver), "--unsigned", "--no-duplicates", "--truth", truth)
    assert done.code == 1
    assert "wrong in every order" in done.out
    (command,) = re.findall(r"^  (steppay-mock replay sp1\..*)$", done.out, re.MULTILINE)
    words = shlex.split(command)[1:]
    assert words[words.index("--truth") + 1] == truth
    assert run(*words).code == 1
    forgetful.ends = "COMPLETE"
    assert run(*words).code == 0
    without = [*words[: words.index("--truth")], *words[words.index("--truth") + 2 :]]
    refused = run(*without)
    assert (
        refused.code,
        "The token was found with --truth. Pass it as it was passed to the exploration." in refused.err,
    ) == (2, True)


@pytest.mark.parametrize(
    ("truth", "told"),
    [
        ("stirct", "Did you mean 'strict'? Say hints, strict or off, or name a file of TOML or JSON."),
        ("none.toml", "none.toml cannot be read"),
    ],
)
@pytest.mark.usefixtures("forgetful")
def test_another_word_is_refused_before_anything_is_sent(truth: str, told: str, run: Any, receiver: Any) -> None:
    done = run("explore", *DEPOSIT, *urls(receiver), "--unsigned", "--truth", truth)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert receiver.requests == []
