"""The headline of a counterexample: what is delivered how and what goes wrong then, as precise as a line allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, ORDER, PAYMENT, RECOVERED, UNPAID, counterexample, event, subscription

from steppay_mock import Event
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.report.comparison import compare
from steppay_mock.ordering.report.headline import headline
from steppay_mock.ordering.report.text_width import WIDTH, columns

LIFE = (CREATED, UNPAID, RECOVERED)
PAID = (ORDER, PAYMENT)
LONG = tuple(event("가" * 50, second=at, id=1, status=str(at)) for at in range(2))


def told(*args: Any, effects: tuple[Any, Any] | None = None, **how: Any) -> str:
    found = counterexample(*args, **how)
    if effects is not None:
        right, wrong = (frozenset(one.items()) for one in effects)
        found = replace(
            found, expected=replace(found.expected, effects=right), failing=replace(found.failing, effects=wrong)
        )
    return of(found)


def saying(*args: Any, **how: Any) -> Callable[[], str]:
    """The headline, made when it is asked for."""
    return partial(told, *args, **how)


def of(found: Counterexample) -> str:
    return headline(found, compare(found))


def appears(state: cases.State, one: Event) -> None:
    """Has a row more if the second webhook is the first, or one less."""
    if one is PAYMENT and not state:
        state["new"] = 1
    elif one is ORDER and not state:
        state["old"] = 1
    state["any"] = 1


def only_active(state: cases.State) -> str | None:
    return "too late" if state["41"]["status"] == "ACTIVE" else None


def two_lists(state: cases.State, one: Event) -> None:
    """Shows the same rows twice, as they came."""
    cases.lists_rows(state, one)
    rows = state.pop("rows")
    state["rows"] = state["a"] = state["b"] = rows


def many_long_values(state: cases.State, one: Event) -> None:
    state.update(a=one.data["status"] * 20, b=one.data["status"] * 30)


def adds_one(state: cases.State, one: Event) -> None:
    state["count"] = {"n": state.get("count", {"n": 0})["n"] + 1, "status": one.data["status"]}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            saying(cases.overwrites, LIFE, (2, 1)),
            "When subscription.updated 2 arrives after 3, $['41'].status is 'UNPAID', not 'ACTIVE'.",
        ),
        (
            saying(cases.overwrites, LIFE, (1, 0)),
            "When subscription.created 1 arrives after subscription.updated 2, status is 'ACTIVE', not 'UNPAID'.",
        ),
        (
            saying(cases.overwrites, LIFE, (1, 2, 1)),
            "When a late copy of subscription.updated 2 arrives after 3, status is 'UNPAID', not 'ACTIVE'.",
        ),
        (
            saying(adds_one, LIFE, (0, 0)),
            "When subscription.created 1 is delivered twice, $.count.n is 2, not 1.",
        ),
        (
            saying(adds_one, LIFE, (0, 1), passing=(0,)),
            "When subscription.updated 2 is delivered as well, the end differs.",
        ),
        (
            partial(
                told,
                adds_one,
                LIFE,
                (0, 1),
                passing=(0, 1),
                kind="truth",
                truth={"count": {"n": 1, "status": "UNPAID"}},
            ),
            "Even in the original order, $.count.n is 2, not 1.",
        ),
        (
            partial(
                told, adds_one, LIFE, (0, 1), passing=(0, 1), kind="truth", truth={"count": {"n": 1, "status": "PAUSE"}}
            ),
            "Even in the original order, $.count.status is 'UNPAID', not 'PAUSE'.",
        ),
        (
            saying(adds_one, LIFE, (0, 0), together=(0, 1), passing=(0,)),
            "When subscription.created 1 and its own copy are in flight at once, $.count.n is 2, not 1.",
        ),
        (
            saying(cases.is_locked, PAID, (0, 1), together=(0, 1), kind="answer"),
            "When order.created 1 and payment.completed 2 are in flight at once, the answers differ.",
        ),
        (
            saying(cases.overwrites, LIFE, (0, 1, 2), passing=(0, 1, 2), together=(0, 1, 2), kind="effects"),
            "When subscription.created 1 and subscription.updated 2 are in flight at once, the end differs.",
        ),
        (
            saying(cases.overwrites, LIFE, (1, 2, 0), passing=(0, 1, 2), kind="effects"),
            "When subscription.updated 3 arrives after 2, the end differs.",
        ),
        (
            saying(cases.overwrites, LIFE[1:], (0, 1), kind="invariant", invariant=only_active),
            "After subscription.updated 2, the invariant breaks: too late.",
        ),
        (
            saying(cases.overwrites, LONG, (0, 0), kind="effects"),
            "When event 1 is delivered twice, the end differs.",
        ),
        (
            saying(cases.overwrites, LONG, (0, 1), kind="effects", passing=(0,)),
            "When event 2 is delivered as well, the end differs.",
        ),
        (
            saying(two_lists, PAID, (1, 0), kind="order"),
            "When order.created 1 arrives after payment.completed 2, the rows of $.a are in another order.",
        ),
        (
            saying(cases.overwrites, LIFE, (2, 1), effects=({"mail": 1}, {"mail": 2})),
            "When subscription.updated 2 arrives after 3, $['41'].status is 'UNPAID', not 'ACTIVE'.",
        ),
        (
            saying(cases.overwrites, LIFE, (2, 1), kind="effects", effects=({"a": 1, "b": 1}, {"a": 2, "b": 3})),
            "When subscription.updated 2 arrives after 3, a is done twice, not once.",
        ),
        (
            saying(many_long_values, LIFE, (2, 1)),
            "When subscription.updated 2 arrives after 3, $.a is wrong.",
        ),
        (
            saying(appears, PAID, (1, 0), kind="state"),
            "When order.created 1 arrives after payment.completed 2, $.old is missing.",
        ),
        (
            saying(cases.overwrites, LIFE, (0,), kind="invariant", invariant=lambda _: "no!"),
            "After subscription.created 1, the invariant breaks: no!.",
        ),
        (
            saying(cases.overwrites, LIFE, (0, 1), kind="invariant", invariant=lambda one: "" if one else None),
            "After subscription.created 1, the invariant breaks: it does not hold.",
        ),
        (
            saying(cases.lists_rows, PAID, (1, 0), kind="order"),
            "When order.created 1 arrives after payment.completed 2, the rows of $.rows are in another order.",
        ),
        (
            saying(cases.overwrites, PAID, (1, 0), kind="effects", effects=({"mail": 1}, {"mail": 2})),
            "When order.created 1 arrives after payment.completed 2, mail is done twice, not once.",
        ),
        (
            saying(cases.overwrites, PAID, (1, 0), kind="effects"),
            "When order.created 1 arrives after payment.completed 2, the end differs.",
        ),
        (
            saying(cases.refuses_copies, LIFE, (0, 1), kind="refused"),
            "Even in the original order, subscription.updated 2 is refused (409).",
        ),
        (
            saying(cases.refuses_copies, LIFE, (0, 0), kind="answer"),
            "When subscription.created 1 is delivered twice, subscription.created 1 is refused (409).",
        ),
    ],
)
def test_a_headline_says_what_is_delivered_how_and_what_goes_wrong(line: Callable[[], str], wanted: str) -> None:
    assert line() == wanted


@pytest.mark.parametrize("length", range(1, 80))
def test_a_headline_is_the_most_precise_one_that_fits(length: int) -> None:
    value = "x" * length
    found = counterexample(cases.overwrites, (UNPAID, subscription(value, second=10**7)), (1, 0))
    whole = f"When subscription.updated 1 arrives after 2, $['41'].status is 'UNPAID', not '{value}'."
    shorter = f"When subscription.updated 1 arrives after 2, status is 'UNPAID', not '{value}'."
    shortest = f"When event 1 arrives after event 2, status is 'UNPAID', not '{value}'."
    candidates = [whole, shorter, whole.replace("subscription.updated 1 arrives after", "event 1 arrives after event")]
    fitting = [line for line in (*candidates, shortest) if len(line) <= WIDTH]
    if fitting:
        assert of(found) == fitting[0]
    else:
        assert columns(of(found)) <= WIDTH
        assert value not in of(found)


def test_where_nothing_fits_the_line_is_cut() -> None:
    long = (event("가" * 60, id=1, status="A"),)
    line = of(counterexample(cases.overwrites, long, (0,), kind="invariant", invariant=lambda _: "z"))
    assert line.endswith("...")
    assert WIDTH - 1 <= columns(line) <= WIDTH


def test_an_answer_is_odd_beside_the_one_that_the_same_event_had_in_the_original_order() -> None:
    found = counterexample(lambda _state, _one: "500", LIFE, (1, 0), kind="answer")
    first_refused = replace(found, expected=replace(found.expected, accepted=(False, True)))
    assert of(first_refused).endswith(", event 2 is refused (500).")
    second_refused = replace(found, expected=replace(found.expected, accepted=(True, False)))
    assert of(second_refused).endswith(", event 1 is refused (500).")
    accepted = replace(found, failing=replace(found.failing, answers=("204", "204"), accepted=(True, True)))
    assert of(accepted).endswith(", event 2 is accepted (204).")
