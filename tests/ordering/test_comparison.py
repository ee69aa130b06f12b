"""A counterexample is prepared for display: texts are short, sizes and headings are told, effects are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, RECOVERED, UNPAID, counterexample, event, exploration

from steppay_mock import Event
from steppay_mock.ordering.report.comparison import ABSENT, NOTHING, changes, compare, deliveries, event_rows

LIFE = (CREATED, UNPAID, RECOVERED)


def test_what_is_long_is_cut_where_a_table_needs_it() -> None:
    (row,) = event_rows([event("x" * 100 + ".updated", id=1, status="s" * 100)])
    assert (row.type, row.status, row.entity) == ("x" * 60 + "...", "s" * 60 + "...", "x" * 40 + "...")
    (strange,) = event_rows([Event.from_payload({"event": "y" * 100})])
    assert (strange.type, strange.when, strange.entity, strange.status, strange.number) == (
        "y" * 60 + "...",
        "",
        "",
        "",
        1,
    )


def test_what_fits_is_shown_whole() -> None:
    (row,) = event_rows([event("x" * 36 + ".u", id=1, status="s" * 60)])
    assert (row.type, row.status, row.entity) == ("x" * 36 + ".u", "s" * 60, "x" * 36 + " 1")


@pytest.mark.parametrize(("length", "shown"), [(400, "x" * 400), (401, "x" * 400 + "...")])
def test_an_invariant_may_say_a_long_sentence(length: int, shown: str) -> None:
    def invariant(_state: Any) -> str:
        return "x" * length

    found = counterexample(cases.overwrites, LIFE, (0,), kind="invariant", invariant=invariant)
    assert compare(found).broken == shown
    assert compare(counterexample(cases.overwrites, LIFE, (2, 1))).broken == ""


@pytest.mark.parametrize(("length", "end"), [(800, "x"), (801, "...")])
def test_a_reason_may_be_longer(length: int, end: str) -> None:
    told = exploration(verdict="vacuous", why="x" * length).report()
    assert f"{'x' * 800}{'' if end == 'x' else end}\n" in told


def test_the_size_says_whether_everything_smaller_was_tried() -> None:
    def size(**how: Any) -> str:
        return compare(counterexample(cases.overwrites, LIFE, (2, 1, 2), **how)).size

    counted = "2 events, 1 inversion, 1 repeat."
    assert size() == f"{counted} Everything smaller was tried, and passes."
    assert size(together=(0, 1)) == f"{counted} Everything smaller was tried, and did not fail."
    larger = f"{counted} Not everything smaller was tried: a larger budget= may find something smaller."
    assert size(smallest=False) == larger
    assert size(smallest=False, together=(0, 1)) == larger
    assert size(kind="truth").startswith(f"{counted} Nothing smaller can be tried: the store says")


@pytest.mark.parametrize(
    ("together", "doubtful", "titles"),
    [
        ((), False, ("in this order it passes", "in this order it fails")),
        ((), True, ("this order looks wrong too", "this order ends differently")),
        ((0, 1), False, ("one by one it passes", "in flight at once it fails")),
        ((0, 1), True, ("one by one, which looks wrong too", "in flight at once it fails")),
    ],
)
def test_an_order_that_ends_wrong_too_is_not_said_to_pass(
    together: tuple[int, ...], doubtful: object, titles: tuple[str, str]
) -> None:
    found = replace(counterexample(cases.overwrites, LIFE, (2, 1), together=together), doubtful=bool(doubtful))
    assert compare(found).titles == titles


def test_the_right_end_is_the_one_that_the_kind_asks_for() -> None:
    truth = {"41": {"status": "PAUSE"}}
    by_truth = compare(counterexample(cases.overwrites, LIFE, (2, 1), kind="truth", truth=truth))
    assert (by_truth.is_truth, by_truth.right) == (True, "what the store says")
    assert [(one.expected, one.actual) for one in by_truth.changes] == [("'PAUSE'", "'UNPAID'")]
    by_order = compare(counterexample(cases.overwrites, LIFE, (2, 1), truth=truth))
    assert (by_order.is_truth, by_order.right) == (False, "in the original order")
    assert [(one.expected, one.actual) for one in by_order.changes] == [("'ACTIVE'", "'UNPAID'")]


def test_only_events_of_the_two_orders_are_shown_of_all_that_happened() -> None:
    found = compare(counterexample(cases.overwrites, LIFE, (2, 1)))
    assert [one.number for one in found.happened] == [2, 3]
    assert found.of == 3
    longer = compare(counterexample(cases.overwrites, LIFE, (2, 1), passing=(0, 1, 2)))
    assert [one.number for one in longer.happened] == [1, 2, 3]


def test_deliveries_that_differ_or_are_in_flight_are_marked() -> None:
    swapped = compare(counterexample(cases.overwrites, LIFE, (0, 2, 1)))
    assert [row.differs for row in swapped.rows] == [False, True, True]
    assert [one.event.number for one in swapped.moved] == [3, 2]
    flying = compare(counterexample(cases.overwrites, LIFE, (0, 1, 2), passing=(0, 1, 2), together=(1, 2)))
    assert [row.differs for row in flying.rows] == [False, True, True]
    assert (swapped.at_once, flying.at_once) == (False, True)
    fewer = compare(counterexample(cases.overwrites, LIFE, (1,), passing=(1, 2)))
    assert [one.event.number for one in fewer.moved] == []


def test_what_a_delivery_changed_is_told_if_the_state_was_read() -> None:
    def keep(state: cases.State, one: Event) -> None:
        state.update({"a": 1, "b": 1, "c": 1} if one is CREATED else {"a": one.data["status"]})

    made = deliveries(cases.run(keep, LIFE, (0, 0, 1)), LIFE)
    assert [one.effect for one in made] == [f"$.a: {ABSENT} -> 1, and 2 more", NOTHING, "$.a: 1 -> 'UNPAID'"]
    assert [one.again for one in made] == [False, True, False]
    assert [one.effect for one in deliveries(cases.run(keep, LIFE, (0, 1), trail=False), LIFE)] == ["", ""]


def test_a_refused_delivery_is_not_accepted() -> None:
    made = deliveries(cases.run(cases.refuses_copies, LIFE, (0, 0)), LIFE)
    assert [(one.answer, one.accepted) for one in made] == [("204", True), ("409", False)]


def test_what_is_not_there_is_missing_on_its_side() -> None:
    found = changes({"a": 1, "b": "missing"}, {"b": "x", "c": 2})
    assert {(one.place, one.expected, one.actual) for one in found} == {
        ("$.a", "1", ABSENT),
        ("$.b", "'missing'", "'x'"),
        ("$.c", ABSENT, "2"),
    }


def test_effects_are_counted_in_words_and_sorted() -> None:
    found = counterexample(cases.overwrites, LIFE, (2, 1), kind="effects")
    one = replace(found.expected, effects=frozenset({("d", 1), ("a", 2), ("same", 1)}))
    other = replace(found.failing, effects=frozenset({("c", 3), ("a", 1), ("same", 1)}))
    told = compare(replace(found, expected=one, failing=other)).effects
    assert [(change.place, change.expected, change.actual) for change in told] == [
        ("a", "twice", "once"),
        ("c", "never", "3 times"),
        ("d", "once", "never"),
    ]
    assert compare(found).effects == ()
