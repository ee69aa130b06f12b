"""The reports for people: whole texts, kept beside this file.

After a change that was meant: ``UPDATE_REPORTS=1 pytest tests/ordering/test_text.py``, and read the difference.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ordering import cases
from ordering.cases import (
    CANCELED,
    CREATED,
    ORDER,
    PAYMENT,
    RECOVERED,
    TOKEN,
    UNPAID,
    counterexample,
    coverage,
    event,
    exploration,
    subscription,
)

from steppay_mock import Event
from steppay_mock.errors import ContractViolation
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import PYTHON, Face, speaking
from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.report.comparison import deliveries
from steppay_mock.ordering.report.text_width import WIDTH, columns
from steppay_mock.ordering.report.verdict import verdict_line

REPORTS = Path(__file__).parent / "reports"
LIFE = (CREATED, UNPAID, RECOVERED, CANCELED)
LONGEST = "subscription.payment_due_notification"
HOSTILE = subscription("<script>\x1b[31m\u202e김하늘" + "&" * 500, kind="created\x00\n", number=41)


def invariant(state: cases.State) -> str | None:
    return "a payment\n without its order" if "9" in state and "7001" not in state else None


def refused() -> Exploration:
    return exploration(counterexample(cases.refuses_orphans, (ORDER, PAYMENT), (1, 0), kind="answer"))


def mails_twice() -> Exploration:
    found = counterexample(cases.mails, (ORDER, PAYMENT), (1, 1), kind="effects", effects=True, smallest=False)
    return exploration(found, coverage=coverage(refused=1))


def breaks_an_invariant() -> Exploration:
    found = counterexample(cases.overwrites, (ORDER, PAYMENT), (1,), kind="invariant", invariant=invariant)
    return exploration(found)


def at_once() -> Exploration:
    found = counterexample(cases.overwrites, LIFE, (1, 2), passing=(1, 2), together=(0, 1), trail=False)
    lost = replace(found.failing, state={"41": {"status": "UNPAID"}})
    return exploration(replace(found, failing=lost))


def never_true() -> Exploration:
    truth = {"9": {"status": "COMPLETE"}, "7001": {"status": "PAID"}}
    return exploration(counterexample(cases.overwrites, (ORDER, PAYMENT), (0, 1), kind="truth", truth=truth))


def many_differences() -> Exploration:
    def copies(state: cases.State, one: Event) -> None:
        state.update({f"row {number}": one.data["status"] for number in range(20)})

    return exploration(counterexample(copies, LIFE, (0, 2, 1)))


def long_types() -> Exploration:
    notices = [event(LONGEST, second=at, subscriptionId=1, status="ACTIVE" * 3 + str(at)) for at in range(12)]
    return exploration(counterexample(cases.overwrites, notices, (0, 11, 10)))


def hostile() -> Exploration:
    found = counterexample(cases.overwrites, (HOSTILE, UNPAID), (1, 0))
    return exploration(found, name="a\nstory", receiver="http://host/\x1b[2J")


def flaky() -> Exploration:
    one, other = (cases.run(cases.overwrites, LIFE, course) for course in ((0, 1), (1, 0)))
    why = "The same deliveries ended differently."
    return exploration(verdict="flaky", events=LIFE, why=why, witnesses=(one, other))


def hidden() -> Exploration:
    one, other = (cases.run(cases.guards, LIFE, course) for course in ((0, 1, 0), (0, 1)))
    return exploration(verdict="hidden", events=LIFE, why="The probe showed equal states.", witnesses=(one, other))


def vacuous() -> Exploration:
    return exploration(verdict="vacuous", why="Every event was refused.", coverage=coverage(refused=4, states=1))


def unfinished() -> Exploration:
    return exploration(verdict="unfinished", why="state= raised KeyError: 'rows'.")


def proved() -> Exploration:
    numbers = {"events": 10, "orders": 3_628_800, "deliveries": 12_600, "states": 1_024, "elapsed": 2.06}
    losses = (
        Loss(place=0, heals=True),
        Loss(place=1, heals=False, changes=("$.subscriptions[id=41].status",)),
        Loss(place=2, heals=False),
    )
    rests = coverage(**numbers, duplicates=True, sampled=20)
    return exploration(verdict="proved", events=LIFE, coverage=rests, losses=losses)


def covered() -> Exploration:
    numbers = {"events": 14, "strength": 3, "covered": 2_184, "of": 2_184, "runs": 427, "random": 412}
    rests = coverage(**numbers, ties=True, leans_on_retries=True, refused=37, deliveries=5_978)
    return exploration(verdict="covered", coverage=rests)


TOLD: dict[str, Callable[[], Exploration]] = {
    "stale-overwrite": lambda: exploration(counterexample(cases.overwrites, LIFE, (2, 1))),
    "late-copy": lambda: exploration(counterexample(cases.overwrites, LIFE, (0, 3, 0))),
    "orphan": lambda: exploration(counterexample(cases.marks_order_paid, (ORDER, PAYMENT), (1, 0))),
    "refused": refused,
    "mails-twice": mails_twice,
    "invariant": breaks_an_invariant,
    "at-once": at_once,
    "never-true": never_true,
    "many-differences": many_differences,
    "long-types": long_types,
    "hostile": hostile,
    "flaky": flaky,
    "hidden": hidden,
    "vacuous": vacuous,
    "unfinished": unfinished,
    "proved": proved,
    "covered": covered,
}


@pytest.mark.parametrize("name", TOLD)
def test_a_report_is_the_one_that_is_kept(name: str) -> None:
    path, told = REPORTS / f"{name}.txt", TOLD[name]().report() + "\n"
    if os.environ.get("UPDATE_REPORTS"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


def test_no_report_is_kept_of_what_is_gone() -> None:
    assert {path.stem for path in REPORTS.iterdir()} == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_a_report_fits_a_terminal_and_obeys_nobody(name: str) -> None:
    for line in TOLD[name]().report().split("\n"):
        assert columns(line) <= WIDTH, line
        assert line == line.rstrip()
        assert line.isprintable()


@pytest.mark.parametrize("name", [name for name in TOLD if TOLD[name]().counterexample is not None])
def test_the_reason_is_one_line_and_the_name_of_the_mistake_is_in_the_next(name: str) -> None:
    found = TOLD[name]()
    assert found.counterexample is not None
    first, second = found.report().split("\n")[:2]
    assert first.endswith((".", "..."))
    assert second.startswith(f"{found.counterexample.anomaly}: ")


@pytest.mark.parametrize("name", [name for name in TOLD if not TOLD[name]().ok])
def test_what_is_raised_says_the_report_and_survives_a_process(name: str) -> None:
    found = TOLD[name]()
    with pytest.raises(ContractViolation) as raised:
        found.assert_ok()
    assert str(raised.value) == found.report()
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (str(copy), copy.as_dict()) == (found.report(), raised.value.as_dict())
    assert raised.value.kind == ("order-dependent" if found.verdict == "fails" else found.verdict)
    assert raised.value.next_step


def test_a_yes_raises_nothing() -> None:
    proved().assert_ok()
    covered().assert_ok()


def test_the_token_is_told_once_in_what_the_reader_types() -> None:
    shell = Face(is_shell=True, before="steppay-mock replay ", after=" --to http://localhost:8000", hint="")
    for face, line in (
        (PYTHON, f'replay("{TOKEN}", receiver, state=state, events=events)'),
        (shell, f"steppay-mock replay {TOKEN} --to http://localhost:8000"),
    ):
        with speaking(face):
            told = TOLD["stale-overwrite"]()
        assert told.report().count(TOKEN) == 1
        assert f"  {line}" in told.report().split("\n")
    assert TOKEN not in repr(told)


def test_values_of_a_state_are_python_in_python_and_json_at_a_shell() -> None:
    def stores(state: cases.State, one: Event) -> None:
        state["row"] = {"status": one.data["status"], "paid": one.data["status"] == "ACTIVE", "end": None}

    with speaking(Face(is_shell=True, before="steppay-mock replay ", after="", hint="")):
        shell = exploration(counterexample(stores, LIFE, (2, 1)))
        told = shell.report()
    assert shell.report() == told, "a report keeps the face of its search"
    assert '$.row.status is "UNPAID", not "ACTIVE".' in told
    assert '$.row: missing -> {"status": "ACTIVE", "paid": true, "end": null}' in told
    assert not re.search(r"\b(True|False|None)\b", told + shell.as_html())
    assert "$.row.status is 'UNPAID', not 'ACTIVE'." in exploration(counterexample(stores, LIFE, (2, 1))).report()


def test_a_token_is_never_cut() -> None:
    long = "sp1." + "x" * 400
    found = replace(counterexample(cases.overwrites, LIFE, (2, 1)), token=long)
    assert f'  replay("{long}", receiver, state=state, events=events)' in found.report().split("\n")


def test_a_verdict_is_one_line() -> None:
    assert verdict_line(proved()) == (
        "proved: all 3,628,800 orders of 10 events end the same, also with each event repeated at every later place; "
        "12,600 deliveries, 1,024 states, 2.1 s, seed 7"
    )
    assert verdict_line(covered()) == (
        "covered: every order of any 3 of 14 events, in 15 runs and 412 random runs; all end the same, also with the "
        "timestamps of each burst collapsed to one second; 5,978 deliveries, 37 refused, 4 states, 0.04 s, seed 7"
    )
    some = coverage(events=9, strength=4, covered=2_000, of=3_024, runs=1, deliveries=1, states=1, elapsed=0.5)
    assert verdict_line(exploration(verdict="covered", coverage=some)) == (
        "covered: 2,000 of 3,024 orders of any 4 of 9 events, in 1 run; all end the same; 1 delivery, 1 state, 0.50 s, "
        "seed 7"
    )
    assert verdict_line(vacuous()) == (
        "vacuous: Every event was refused; 5 deliveries, 4 refused, 1 state, 0.04 s, seed 7"
    )
    assert verdict_line(refused()) == ("fails: order-dependent rejection; 5 deliveries, 4 states, 0.04 s, seed 7")


def test_orders_that_disagreed_are_told() -> None:
    found = exploration(verdict="hidden", coverage=coverage(sampled=20, disagreed=3))
    assert (
        "20 whole orders were also delivered without merging equal states: 3 ended differently. The probe"
        in found.report()
    )


def test_events_that_are_none_of_steppays_are_shown_by_their_type() -> None:
    strange = (Event.from_payload({"event": "one"}), Event.from_payload({"event": "two", "data": None}))
    found = counterexample(lambda state, one: state.update(last=str(one.type)), strange, (1, 0))
    assert found.report().startswith("When one 1 arrives after two 2, $.last is 'one', not 'two'.\n")


def test_an_end_without_a_difference_says_where_to_look() -> None:
    state = {"7001": {"status": "CREATED"}, "9": {"status": "COMPLETE"}}
    hinted = counterexample(cases.overwrites, (ORDER, PAYMENT), (0, 1), kind="truth", truth=state)
    assert "  the places that look wrong are listed below" in hinted.report().split("\n")
    answered = counterexample(cases.lists_and_refuses_orphans, (ORDER, PAYMENT), (1, 0), kind="answer")
    alike = replace(answered, failing=replace(answered.failing, state=answered.expected.state))
    assert "  the same; compare the answers" in alike.report().split("\n")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("204", "204"),
        ("500, the app raised: KeyError: 'id'", "500"),
        ("not answered", "not answered"),
        ("not answering", "not answe..."),
    ],
)
def test_the_status_of_an_answer_is_short(answer: str, status: str) -> None:
    found = counterexample(lambda _state, _one: answer, LIFE, (1, 0), kind="answer")
    assert [one.status for one in deliveries(found.failing, LIFE)] == [status, status]
