"""The page of scenarios lists all that there are, and all that can be said of them."""

from __future__ import annotations

import inspect
from ast import literal_eval

from docs.pages import code_in, rows, section

from steppay_mock import Store, define_scenario, scenario
from steppay_mock.store.scenarios.parameters import OF_STORES, parameters_of
from steppay_mock.store.scenarios.registry import all_scenarios

SHIPPED = [one for one in all_scenarios().values() if one.function.__module__.startswith("steppay_mock.")]


def test_every_scenario_is_listed_with_what_it_tells_and_how_many_events_it_has() -> None:
    """On failure, the rows as they ought to be."""
    expected = [
        (
            f"`{one.name}`",
            one.summary,
            str(len(scenario(one.name, seed=7))),
            ", ".join(f"`{option.name}`" for option in one.options),
        )
        for one in SHIPPED
    ]
    assert rows(section("scenarios", "All of them")) == expected


def test_every_parameter_that_scenarios_have_in_common_has_its_row() -> None:
    common = {name for one in SHIPPED for name in parameters_of(one)} - {
        option.name for one in SHIPPED for option in one.options
    }
    named = [name for row in rows(section("scenarios", "Parameters")) for name in code_in(row[0])]
    assert sorted(named) == sorted([*common, *OF_STORES, "assumptions"])


def test_the_parameters_that_only_some_have_are_told_so() -> None:
    for one in SHIPPED:
        once = one.sells == "one_time"
        assert once == ("interval" not in parameters_of(one)) == ("subscription_id" not in parameters_of(one))
        assert once == ("invoice_id" in parameters_of(one))
    limits = {row[0]: row[1].partition("; ")[2] for row in rows(section("scenarios", "Parameters"))}
    assert limits["`interval`, `interval_count`"] == limits["`subscription_id`"] == "not where it is bought once"
    assert limits["`invoice_id`"] == "only where it is bought once"


def test_what_a_definition_can_say_has_its_row_and_its_default() -> None:
    stated: dict[str, object] = {}
    for names, default, _ in [row for row in rows(section("scenarios", "Your own")) if len(row) == 3]:
        stated |= dict.fromkeys(code_in(names), literal_eval(code_in(default)[0]))
    parameters = inspect.signature(define_scenario).parameters
    assert stated == {name: one.default for name, one in parameters.items() if name != "name"}


def test_what_a_story_has_is_there() -> None:
    story = scenario("refund-in-full", seed=7)
    names = [name.partition("(")[0] for row in rows(section("scenarios", "The story")) for name in code_in(row[0])]
    assert [name for name in names if not hasattr(story, name)] == []
    assert hasattr(Store, "interleave")
