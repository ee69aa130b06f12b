"""A small budget limits the deliveries, and the report claims no more than was delivered."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_last, keep_newest

from steppay_mock import Event, explore


class Log:
    """A receiver that keeps which events came, in the order in which they did."""

    def __init__(self, events: tuple[Event, ...]) -> None:
        self.came: list[int] = []
        self.runs: list[list[int]] = []
        self._places = {event.body: place for place, event in enumerate(events)}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.came.append(self._places[environ["wsgi.input"].read()])
        start_response("204 No Content", [])
        return []

    def reset(self) -> None:
        self.runs.append(self.came)
        self.came = []

    def state(self) -> set[int]:
        return set(self.came)


@pytest.mark.parametrize("budget", [1, 4, 5])
def test_a_budget_for_no_second_order_proves_nothing(make_life: MakeLife, budget: int) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(5), ledger, state=ledger.state, reset=ledger.reset, budget=budget)
    assert (result.verdict, result.coverage.covered, result.coverage.of) == ("vacuous", 0, 60)
    assert "Pass a larger budget=." in result.report()


def test_beyond_the_budget_every_event_comes_again_after_all_others(make_life: MakeLife) -> None:
    log = Log(make_life(15))
    result = explore(make_life(15), log, state=log.state, reset=log.reset, budget=600, losses=False)
    assert result.verdict == "covered"
    planned = result.coverage.runs - result.coverage.random
    again = [run for run in log.runs if set(Counter(run).values()) == {2}]
    assert len(again) == planned
    assert all(len(set(run[:15])) == 15 for run in again)


def test_a_late_copy_of_any_event_is_found_beyond_the_budget(make_life: MakeLife) -> None:
    log = Log(make_life(16))

    def state() -> tuple[set[int], bool]:
        return log.state(), log.came.count(5) > 1 and len(log.state()) == 16

    found = explore(make_life(16), log, state=state, reset=log.reset, budget=500).counterexample
    assert found is not None
    assert Counter(found.course)[5] == 2


@pytest.mark.parametrize("count", [20, 40])
def test_nothing_goes_far_beyond_the_budget(make_life: MakeLife, count: int) -> None:
    for keep, size in ((keep_newest, None), (keep_last, (2, 1, 0))):
        ledger = Ledger(keep)
        result = explore(make_life(count), ledger, state=ledger.state, reset=ledger.reset, budget=1_000, seed=7)
        assert result.coverage.deliveries <= 1_000 + max(500, 40 * count) + 6 * count
        found = result.counterexample
        assert (None if found is None else found.size) == size


def test_losses_that_were_not_tried_are_told(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(60), ledger, state=ledger.state, reset=ledger.reset, budget=600, strength=2)
    assert 0 < len(result.losses) < 60
    assert f"{60 - len(result.losses)} more events not tried" in result.report()


def test_ties_have_a_budget_of_their_own(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    life = make_life(14, apart=1)
    result = explore(life, ledger, state=ledger.state, reset=ledger.reset, budget=1_000, ties=True, losses=False)
    alone = explore(life, ledger, state=ledger.state, reset=ledger.reset, budget=1_000, losses=False)
    assert (result.verdict, result.coverage.ties) == ("covered", True)
    planned = [one.coverage.runs - one.coverage.random for one in (result, alone)]
    assert planned[0] >= 2 * planned[1] - 2
    assert result.coverage.covered == result.coverage.of


def test_paranoia_ends_with_the_budget(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(make_life(6), ledger, state=ledger.state, reset=ledger.reset, budget=1_000, paranoid=True)
    assert result.verdict == "proved"
    assert 0 < result.coverage.sampled < 720
    assert result.coverage.deliveries <= 2_000
