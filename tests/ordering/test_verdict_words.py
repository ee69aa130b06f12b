"""What is said of a verdict: its line, a sentence for each condition that holds and for no other, the next step."""

from __future__ import annotations

from typing import Any

import pytest
from ordering.cases import CREATED, UNPAID, coverage, exploration

from steppay_mock import make_event
from steppay_mock.ordering.findings import Overlaps
from steppay_mock.ordering.report.verdict import (
    advise,
    conditions,
    next_step,
    suggest_ignore,
    title,
    verdict_line,
)
from steppay_mock.ordering.state.difference import Difference
from steppay_mock.ordering.truth.hint import Hint

CREATION = make_event("order.created", seed=7)
KINDS = ("flaky", "hidden", "vacuous", "unfinished")


def hints(count: int) -> tuple[Hint, ...]:
    return tuple(
        Hint(
            kind="status", path=f"$.rows[{at}]", thing=f"payment {at}", here="A", store="B", sentence=f"row {at} is A."
        )
        for at in range(count)
    )


def step(**numbers: Any) -> str:
    return next_step(exploration(verdict="vacuous", coverage=coverage(**numbers)))


def test_every_verdict_that_is_no_yes_has_a_title_and_a_next_step() -> None:
    titles = [title(exploration(verdict=kind)) for kind in KINDS]
    steps = [next_step(exploration(verdict=kind)) for kind in KINDS]
    assert len({*titles}) == len({*steps}) == len(KINDS)
    assert all(told.startswith(kind.partition(" ")[0]) for told, kind in zip(titles, KINDS, strict=True))
    assert all(told.endswith((".", "?")) and "{" not in told for told in steps)
    for verdict in ("proved", "covered", "fails"):
        assert next_step(exploration(verdict=verdict)) == ""
        assert next_step(exploration(verdict=verdict, coverage=coverage(events=1))) == ""
    assert title(exploration(verdict="proved")) == "proved: all 6 orders of 3 events end the same."


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ({"events": 1}, "Pass two events or more."),
        ({"events": 0}, "Pass two events or more."),
        ({"interleavings": 4}, "Leave out independent=."),
        ({"interleavings": 4, "deliveries": 0}, "Leave out independent=."),
        ({"deliveries": 0}, "Pass a larger late_by= or distance=."),
        ({"deliveries": 0, "strength": 3}, "Pass a larger late_by= or distance=."),
        ({"strength": 3}, "Pass a larger budget=."),
        ({"strength": 3, "effective": 1}, "Pass a larger budget=."),
        ({"effective": 1}, "Choose a scenario of which"),
        ({"effective": 0}, "Read the answers of the receiver."),
        ({"effective": 2, "events": 2}, "Read the answers of the receiver."),
    ],
)
def test_where_nothing_was_tested_the_numbers_say_what_is_next(numbers: dict[str, Any], told: str) -> None:
    assert step(**numbers).startswith(told)


@pytest.mark.parametrize(("seconds", "told"), [(0.004, "0.00 s"), (0.99, "0.99 s"), (1.0, "1.0 s"), (61.25, "61.2 s")])
def test_seconds_have_two_places_below_one(seconds: float, told: str) -> None:
    assert f", {told}, seed 7" in verdict_line(exploration(verdict="proved", coverage=coverage(elapsed=seconds)))


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "proved: all 6 orders of 3 events end the same; "),
        ({"hints": hints(1)}, "end the same, but 1 place looks wrong; "),
        ({"hints": hints(2)}, "end the same, but 2 places look wrong; "),
        ({"uncompared": True, "hints": hints(2)}, "end the same, but nothing was compared with the store; "),
        ({"coverage": coverage(duplicates=True, ties=True)}, "later place, also with the timestamps of each burst"),
        ({"coverage": coverage(refused=1_000)}, " deliveries, 1,000 refused, "),
        ({"verdict": "covered", "coverage": coverage(runs=1)}, "covered: 1 order of 3 events; all end the same; "),
        ({"verdict": "covered", "hints": hints(1)}, "; all end the same, but 1 place looks wrong; "),
        (
            {"verdict": "covered", "coverage": coverage(strength=2, runs=3, random=0, covered=5, of=6, distance=1)},
            "5 of 6 orders of any 2 of 3 events in which no event is overtaken by more than 1 place, in 3 runs;",
        ),
        (
            {"verdict": "covered", "coverage": coverage(strength=2, runs=3, random=1, covered=6, of=6)},
            "covered: every order of any 2 of 3 events, in 2 runs and 1 random run; ",
        ),
        ({"verdict": "flaky", "why": "It moved."}, "flaky: It moved; "),
        ({"verdict": "unfinished"}, "unfinished; "),
    ],
)
def test_a_verdict_is_told_with_its_numbers(facts: dict[str, Any], told: str) -> None:
    assert told in verdict_line(exploration(**{"verdict": "proved", **facts}))


ASSUMED = "The proof assumes that the probe"
SAID: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "nothing": ({"verdict": "fails"}, ()),
    "a proof": ({}, (ASSUMED,)),
    "a cover": ({"verdict": "covered"}, ("This is not a proof",)),
    "notes": ({"verdict": "fails", "notes": ("First.", "Second.")}, ("First.", "Second.")),
    "no effect": (
        {"verdict": "fails", "events": (CREATED, UNPAID, UNPAID), "without_effect": (1, 2)},
        ("2 of 3 events had no effect in any order: subscription.updated.",),
    ),
    "five hints": ({"verdict": "fails", "hints": hints(5)}, tuple(f"Row {at} is A." for at in range(5))),
    "more hints": (
        {"verdict": "fails", "hints": hints(7)},
        (*(f"Row {at} is A." for at in range(5)), "And 2 more look wrong"),
    ),
    "a typing mistake": (
        {"verdict": "fails", "unmatched": ("a", "b")},
        ("ignore= matches nothing in any state: a, b.",),
    ),
    "nothing to match": ({"verdict": "fails", "unmatched": ("a",), "coverage": coverage(states=0)}, ()),
    "flights": (
        {"verdict": "fails", "coverage": coverage(overlaps=Overlaps(groups=1, of=2, tries=3, certain=0))},
        ("1 of 2 groups of webhooks were in flight at once, 3 times in total.",),
    ),
    "all flights": (
        {"verdict": "fails", "coverage": coverage(overlaps=Overlaps(groups=2, of=2, tries=1_000, certain=1))},
        ("2 groups of webhooks were in flight at once, 1,000 times in total. In 1 races",),
    ),
    "whole orders": (
        {"verdict": "fails", "coverage": coverage(sampled=1)},
        ("1 whole order was also delivered without merging equal states: all ended the same.",),
    ),
    "retries": ({"verdict": "fails", "coverage": coverage(leans_on_retries=True)}, ("The verdict depends on retries",)),
    "refusals": ({"verdict": "fails", "coverage": coverage(refused=1)}, ("1 delivery was refused",)),
    "one customer": (
        {"events": (CREATION,)},
        (ASSUMED, "All events are about one customer"),
    ),
    "one customer, of no yes": ({"verdict": "fails", "events": (CREATION,)}, ()),
    "customers": (
        {"coverage": coverage(groups=(1, 2), interleavings=4)},
        (ASSUMED, "The proof assumes that customers do not influence each other."),
    ),
    "customers, of no yes": ({"verdict": "fails", "coverage": coverage(groups=(1, 2))}, ()),
}


@pytest.mark.parametrize("case", SAID)
def test_each_condition_that_holds_is_a_sentence_and_no_other_is(case: str) -> None:
    facts, wanted = SAID[case]
    told = list(conditions(exploration(**{"verdict": "proved", **facts})))
    assert len(told) == len(wanted)
    for sentence, beginning in zip(told, wanted, strict=True):
        assert sentence.startswith(beginning)


def differing(kind: Any, path: str) -> Difference:
    return Difference(path=path, kind=kind, expected=1, actual=2)


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ((), ()),
        ((("changed", "$.rows[id=1].received_at"),), ("received_at",)),
        ((("changed", "$.rows[id=1].at"), ("changed", "$.rows[id=2].at")), ("at",)),
        ((("changed", "$.rows[3]"),), ("$.rows[*]",)),
        ((("missing", "$.rows[3]"), ("unexpected", "$.a"), ("order", "$.rows")), ()),
        (tuple(("changed", f"$.{name}") for name in "abcdefg"), ("a", "b", "c", "d", "e")),
    ],
)
def test_values_that_may_differ_are_named_and_rows_are_not(
    found: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> None:
    assert suggest_ignore([differing(kind, path) for kind, path in found]) == names


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        ((), ()),
        (("changed",), ("If these values may differ, pass ignore=['a']",)),
        (("missing",), ("Rows were added or removed.",)),
        (("unexpected",), ("Rows were added or removed.",)),
        (("order",), ("Only the order of rows differs",)),
        (("order", "missing", "changed"), ("If these values", "Rows were added", "Only the order of rows")),
    ],
)
def test_what_differs_is_told_what_to_do_about(kinds: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    told = list(advise([differing(kind, "$.a") for kind in kinds]))
    assert len(told) == len(wanted)
    assert all(sentence.startswith(beginning) for sentence, beginning in zip(told, wanted, strict=True))
