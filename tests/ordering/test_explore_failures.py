"""The errors of a search that cannot go on, and of wrong options."""

from __future__ import annotations

import time
from collections import Counter
from itertools import count
from random import Random
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, Rows, keep_newest

from steppay_mock import SteppayMockError, explore
from steppay_mock.ordering.failure import ExplorationError

# What cannot go on says why, and keeps what it found.


def raising(after: int) -> Any:
    calls = count(1)

    def probe() -> int:
        if next(calls) > after:
            raise KeyError("no such table")
        return 0

    return probe


def test_a_probe_that_raises_cuts_the_search_off(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    probe = raising(after=9)

    def state() -> Rows:
        probe()
        return ledger.state()

    with pytest.raises(ExplorationError, match="state= raised KeyError: 'no such table'") as caught:
        explore(make_life(4), ledger, state=state, reset=ledger.reset)
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.exploration is not None
    assert (caught.value.exploration.verdict, caught.value.exploration.coverage.deliveries) == ("unfinished", 7)


def test_a_reset_that_raises_cuts_the_search_off(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    fall = raising(after=2)

    def reset() -> None:
        ledger.reset()
        fall()

    with pytest.raises(ExplorationError, match="reset= raised KeyError"):
        explore(make_life(3), ledger, state=ledger.state, reset=reset)


def test_a_receiver_that_raises_has_answered_500(make_life: MakeLife) -> None:
    def fall(rows: Rows, envelope: dict[str, Any]) -> None:
        if envelope["event"] != "subscription.created" and not rows:
            raise LookupError("who is that?")
        keep_newest(rows, envelope)

    ledger = Ledger(fall)
    found = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset).counterexample
    assert found is not None
    assert "LookupError: who is that?" in found.failing.answers[0]


@pytest.mark.parametrize("given", [iter([]), object(), {"a": lambda: 0}])
def test_what_a_probe_must_not_give_is_told(make_life: MakeLife, given: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(ExplorationError, match="Correct that"):
        explore(make_life(3), ledger, state=lambda: given, reset=ledger.reset)


def test_cyclic_data_is_told(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(ExplorationError, match="Correct that"):
        explore(make_life(3), ledger, state=lambda: ring, reset=ledger.reset)


def test_a_receiver_that_hangs_is_given_up(make_life: MakeLife) -> None:
    def hang(rows: Rows, envelope: dict[str, Any]) -> None:
        if rows:
            time.sleep(30)
        keep_newest(rows, envelope)

    ledger = Ledger(hang)
    with pytest.raises(ExplorationError, match=r"did not answer subscription.updated within 0.2 s"):
        explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, timeout=0.2)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "each begins with the same state"),
        ({"reset": print, "strenght": 3}, "Did you mean 'strength'"),
        ({"reset": 3}, "reset=3: expected a function"),
        ({"reset": print, "save": print}, "go together"),
        ({"reset": print, "strength": 5}, "from 2 to 4"),
        ({"reset": print, "budget": 0}, "budget=0"),
        ({"reset": print, "duplicates": 1}, "expected True, False or 'everywhere'"),
        ({"reset": print, "ties": -1}, "ties=-1: expected seconds, more than 0"),
        ({"reset": print, "retries": "sometimes"}, "Unknown retry policy"),
        ({"reset": print, "ignore": [3]}, "ignore=3"),
    ],
)
def test_wrong_options_are_refused(make_life: MakeLife, options: dict[str, Any], told: str) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(SteppayMockError, match=told):
        explore(make_life(3), ledger, state=ledger.state, **options)
    assert not ledger.rows


# What shows too little, or is not steady, is called by its name.


def test_a_flaky_receiver_is_never_taken_for_another(make_life: MakeLife) -> None:
    verdicts = set()
    for seed in range(40):
        chance = Random(seed)

        def keep(rows: Rows, envelope: dict[str, Any], chance: Random = chance) -> None:
            keep_newest(rows, envelope)
            if chance.random() < 0.01:
                rows[0] = {"odd": True}

        ledger = Ledger(keep)
        verdicts.add(explore(make_life(4), ledger, state=ledger.state, reset=ledger.reset).verdict)
    assert verdicts == {"flaky", "proved"}


def test_an_invariant_is_asked_after_a_retry_as_well(make_life: MakeLife) -> None:
    def keep(rows: Rows, envelope: dict[str, Any]) -> int | None:
        tried = rows.setdefault(0, {"tried": 0})
        keep_newest(rows, envelope)
        if envelope["event"] == "subscription.created":
            tried["tried"] += 1
            return 409 if tried["tried"] == 1 else None
        return None

    ledger = Ledger(keep)
    result = explore(
        make_life(3),
        ledger,
        state=ledger.state,
        reset=ledger.reset,
        retries=[1.0],
        invariant=lambda rows: rows.get(0, {}).get("tried", 0) < 2,
        duplicates=False,
    )
    assert result.counterexample is not None
    assert (result.counterexample.kind, result.counterexample.course) == ("invariant", (0, 0))


def test_an_invariant_may_be_async(make_life: MakeLife) -> None:
    async def never(_rows: Rows) -> bool:
        return False

    ledger = Ledger(keep_newest)
    result = explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, invariant=never)
    assert result.counterexample is not None
    assert result.counterexample.kind == "invariant"


@pytest.mark.parametrize("effects", [Counter(mail=2), {"mail"}, {"mail": 2}])
def test_effects_that_cannot_say_twice_are_refused(make_life: MakeLife, effects: Any) -> None:
    ledger = Ledger(keep_newest)
    with pytest.raises(ExplorationError, match="Let it return a list of effects"):
        explore(make_life(3), ledger, state=ledger.state, reset=ledger.reset, effects=lambda: effects)


def test_a_probe_need_not_be_hashable(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)

    class Probe(list[int]):
        def __call__(self) -> Rows:
            return ledger.state()

    assert explore(make_life(3), ledger, state=Probe(), reset=ledger.reset).ok


def test_a_factory_that_raises_cuts_the_search_off(make_life: MakeLife) -> None:
    def make() -> Ledger:
        raise OSError("no database")

    with pytest.raises(ExplorationError, match="the factory raised OSError: no database"):
        explore(make_life(3), make, state=dict)


def test_a_pattern_that_names_nothing_is_told(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    result = explore(
        make_life(3),
        ledger,
        state=ledger.state,
        reset=ledger.reset,
        ignore=["recieved_at", "version"],
        duplicates=False,
    )
    assert result.unmatched == ("recieved_at",)
    assert "ignore= matches nothing in any state: recieved_at." in " ".join(result.report().split())


def test_what_was_proved_is_kept_where_the_ties_cut_it_off(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    alone = explore(make_life(3, apart=1), ledger, state=ledger.state, reset=ledger.reset)
    asked = ledger.asked
    probe = raising(after=asked + 2)

    def state() -> Rows:
        probe()
        return ledger.state()

    with pytest.raises(ExplorationError) as caught:
        explore(make_life(3, apart=1), ledger, state=state, reset=ledger.reset, ties=True)
    kept = caught.value.exploration
    assert kept is not None
    assert kept.verdict == "unfinished"
    assert kept.coverage.deliveries > alone.coverage.deliveries
