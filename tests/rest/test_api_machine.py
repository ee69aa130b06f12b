"""Whatever is done in a store, every answer of the REST API is of the documented type, now and at any moment before."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest.api_client import ask
from rest.rest_calls import calls_of, wrong_of
from store.machine_actions import ACTIONS
from store.machine_dice import Dice, Drawn, Seeded
from store.machine_things import any_store

from steppay_mock import SteppayMockError, Store, StoreApi

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
_BEGINS = ("create_customer", "create_product")  # a store may have lost them, and nothing can be done without
_OFTEN = (*ACTIONS, *("checkout", "days_pass", "add_usage", "draft_invoice", *_BEGINS) * 5)


def act(store: Store, dice: Dice, *, steps: int) -> None:
    for _ in range(steps):
        with suppress(SteppayMockError):
            ACTIONS[_OFTEN[dice.whole(0, len(_OFTEN) - 1)]](store, dice)


def wrong_answers(store: Store, count: int, *, stride: int) -> list[str]:
    """Every difference at this moment, of every call or of each ``stride``-th."""
    api, wrong = StoreApi(store), list[str]()
    api.as_of(count)
    for call in list(calls_of(store.tables_at(count)))[::stride]:
        if "session" in call.path:
            continue
        answer = ask(api, call.path)
        assert answer.status == 200, (call.path, answer.data)
        wrong += wrong_of(store, call, answer.data)
    return wrong


@pytest.mark.exhaustive  # alike on every Python
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=_SLOW)
@given(data=st.data())
def test_every_answer_is_of_the_documented_type_whatever_is_done(data: st.DataObject) -> None:
    dice = Drawn(data)
    store = any_store(dice)
    act(store, dice, steps=data.draw(st.integers(0, 25)))
    count = data.draw(st.integers(0, len(store.events)))
    assert wrong_answers(store, count, stride=1) == []


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(one, marks=pytest.mark.exhaustive) for one in range(4, 24))]
)
def test_every_answer_is_of_the_documented_type_after_many_actions(seed: int) -> None:
    dice = Seeded(seed)
    store = any_store(dice)
    act(store, dice, steps=60)
    assert len(store.events) > 5
    for count in (len(store.events), len(store.events) // 2):
        assert wrong_answers(store, count, stride=3) == []
