"""Parts of a report that only some results have: losses, differences beyond those shown, one witness, a held answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ordering import cases
from ordering.cases import CREATED, RECOVERED, UNPAID, counterexample, coverage, exploration

from steppay_mock import Event
from steppay_mock.ordering.face import Face, speaking
from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.receiver.identifiers import Ids
from steppay_mock.ordering.report.comparison import compare, deliveries
from steppay_mock.ordering.report.repro.reproduction import one_line, written
from steppay_mock.ordering.report.svg_diagram import draw
from steppay_mock.ordering.report.text_diagram import draw_alone, draw_both
from steppay_mock.ordering.report.text_width import columns
from steppay_mock.ordering.state.difference import Difference

LIFE = (CREATED, UNPAID, RECOVERED)


def lines(found: Any) -> list[str]:
    return [line.strip() for line in found.report().split("\n")]


@pytest.mark.parametrize(("count", "told"), [(1, "2 more events not tried"), (2, "1 more event not tried"), (3, "")])
def test_losses_that_were_not_tried_are_counted(count: int, told: str) -> None:
    losses = tuple(Loss(place=place, heals=place == 0) for place in range(count))
    found = exploration(verdict="proved", events=LIFE, losses=losses)
    shown = [line for line in lines(found) if "not tried" in line]
    assert [line.partition(":")[0] for line in shown] == ([told] if told else [])
    assert len([line for line in lines(found) if line.endswith(("ends the same", "differs: the state"))]) == count
    assert "not tried" not in exploration(verdict="proved", events=LIFE).report()


@pytest.mark.parametrize(("count", "told"), [(7, ""), (8, ""), (9, "and 1 more"), (20, "and 12 more")])
def test_more_differences_than_fit_are_counted(count: int, told: str) -> None:
    def keep(state: cases.State, one: Event) -> None:
        state.update({f"row {number:02}": one.data["status"] for number in range(count)})

    found = exploration(counterexample(keep, LIFE, (2, 1)))
    shown = [line for line in lines(found) if line.endswith("more differences in the state")]
    assert shown == ([f"{told} differences in the state"] if told else [])
    assert len([line for line in lines(found) if line == "- 'ACTIVE'"]) == min(count, 8)
    picture = found.as_html()
    assert picture.count("how it should end") == 1
    assert (f"and {count - 6} more" in picture) is (count > 6)


@pytest.mark.parametrize("count", [5, 6, 7])
def test_a_picture_counts_the_differences_that_it_has_no_room_for(count: int) -> None:
    def keep(state: cases.State, one: Event) -> None:
        state.update({f"row {number}": one.data["status"] for number in range(count)})

    picture = draw(counterexample(keep, LIFE, (2, 1)))
    assert (f"and {count - 6} more" in picture) is (count > 6)
    assert picture.count(">'ACTIVE'<") == picture.count(">'UNPAID'<") == min(count, 6)


def test_only_two_runs_have_ends_to_compare() -> None:
    one, other = (cases.run(cases.overwrites, LIFE, course) for course in ((0, 1), (1, 0)))
    both = exploration(verdict="flaky", events=LIFE, witnesses=(one, other))
    assert "how they end (- run 1, + run 2)" in lines(both)
    alone = exploration(verdict="flaky", events=LIFE, witnesses=(one,))
    assert "run 1" in lines(alone)
    assert not [line for line in lines(alone) if line.startswith("how they end")]
    alike = exploration(verdict="flaky", events=LIFE, witnesses=(one, one))
    assert "the same; compare the answers" in lines(alike)
    assert not [line for line in lines(exploration(verdict="flaky", events=LIFE)) if line.startswith("run ")]


def test_an_answer_that_was_held_is_told_by_its_event() -> None:
    found = counterexample(cases.overwrites, LIFE, (0, 2, 1), passing=(0, 1, 2), together=(1, 2))
    held = replace(found, failing=replace(found.failing, held=True))
    assert "The REST API held its answer to event 3 until the others were delivered." in lines(held)
    assert "held its answer" not in found.report()


def test_the_customer_of_a_run_with_ids_of_its_own_is_told() -> None:
    found = counterexample(cases.overwrites, LIFE, (2, 1))
    fresh = replace(found, failing=replace(found.failing, ids=Ids(customer_ids=(77,))))
    assert "The customer of the failing run: 77" in lines(fresh)
    assert "The customer of" not in found.report()


def test_what_has_to_be_done_before_a_replay_is_told_with_it() -> None:
    with speaking(Face(hint="start the server")):
        assert "to replay it (start the server)" in lines(counterexample(cases.overwrites, LIFE, (2, 1)))
    with speaking(Face(hint="")):
        assert "to replay it" in lines(counterexample(cases.overwrites, LIFE, (2, 1)))


def test_other_counterexamples_are_numbered_from_two() -> None:
    first, second, third = (counterexample(cases.overwrites, LIFE, course) for course in ((2, 1), (1, 0), (2, 0)))
    told = lines(exploration(first, others=(second, third)))
    assert [line[:15] for line in told if line.startswith("also found")] == ["also found (2):", "also found (3):"]


def test_how_many_of_all_events_are_shown_is_told_if_not_all_are() -> None:
    assert "what happened (2 of 3 events)" in lines(counterexample(cases.overwrites, LIFE, (2, 1)))
    assert "what happened" in lines(counterexample(cases.overwrites, LIFE, (0, 2, 1)))


def test_states_that_should_be_equal_are_shown_with_what_to_do() -> None:
    unequal = (Difference(path="$.at", kind="changed", expected=1, actual=2),)
    told = lines(exploration(verdict="flaky", unequal=unequal, coverage=coverage()))
    assert "where the states differ (- wanted, + found)" in told
    assert "If these values may differ, pass ignore=['at']" in told
    assert "where the states differ (- wanted, + found)" not in lines(exploration(verdict="flaky"))


def test_a_body_is_written_byte_for_byte_and_as_what_it_would_be_if_it_cannot_be_sent() -> None:
    assert written(UNPAID) == UNPAID.body.decode()
    half = Event.from_payload({"event": "mine", "data": {"name": "김하늘", "half": "\ud800"}})
    assert written(half) == ('{\n  "event": "mine",\n  "data": {\n    "name": "김하늘",\n    "half": "\\ud800"\n  }\n}')
    assert one_line("a\nb" + "c" * 100) == "a?b" + "c" * 77


def test_likely_causes_are_told_one_by_one_below_the_counterexample_or_the_reason() -> None:
    for found in (
        exploration(counterexample(cases.overwrites, LIFE, (2, 1)), causes=("First.", "Second.")),
        exploration(verdict="vacuous", causes=("First.", "Second.")),
    ):
        told = lines(found)
        at = told.index("likely causes")
        assert told[at - 1 : at + 3] == ["", "likely causes", "First.", "Second."]
    assert "likely causes" not in exploration(verdict="vacuous").report()


@pytest.mark.parametrize("answer", ["204", "not answered"])
@pytest.mark.parametrize("length", range(1, 40))
def test_the_status_of_a_thing_is_drawn_where_there_is_room_for_it(length: int, answer: str) -> None:
    status = "S" * length
    one = cases.subscription(status)
    made = deliveries(cases.run(lambda _state, _one: answer, (one,), (0,)), (one,))
    head, line = draw_alone(made)
    assert columns(line) <= 45
    assert head.endswith("receiver")
    assert line.endswith(f"> | {answer}")
    if status in line:
        assert "1 subscription.updated " + status in line
    else:
        assert "..." not in line
        assert columns(line) + 1 + length > 45


def test_lines_of_a_diagram_are_aligned() -> None:
    made = deliveries(cases.run(cases.overwrites, LIFE, (0, 1, 0)), LIFE)
    head, *drawn = draw_alone(made)
    assert len({line.index("> | ") for line in drawn}) == 1
    assert head.index("receiver") < drawn[0].index("> | ") + 2 < len(head), "the line of the receiver is below its name"
    assert [("(again)" in line) for line in drawn] == [False, False, True]


def test_numbers_are_aligned_to_the_right_and_types_to_the_left() -> None:
    events = tuple(cases.event("order.created" if at % 2 else "order.updated.x", second=at, id=at) for at in range(10))
    losses = tuple(Loss(place=place, heals=True) for place in range(10))
    table = exploration(verdict="proved", events=events, losses=losses).report().split("\n")[-10:]
    assert [line[:8] for line in table] == [*(f"   {number}  or" for number in range(1, 10)), "  10  or"]
    assert len({line.index("order 1") for line in table if line.endswith("order 1   ends the same")}) == 1
    assert {line.index("ends the same") for line in table} == {table[0].index("ends the same")}


@pytest.mark.parametrize(
    ("passing", "failing", "marks"),
    [
        ((0, 1, 2), (0, 2, 1), ["    ", " \\/ ", " /\\ "]),
        ((0, 1), (0, 1, 0), ["    ", "    ", "  + "]),
        ((0, 1, 2), (1, 2, 0), [" \\/ ", " /\\ ", "  | "]),
        ((0, 1, 2), (0, 2), ["    ", "  | ", "  - "]),
        ((2, 0), (0, 1, 2), ["  | ", "  | ", "  + "]),
    ],
)
def test_the_step_between_two_orders_is_marked(
    passing: tuple[int, ...], failing: tuple[int, ...], marks: list[str]
) -> None:
    found = counterexample(cases.overwrites, LIFE, failing, passing=passing)
    heading, head, *drawn = draw_both(compare(found))
    both = drawn[: max(len(passing), len(failing))]
    width = heading.index("in this order it fails") - 4
    assert [line[width : width + 4].ljust(4) for line in both] == marks
    assert [line[2] for line in both] == [" " if mark == "    " else ">" for mark in marks]
    assert head.count("StepPay") == 2
