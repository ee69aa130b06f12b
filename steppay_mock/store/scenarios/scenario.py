"""Runs one scenario in a new store and returns its story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from steppay_mock.store.assumptions import Assumptions, read_assumptions
from steppay_mock.store.scenarios.definition import Scenario
from steppay_mock.store.scenarios.parameters import OF_STORES, read_parameters
from steppay_mock.store.scenarios.registry import find_scenario
from steppay_mock.store.scenarios.simulation import ScenarioCall, run_scenarios
from steppay_mock.store.store import Store, Story


def scenario(name: str, /, *, assumptions: Mapping[str, Any] | None = None, **parameters: Any) -> Story:
    """The story of a scenario, run in a new store: ``scenario("refund-in-full", customer_id=42).events``.

    ``parameters`` are those of the scenario (``steppay-mock scenario show NAME`` lists them), and the options seed,
    start, locale, currency, is_test, nulls, body, v1 and v1_form of its store. ``assumptions`` change what the store
    does where no fact decides. SteppayMockError for an unknown scenario or parameter, with the names that exist.
    """
    found = find_scenario(name)
    options = {key: parameters.pop(key) for key in OF_STORES if key in parameters}
    checked = read_parameters(found, parameters)
    # No customer and no product: the scenario adds its own, with an event or without, as its definition says.
    store = Store(
        customer=None,
        product=None,
        first_ids=checked.first_ids,
        assumptions=_assumptions(found, assumptions),
        **{"v1": found.v1, **options},
    )
    parts = run_scenarios(store, [ScenarioCall(found, parameters, checked, dict(assumptions or {}))])
    given = {key: value for key, value in options.items() if key != "seed"}
    return Story(parts, store, tuple(store.events), options=given)


def _assumptions(found: Scenario, given: Mapping[str, Any] | None) -> Assumptions:
    if given is not None and not isinstance(given, Mapping):
        read_assumptions(given)  # raises, and says what to write
    read_assumptions(dict(given or {}))
    return replace(found.assumptions, **dict(given or {}))
