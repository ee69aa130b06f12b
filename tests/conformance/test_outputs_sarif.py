"""SARIF of a card: valid by its schema, one result for each finding, and what code hosts need to show it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conformance.checked import TYPES, card_of
from conformance.zoo.flawed.courses import CountsCopiesAgain
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Shop
from jsonschema import Draft4Validator

import steppay_mock
from steppay_mock import Scorecard, SteppayMockError, check_receiver
from steppay_mock.conformance.kinds import Severity

SCHEMA = Path(__file__).parent / "sarif-2.1.0.schema.json"
LEVELS: tuple[tuple[Severity, str], ...] = (
    ("must", "error"),
    ("should", "warning"),
    ("assumed", "note"),
    ("fact", "note"),
)


@cache
def validator() -> Draft4Validator:
    """Of the published schema."""
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def run_of(card: Scorecard, **options: str) -> dict[str, Any]:
    """The only run of the log, which is valid and plain data."""
    log = json.loads(json.dumps(card.as_sarif(**options)))
    assert [error.message for error in validator().iter_errors(log)] == []
    (run,) = log["runs"]
    return dict(run)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return card_of(VerifiesNothing(), types=TYPES, only=["signature", "rotation", "connection"])


def test_the_schema_refuses_what_is_not_sarif(card: Scorecard) -> None:
    log = card.as_sarif()
    log["runs"][0]["results"][0]["level"] = "must"
    assert [list(error.path)[-1] for error in validator().iter_errors(log)] == ["level"]


def test_rules_are_the_checks_and_the_causes_that_were_found(card: Scorecard) -> None:
    driver = run_of(card)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("steppay-mock", steppay_mock.__version__)
    names = [rule["id"] for rule in driver["rules"]]
    assert names == [*(one.check.full_name for one in card.checks), "signature/verifies-nothing"]
    for rule, one in zip(driver["rules"], card.checks, strict=False):
        assert rule["shortDescription"]["text"] == one.check.asks
        assert rule["help"]["text"].replace("{{", "{").replace("}}", "}").startswith(one.check.cure)


def test_results_are_the_findings_each_with_its_rule_and_a_file(card: Scorecard) -> None:
    run = run_of(card, location="shop/web hooks.py")
    (finding,), (result,) = card.findings, run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.full_name
    assert result["level"] == "error"
    assert result["message"]["text"] == f"{finding.summary}\nCure: {finding.cure}\nThe answer was: 204"
    assert result["properties"]["report"] == finding.report()
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "shop/web%20hooks.py", "uriBaseId": "%SRCROOT%"}
    assert place["physicalLocation"]["region"] == {"startLine": 1}
    (default,) = run_of(card)["results"]
    assert default["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "README.md"
    assert default["partialFingerprints"] == result["partialFingerprints"]
    assert SECRET not in json.dumps(run)


@pytest.mark.parametrize(("severity", "level"), LEVELS)
def test_the_level_follows_the_severity(card: Scorecard, severity: Severity, level: str) -> None:
    (finding,) = card.findings
    (result,) = run_of(replace(card, findings=(replace(finding, severity=severity),)))["results"]
    assert result["level"] == level


def test_findings_have_fingerprints_of_their_own(card: Scorecard) -> None:
    other = card_of(CountsCopiesAgain(), types=TYPES, only="duplicate")
    results = [*run_of(card)["results"], *run_of(other)["results"]]
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in results}) == 2


def test_a_right_receiver_has_no_results_and_a_dead_one_was_not_executed(free_port: int) -> None:
    right = run_of(card_of(Shop(), types=TYPES, only="rotation"))
    assert (right["results"], right["invocations"]) == ([], [{"executionSuccessful": True}])
    dead = run_of(check_receiver(f"http://127.0.0.1:{free_port}", secret=SECRET, quick=True))
    assert [one["ruleId"] for one in dead["results"]] == ["control/no-answer"]
    assert dead["invocations"] == [{"executionSuccessful": False}]


def test_what_was_captured_is_no_link_and_no_placeholder(card: Scorecard) -> None:
    (finding,) = card.findings
    hostile = replace(finding, summary="It says [click](http://evil.example) {0}.")
    (result,) = run_of(replace(card, findings=(hostile,)))["results"]
    assert result["message"]["text"].startswith("It says [click] (http://evil.example) {{0}}.\n")


@pytest.mark.parametrize("location", ["", "/etc/passwd", "../other.py", "https://example.com/a.py", "C:\\a.py"])
def test_a_file_outside_of_the_repository_is_refused(card: Scorecard, location: str) -> None:
    with pytest.raises(SteppayMockError, match=r"Give its path from the root, such as shop/webhooks\.py"):
        card.as_sarif(location=location)
