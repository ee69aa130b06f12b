"""Every action says in its events, gives back and refuses what its rule says, in whatever store and story."""

from __future__ import annotations

import inspect
from contextlib import suppress

import pytest
from store.action_watch import RULES, TIME, Watch
from store.machine_actions import ACTIONS
from store.machine_dice import Seeded
from store.machine_things import any_store
from store.machine_world import live
from store.situations import SITUATIONS, made

from steppay_mock import SteppayMockError, Store, scenario
from steppay_mock.store.scenarios.registry import all_scenarios

NO_ACTIONS = (
    *("acting_for", "interleave", "latest", "state", "subscription_of", "tables_at"),
    *("allowed_for", "allowed_transitions"),
)
REFUSED_FOR_VALUES_ALONE = {"create_customer", "create_product", "found_customer", "found_product"}
"""No state of a store forbids these. Wrong values do, which test_wrong_types.py and test_refusals.py give."""


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


def try_everything(name: str, *, seed: int) -> None:
    """Each action in the situation, and what comes due afterwards."""
    store = made(name, seed=seed)
    for place, act in enumerate(ACTIONS.values()):
        with suppress(SteppayMockError):  # which left the store as it was, so that the next action finds it so
            act(store, Seeded(1_000 * seed + place))
            store.advance(days=45)
            store = made(name, seed=seed)


def live_through(seeds: range) -> None:
    for seed in seeds:
        dice = Seeded(seed)
        live(dice, any_store(dice), steps=100)


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("name", SITUATIONS)
def test_every_action_says_what_its_rule_says_in_every_situation(name: str) -> None:
    try_everything(name, seed=3)


@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("first", range(0, 12, 4))
def test_every_action_says_what_its_rule_says_whatever_happened_before(first: int) -> None:
    live_through(range(first, first + 4))


@pytest.mark.parametrize("name", all_scenarios())
def test_every_action_of_a_story_says_what_its_rule_says(watch: Watch, name: str) -> None:
    story = scenario(name, seed=7, v1=None)
    assert sum(watch.done.values()) > 1
    assert story.events


def test_every_action_has_a_rule() -> None:
    public = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert set(RULES) == public - {*TIME, *NO_ACTIONS}


@pytest.mark.exhaustive
def test_every_action_is_done_and_refused_and_says_what_its_rule_says(watch: Watch) -> None:
    for seed in range(4, 8):
        for name in SITUATIONS:
            try_everything(name, seed=seed)
    assert set(RULES) - set(watch.done) == set()
    assert set(RULES) - set(watch.refused) <= REFUSED_FOR_VALUES_ALONE


@pytest.mark.exhaustive
@pytest.mark.usefixtures("watch")
@pytest.mark.parametrize("first", range(1_000, 1_100, 20))
def test_every_action_says_what_its_rule_says_in_many_more_stores(first: int) -> None:
    live_through(range(first, first + 20))
