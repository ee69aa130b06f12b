"""The published schema of a card: every card is valid by it, and it has no other words than the checks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from conformance.checked import TYPES, card_of
from conformance.zoo.flawed.contents import ReadsTimesAsKst
from conformance.zoo.flawed.courses import CountsCopiesAgain
from conformance.zoo.flawed.signatures import VerifiesNothing
from conformance.zoo.shop import SECRET, Shop
from jsonschema import Draft202012Validator

from steppay_mock import Scorecard, check_receiver, schema_dir
from steppay_mock.conformance.finding import CONTROL
from steppay_mock.conformance.kinds import FAMILIES, HARMS, SEVERITIES, Outcome


@cache
def schema() -> dict[str, Any]:
    """The schema that ships with the package."""
    path = Path(str(schema_dir())) / "scorecard.schema.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def check(told: object) -> None:
    """On failure, where it is wrong and why."""
    errors = Draft202012Validator(schema()).iter_errors(json.loads(json.dumps(told)))
    assert [(error.json_path, error.message) for error in errors] == []


@pytest.mark.parametrize("receiver", [Shop, VerifiesNothing, CountsCopiesAgain, ReadsTimesAsKst])
def test_every_card_is_valid(receiver: type[Shop]) -> None:
    check(card_of(receiver(), types=TYPES).as_dict())


def test_the_card_of_a_proof_and_that_of_a_dead_receiver_are_valid(free_port: int) -> None:
    proved = card_of(CountsCopiesAgain(), types=TYPES, quick=False, only=["duplicate", "order"], budget=400)
    assert proved.scenarios
    check(proved.as_dict())
    dead = check_receiver(f"http://127.0.0.1:{free_port}", secret=SECRET, quick=True)
    assert [one.family for one in dead.findings] == [CONTROL]
    check(dead.as_dict())


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return card_of(VerifiesNothing(), types=TYPES, only="signature")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("checks", {"outcome": "unknown"}),
        ("checks", {"facts": ["18"]}),
        ("findings", {"severity": "error"}),
        ("findings", {"cure": ""}),
        ("findings", {"other": 1}),
    ],
)
def test_what_no_card_has_is_refused(card: Scorecard, part: str, change: dict[str, object]) -> None:
    told: dict[str, Any] = card.as_dict()
    told[part][0] |= change
    assert len(list(Draft202012Validator(schema()).iter_errors(told))) == 1


def test_the_words_are_those_of_the_checks() -> None:
    parts = schema()["$defs"]
    finding, one = parts["Finding"]["properties"], parts["Check"]["properties"]
    assert finding["family"]["enum"] == [*FAMILIES, CONTROL]
    assert one["family"]["enum"] == [*FAMILIES]
    assert finding["harm"]["enum"] == [*HARMS]
    assert one["outcome"]["enum"] == [*get_args(Outcome)]
    assert parts["Severity"]["enum"] == [*SEVERITIES]
