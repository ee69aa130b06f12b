"""A token that nobody's search made is refused, before anything is delivered."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any
from zlib import compress

import pytest

from steppay_mock import SteppayMockError, scenario
from steppay_mock.ordering.token import describe_events, read_token, source_of

STORY = scenario("customer-registers-and-leaves", seed=7)
MADE = describe_events(list(STORY), source=source_of(STORY))
SOURCE = MADE.source
assert SOURCE is not None
TOLD: dict[str, Any] = {
    "course": [0, 1, 2],
    "kind": "state",
    "events": {str(place): list(event) for place, event in MADE.events.items()},
    "source": [SOURCE.scenario, SOURCE.seed, SOURCE.parameters, SOURCE.assumptions],
}


def token(**changes: Any) -> str:
    packed = compress(json.dumps({**TOLD, **changes}).encode())
    return "sp1." + urlsafe_b64encode(packed).decode().rstrip("=")


def test_the_token_that_is_changed_below_is_one() -> None:
    assert read_token(token(retries=3, burst=1.5)).course == (0, 1, 2)


@pytest.mark.parametrize(
    "changes",
    [
        *({"retries": value} for value in (10**18, 1_001, -1, True, 1.5, "3")),
        *({"burst": value} for value in (float("nan"), float("inf"), -1, 0, True, 10**400)),
        *({"course": [0, value]} for value in (True, -1, 10**30, None)),
        {"course": [0, -5], "events": {**TOLD["events"], "-5": ["a", "order.created"]}},
        {"course": [0, 10**9], "events": {**TOLD["events"], str(10**9): ["a", "order.created"]}},
        {"course": [0, 1, 2] * 100, "together": list(range(300))},
        {"source": [*TOLD["source"][:2], {"seed": 1}, {}]},
        {"source": [*TOLD["source"][:2], {"assumptions": {}}, {}]},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_absurd_numbers_are_no_token(changes: dict[str, Any]) -> None:
    with pytest.raises(SteppayMockError, match=r"is not a token of a counterexample\. Copy the whole token"):
        read_token(token(**changes))
