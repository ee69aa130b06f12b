"""What the API answers has the vendor's fields and types, for every route and in every situation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from rest.rest_calls import Caller, calls_of, wrong_of
from store.samples import samples_of
from store.test_timelines import SHIPPED
from thinning import thinned

from steppay_mock import Store, StoreApi, scenario
from steppay_mock.rest.routes import ROUTES


def answered(store: Store, *, moments: Iterator[int]) -> tuple[Counter[str], list[str]]:
    """How often each route answered over HTTP at these moments, and every difference from the documented types."""
    api, counts, wrong = StoreApi(store), Counter[str](), list[str]()
    with api.serve() as url:
        caller = Caller(url)
        for count in moments:
            api.as_of(count)
            for call in calls_of(store.tables_at(count)):
                status, answer = caller.get(call.path)
                assert status == 200, (call.path, answer)
                counts[call.template.partition("?")[0]] += 1
                wrong += wrong_of(store, call, answer)
    return counts, wrong


def assert_all_are_documented(store: Store) -> None:
    counts, wrong = answered(store, moments=iter([len(store.events)]))
    assert (len(wrong), wrong) == (0, [])
    assert counts["/api/v1/orders"] == 1


@pytest.mark.parametrize("name", thinned(SHIPPED, every=3))
def test_every_answer_at_the_end_of_a_scenario_is_of_the_documented_type(name: str) -> None:
    assert_all_are_documented(scenario(name, seed=7).store)


@pytest.mark.exhaustive  # alike on every Python
@pytest.mark.parametrize("name", SHIPPED)
def test_every_answer_at_the_end_of_a_scenario_with_its_parameters_is_of_the_documented_type(name: str) -> None:
    assert_all_are_documented(scenario(name, seed=7, **samples_of(SHIPPED[name])).store)


@pytest.mark.exhaustive  # alike on every Python
@pytest.mark.parametrize("name", SHIPPED)
def test_every_answer_in_the_midst_of_a_scenario_is_of_the_documented_type(name: str) -> None:
    store = scenario(name, seed=8).store
    moments = range(0, len(store.events), max(1, len(store.events) // 2))
    _, wrong = answered(store, moments=iter(moments))
    assert (len(wrong), wrong) == (0, [])


def test_the_scenarios_ask_every_route() -> None:
    stores = [scenario(name, seed=7).store for name in ("subscription-renews", "invoice-paid", "usage-paid-afterwards")]
    asked = {call.template.partition("?")[0] for one in stores for call in calls_of(one.tables_at(len(one.events)))}
    assert asked == {route.template for route in ROUTES}
