"""What a finding is without what was never told, and how short it is as a value."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import Any

import pytest
from ordering.cases import CREATED, RECOVERED, TOKEN, UNPAID, State, counterexample, exploration

from steppay_mock import Event
from steppay_mock.ordering.face import Face
from steppay_mock.ordering.findings import CounterexampleData, Coverage, ExplorationData, Loss, Overlaps

LIFE = (CREATED, UNPAID, RECOVERED)


@pytest.mark.parametrize("kind", [Coverage, Overlaps, Loss, CounterexampleData, ExplorationData])
def test_what_is_not_told_is_none_or_nothing(kind: Any) -> None:
    defaults = {one.name: one.default for one in fields(kind) if one.default is not MISSING}
    assert {name for name, default in defaults.items() if default} <= {"smallest"}  # what is found is the smallest


def keep(state: State, one: Event) -> None:
    state["status"] = one.data["status"]


def test_the_value_of_a_finding_is_a_short_text_without_events_states_and_faces() -> None:
    found = exploration(counterexample(keep, LIFE, (0, 2, 1), truth={"secret": "of a row"}), witnesses=(), hints=())
    told = repr(found)
    assert len(told) < 1600
    assert str(found.counterexample and found.counterexample.anomaly.name) in told
    for hidden in (TOKEN, "of a row", "subscriptionId", "Run(", "Event(", "Face("):
        assert hidden not in told


def test_how_a_finding_is_told_makes_it_no_other_one() -> None:
    shell = Face(is_shell=True, before="steppay-mock replay ")
    one = counterexample(keep, LIFE, (0, 2, 1))
    assert replace(one, face=shell) == one
    assert replace(one, smallest=False) != one
    found = exploration(one)
    assert replace(found, face=shell) == found
    assert replace(found, verdict="flaky") != found
