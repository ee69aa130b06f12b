"""The data of an exploration for programs: plain JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, ORDER, PAYMENT, RECOVERED, TOKEN, UNPAID, counterexample, coverage, exploration

from steppay_mock import Event
from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.state.normal import normalise

LIFE = (CREATED, UNPAID, RECOVERED)


def found(**facts: Any) -> dict[str, Any]:
    shown = exploration(counterexample(cases.mails, LIFE, (2, 1), effects=True), **facts).as_dict()
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    return shown


def test_a_counterexample_is_told_with_places_from_0() -> None:
    counter = found()["counterexample"]
    assert (counter["kind"], counter["token"], counter["smallest"]) == ("state", TOKEN, True)
    assert counter["size"] == {"events": 2, "inversions": 1, "repeats": 0}
    assert counter["anomaly"]["name"] == "stale overwrite"
    assert sorted(counter["anomaly"]) == ["fix", "meaning", "name"]
    assert counter["failing"] == {
        "course": [2, 1],
        "answers": ["204", "204"],
        "accepted": [True, True],
        "state": {"41": {"status": "UNPAID"}},
        "effects": [{"effect": "mail about 41", "count": 2}],
        "broken": None,
        "together": [],
        "held": False,
        "ids": None,
    }
    assert counter["expected"]["course"] == counter["passing"]["course"] == [1, 2]
    assert counter["differences"] == [
        {"path": "$['41'].status", "kind": "changed", "expected": "ACTIVE", "actual": "UNPAID"}
    ]


def test_a_verdict_is_told_with_what_it_rests_on() -> None:
    shown = found(losses=(Loss(place=1, heals=False, changes=("$.a", "$.b")),))
    assert (shown["verdict"], shown["ok"], shown["name"]) == ("fails", False, "a renewal")
    assert shown["receiver"] == "the WSGI app shop"
    assert shown["coverage"]["deliveries"] == 5
    assert shown["coverage"]["strength"] is None
    assert shown["losses"] == [{"place": 1, "heals": False, "changes": ["$.a", "$.b"]}]
    assert shown["events"][2] == {
        "place": 2,
        "event": "subscription.updated",
        "timestamp": RECOVERED.timestamp,
        "entity": "subscription 1",
        "status": "ACTIVE",
    }
    assert exploration(verdict="proved", coverage=coverage()).as_dict()["counterexample"] is None


def test_no_payload_is_in_it() -> None:
    secret = cases.subscription("ACTIVE", kind="created", payer={"email": "kim@example.com"})
    shown = exploration(counterexample(cases.overwrites, (secret, UNPAID), (1, 0))).as_dict()
    assert "kim@example.com" not in json.dumps(shown)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("10.50"), "10.50"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02 03:04:05+00:00"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (2**70, 2**70),
        (b"\xff", "b'\\xff'"),
        ({3: {1, 2}}, {"3": [1, 2]}),
        (None, None),
        ("김하늘 \x00", "김하늘 \x00"),
    ],
)
def test_a_state_is_told_as_json_has_it(value: object, shown: object) -> None:
    def keeps(state: cases.State, event: Event) -> None:
        state["kept"] = normalise(value)
        state["last"] = str(event.type)

    told = exploration(counterexample(keeps, (ORDER, PAYMENT), (1, 0))).as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["counterexample"]["failing"]["state"]["kept"] == shown


def test_runs_that_contradict_each_other_are_told() -> None:
    runs = tuple(cases.run(cases.overwrites, LIFE, course) for course in ((0, 1), (1, 0)))
    shown = exploration(verdict="flaky", events=LIFE, why="twice otherwise", witnesses=runs).as_dict()
    assert shown["why"] == "twice otherwise"
    assert [run["course"] for run in shown["witnesses"]] == [[0, 1], [1, 0]]
