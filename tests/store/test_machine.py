"""Whatever is done in a store, allowed or not, its events tell exactly what is true and never contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from hypothesis.strategies import DataObject
from store.machine_actions import ACTIONS
from store.machine_auditor import MOVES, PAYMENT_MOVES
from store.machine_dice import Again, Drawn, Seeded
from store.machine_things import any_store
from store.machine_world import TRIED, World, live

from steppay_mock import EventType, SteppayMockError, Store
from steppay_mock.store.lifecycle import INVOICE

pytestmark = pytest.mark.exhaustive  # alike on every Python

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


class StoreMachine(RuleBasedStateMachine):
    """A store that is acted upon, with a rule for each action. What has to hold is said in ``machine_world``."""

    world: World

    @initialize(data=st.data())
    def open(self, data: DataObject) -> None:
        self.world = World(any_store(Drawn(data)))

    @rule(data=st.data())
    def look_back(self, data: DataObject) -> None:
        self.world.look_back(Drawn(data))


def _rule_of(name: str) -> Callable[..., None]:
    def act(self: StoreMachine, data: DataObject) -> None:
        self.world.act(name, Drawn(data))

    act.__name__ = name
    return rule(data=st.data())(act)


for _name in ACTIONS:
    setattr(StoreMachine, _name, _rule_of(_name))


@cache
def worlds(count: int, *, steps: int) -> list[World]:
    """Worlds of fixed seeds, in which everything happens that can."""
    made = []
    for seed in range(count):
        dice = Seeded(seed)
        made.append(live(dice, any_store(dice), steps=steps))
    return made


def everywhere(counters: list[Counter[str]]) -> Counter[str]:
    return sum(counters, Counter())


def test_events_tell_all_that_is_true_whatever_is_done() -> None:
    chosen = settings(
        max_examples=120, stateful_step_count=50, deadline=None, derandomize=True, suppress_health_check=SLOW
    )
    run_state_machine_as_test(StoreMachine, settings=chosen)


@pytest.mark.parametrize(
    "first", [10_000, 10_020, 10_040, *(pytest.param(n, marks=pytest.mark.hunt) for n in range(10_060, 10_180, 20))]
)
def test_events_tell_all_that_is_true_in_many_more_stores(first: int) -> None:
    for seed in range(first, first + 20):
        dice = Seeded(seed)
        live(dice, any_store(dice), steps=150)


def test_the_machine_does_everything_and_is_refused_everything_that_can_be_refused() -> None:
    done = everywhere([world.done for world in worlds(80, steps=150)])
    refused = everywhere([world.refused for world in worlds(80, steps=150)])
    assert {name for name in ACTIONS if not done[name]} == set()
    # Time can always pass; only a moment can lie in the past.
    assert {name for name in ACTIONS if not refused[name]} == {"minutes_pass", "days_pass", "months_pass"}


def test_the_machine_reaches_every_event_type_and_every_arrow_of_the_life_cycles() -> None:
    lived = worlds(80, steps=150)
    assert set(EventType) - {event for world in lived for event in world.auditor.events} == set()
    assert MOVES - {move for world in lived for move in world.auditor.moves} == set()
    values = {value for world in lived for value in world.auditor.values}
    assert {f"Subscription {after}" for _, after in MOVES} <= values
    assert {f"Invoice {move.after}" for move in INVOICE} <= values
    assert {f"Payment {status}" for after in PAYMENT_MOVES.values() for status in after} <= values
    for kind in ("RECURRING", "ONE_TIME", "PAYMENT_METHOD", "RECURRING_INITIAL", "ADD_USAGE"):
        assert f"Order {kind}" in values
    for kind in ("SKU", "FEE", "DISCOUNT", "TAX", "SHIPPING", "ADDS"):
        assert f"Line {kind}" in values
    assert {f"Cover {step}" for step in (1, 2, 3, 4)} | {"Usage prepaid", "Usage postpaid"} <= values


@pytest.mark.parametrize("seed", range(500, 510))
def test_a_refused_action_leaves_no_trace_in_what_follows(seed: int) -> None:
    dice = Seeded(seed)
    store = any_store(dice)
    twin: Store = any_store(Again(dice.thrown))
    for _ in range(300):
        name = TRIED[dice.whole(0, len(TRIED) - 1)]
        dice.thrown.clear()
        try:
            ACTIONS[name](store, dice)
        except SteppayMockError:
            continue
        ACTIONS[name](twin, Again(dice.thrown))
    assert len(store.events) > 20
    assert [event.body for event in store.events] == [event.body for event in twin.events]
    assert store.state() == twin.state()
