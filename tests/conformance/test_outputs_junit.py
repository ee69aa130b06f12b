"""JUnit XML of a card: one test case for each check, and failures exactly where the card is not ok."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from conformance.checked import TYPES, card_of
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Shop

from steppay_mock import Scorecard, check_receiver

HOSTILE = "]]></failure><testcase name='x'/>\x00\x1b[31m\ufffe\u202e"


def cases_of(card: Scorecard) -> dict[str, Element]:
    """The test cases by family and name; the numbers of the suite are right."""
    suites = fromstring(card.as_junit())
    (suite,) = suites
    cases = suite.findall("testcase")
    found = {f"{one.attrib['classname'].removeprefix('check.')}/{one.attrib['name']}": one for one in cases}
    assert len(found) == len(cases)
    for told in (suites, suite):
        assert int(told.attrib["tests"]) == len(cases)
        for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(told.attrib[name]) == sum(one.find(kind) is not None for one in cases)
    return found


def is_red(card: Scorecard) -> bool:
    """Whether CI shows a failure."""
    return any(one.find(kind) is not None for one in cases_of(card).values() for kind in ("failure", "error"))


def text_in(case: Element, kind: str) -> str:
    found = case.find(kind)
    assert found is not None, case.attrib
    return found.text or ""


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return card_of(VerifiesNothing(), types=TYPES, only=["signature", "rotation", "connection", "replay"])


def test_every_check_is_a_test_case_with_its_outcome(card: Scorecard) -> None:
    cases = cases_of(card)
    (finding,) = card.findings
    assert list(cases) == [one.check.full_name for one in card.checks]
    assert {name for name, one in cases.items() if one.find("failure") is not None} == set(finding.explains)
    for one in card.skipped:
        skipped = cases[one.check.full_name].find("skipped")
        assert skipped is not None
        assert skipped.attrib["message"] == one.judgement.why
    for one in card.passed:
        assert len(cases[one.check.full_name]) == 0
    assert {len(told) > 0 for told in (card.passed, card.failed, card.skipped)} == {True}


def test_the_report_of_a_finding_stands_once_and_the_others_name_it(card: Scorecard) -> None:
    (finding,) = card.findings
    told = [text_in(cases_of(card)[name], "failure") for name in finding.explains]
    assert told[0] == finding.report()
    assert set(told[1:]) == {"It fails for signature/verifies-nothing, which is told above."}
    assert SECRET not in card.as_junit()


def test_what_is_no_must_fails_nothing_and_is_told(card: Scorecard) -> None:
    (finding,) = card.findings
    advice = replace(card, findings=(replace(finding, severity="should"),))
    assert advice.ok
    assert not is_red(advice)
    assert text_in(cases_of(advice)[finding.explains[0]], "system-out").startswith("should  signature/verifies-nothing")


def refuses(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """An app that answers everything with 404."""
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such page"]


def test_ci_is_red_exactly_where_the_card_is_not_ok(card: Scorecard) -> None:
    right = card_of(Shop(), types=TYPES, only="rotation")
    wall = check_receiver(refuses, secret=SECRET, quick=True)
    for one in (card, right, wall, replace(wall, findings=())):
        assert is_red(one) is not one.ok
    assert text_in(cases_of(wall)["control/wrong-path"], "failure") == wall.findings[0].report()
    assert "control/something-is-checked" in cases_of(replace(wall, findings=()))


def test_what_was_captured_is_never_markup(card: Scorecard) -> None:
    (finding,) = card.findings
    hostile = replace(card, receiver=HOSTILE, findings=(replace(finding, summary=HOSTILE, detail=HOSTILE),))
    assert list(cases_of(hostile)) == list(cases_of(card))
    assert "]]></failure><testcase name='x'/>\ufffd\ufffd[31m\ufffd\ufffd" in text_in(
        cases_of(hostile)[finding.explains[0]], "failure"
    )
