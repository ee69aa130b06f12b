"""Probes, resets and receivers that misbehave in each way are told in exact words, with what was found by then."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_newest

from steppay_mock import ContractViolation, Exploration, SteppayMockError, explore
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError

TARGET = "the WSGI app Ledger at /webhooks/steppay"
BEFORE = f"It was before the first delivery to {TARGET}. Correct that, and explore again."
ONE = f"It was in the course of 1 subscription.created, delivered to {TARGET}. Correct that, and explore again."
TWO = (
    "It was in the course of 1 subscription.created, 2 subscription.updated, delivered to "
    f"{TARGET}. Correct that, and explore again."
)


def fails_at(call: int, then: Callable[[], Any], otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """The function, but for one call, counted from 1."""
    calls = count(1)

    def function(*arguments: Any) -> Any:
        return then() if next(calls) == call else otherwise(*arguments)

    return function


def raises(error: BaseException) -> Callable[[], Any]:
    def fall() -> Any:
        raise error

    return fall


def hang() -> None:
    while True:
        pass


class Subject:
    """A ledger, all of whose functions can be replaced."""

    def __init__(self, keep: Any = keep_newest) -> None:
        self.ledger = Ledger(keep)
        self.options: dict[str, Any] = {"state": self.ledger.state, "reset": self.ledger.reset}

    def misbehaving(self, name: str, call: int, then: Callable[[], Any]) -> None:
        usual: dict[str, Callable[..., Any]] = {
            "state": self.ledger.state,
            "reset": self.ledger.reset,
            "save": self.ledger.save,
            "restore": self.ledger.restore,
            "effects": list,
            "settle": lambda: None,
            "accept": lambda _event, answer: answer.status == 204,
            "invariant": lambda _rows: True,
        }
        if name in {"save", "restore"}:
            self.options = {"save": usual["save"], "restore": usual["restore"], "state": usual["state"]}
        otherwise = usual[name]

        def of_two(event: Any, answer: Any) -> Any:
            return replaced(event, answer)

        replaced = fails_at(call, then, otherwise)
        # accept= and restore= are told apart from others by their arguments.
        self.options[name] = of_two if name == "accept" else replaced

    def explore(self, make_life: MakeLife, **options: Any) -> Exploration:
        return explore(make_life(3), self.ledger, **{"seed": 7, **self.options, **options})


# For each function: the call that misbehaves, and where the search is by then.
PLACES = [
    ("state", 3, ONE),  # before the reset, after it, and after the first delivery
    ("state", 4, TWO),
    ("reset", 1, BEFORE),
    ("effects", 3, ONE),
    ("settle", 2, ONE),
    ("save", 1, BEFORE),
    ("save", 3, ONE),
    ("accept", 1, ONE),
    ("accept", 3, TWO),
]


@pytest.mark.parametrize(("name", "call", "where"), PLACES)
def test_what_raises_is_told_with_its_error_and_the_course(
    make_life: MakeLife, name: str, call: int, where: str
) -> None:
    subject, error = Subject(), LookupError("no such table.")
    subject.misbehaving(name, call, raises(error))
    with pytest.raises(ExplorationError) as caught:
        subject.explore(make_life)
    assert str(caught.value) == f"{name}= raised LookupError: no such table. {where}"
    assert caught.value.__cause__ is error
    assert caught.value.exploration is not None
    assert caught.value.exploration.verdict == "unfinished"
    assert caught.value.exploration.why == str(caught.value)
    assert caught.value.exploration.coverage.deliveries == {BEFORE: 0, ONE: 1, TWO: 2}[where]


@pytest.mark.parametrize(("name", "call", "where"), PLACES)
def test_what_hangs_is_told_with_the_time_that_it_had(make_life: MakeLife, name: str, call: int, where: str) -> None:
    subject = Subject()
    subject.misbehaving(name, call, hang)
    with pytest.raises(ExplorationError) as caught:
        subject.explore(make_life, timeout=0.1)
    assert str(caught.value) == f"{name}= did not come back within 0.1 s. {where}"
    assert not isinstance(caught.value, NoAnswerError)


@pytest.mark.parametrize(("name", "call", "where"), PLACES)
def test_misuse_within_it_is_told_in_its_own_words(make_life: MakeLife, name: str, call: int, where: str) -> None:
    subject, error = Subject(), SteppayMockError("Is the database there?")
    subject.misbehaving(name, call, raises(error))
    with pytest.raises(ExplorationError) as caught:
        subject.explore(make_life)
    assert str(caught.value) == f"Is the database there? {where}"
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(("name", "call", "_where"), PLACES)
def test_a_failure_of_the_receiver_within_it_stays_what_it_is(
    make_life: MakeLife, name: str, call: int, _where: str
) -> None:
    wrong = ContractViolation(kind="status", event="?", path="$", expected="2xx", sent="500", next_step="Look.")
    for error in (wrong, ExplorationError("it has its words")):
        subject = Subject()
        subject.misbehaving(name, call, raises(error))
        with pytest.raises(type(error)) as caught:
            subject.explore(make_life)
        assert caught.value is error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("boom"), "invariant= raised ValueError: boom"),
        (ExplorationError("words"), "invariant= raised ExplorationError: words"),
    ],
)
def test_an_invariant_that_raises_something_else_says_nothing_of_the_receiver(
    make_life: MakeLife, error: Exception, told: str
) -> None:
    subject = Subject()
    subject.misbehaving("invariant", 2, raises(error))
    with pytest.raises(ExplorationError) as caught:
        subject.explore(make_life)
    assert str(caught.value) == f"{told}. {ONE}"


def test_an_invariant_that_yields_is_told(make_life: MakeLife) -> None:
    def yields(_rows: Any) -> Any:
        yield False

    with pytest.raises(ExplorationError, match=re.escape("invariant= returned a generator, of which nothing ran")):
        Subject().explore(make_life, invariant=yields)


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (lambda: False, "the invariant does not hold"),
        (lambda: 0, "the invariant does not hold"),
        (raises(AssertionError()), "the invariant does not hold"),
        (raises(AssertionError("one\ntwo")), "one\\ntwo"),
    ],
)
def test_a_broken_invariant_is_told_in_the_words_of_its_assertion(
    make_life: MakeLife, verdict: Callable[[], Any], told: str
) -> None:
    subject = Subject()
    shown = subject.explore(make_life, invariant=lambda rows: verdict() if rows else True).counterexample
    assert shown is not None
    assert (shown.kind, shown.failing.broken, shown.course) == ("invariant", told, (0,))


@pytest.mark.parametrize("holds", [None, True, 1, "yes"])
def test_an_invariant_that_gives_nothing_or_something_true_holds(make_life: MakeLife, holds: Any) -> None:
    assert Subject().explore(make_life, invariant=lambda _rows: holds).verdict == "proved"


def test_an_invariant_is_asked_once_for_each_state(make_life: MakeLife) -> None:
    asked: list[str] = []
    found = Subject().explore(make_life, invariant=lambda rows: asked.append(repr(rows)))
    assert found.verdict == "proved"
    assert len(asked) == len(set(asked)) == found.coverage.states


@pytest.mark.parametrize(("gives", "name"), [(3, "int"), ("mail", "str"), (b"mail", "bytes"), ({"mail": 1}, "dict")])
def test_effects_that_are_no_list_are_told(make_life: MakeLife, gives: Any, name: str) -> None:
    with pytest.raises(ExplorationError) as caught:
        Subject().explore(make_life, effects=lambda: gives)
    assert str(caught.value) == (
        f"effects= gives {name}. Let it return a list of effects, in which an effect that happened twice is twice. "
        f"{BEFORE}"
    )


@pytest.mark.parametrize("option", ["state", "effects"])
def test_what_a_probe_cannot_give_is_told_with_its_option(make_life: MakeLife, option: str) -> None:
    with pytest.raises(ExplorationError) as caught:
        Subject().explore(make_life, **{option: lambda: [{"at": print}]})
    at = "$[0].at" if option == "state" else "$.at"
    assert str(caught.value) == (
        f"{option}= gives a builtin_function_or_method at {at}, which is a function. Call it in the probe, and return "
        f"the result. {BEFORE}"
    )


@pytest.mark.parametrize("done", [None, True, 0, "done"])
def test_what_settle_gives_does_not_matter_unless_it_is_false(make_life: MakeLife, done: Any) -> None:
    subject = Subject()
    assert subject.explore(make_life, settle=lambda: done).verdict == "proved"
    subject.misbehaving("settle", 2, lambda: False)
    with pytest.raises(ExplorationError) as caught:
        subject.explore(make_life)
    assert str(caught.value) == (
        "settle= gave False, as Event.wait() does while the work is not done. Let it return None when the work is "
        f"done, as queue.join does. {ONE}"
    )


def test_a_run_ends_at_the_retry_that_breaks_the_invariant(make_life: MakeLife) -> None:
    """Two events are refused at first. The first retry breaks the invariant, and the second would mend it."""
    tried: list[str] = []

    def keep(rows: Any, envelope: dict[str, Any]) -> int | None:
        status = envelope["data"]["status"]
        tried.append(status)
        if status in {"UNPAID", "PAUSE"} and tried.count(status) == 1:
            return 503
        rows.setdefault(0, {})["odd"] = status == "UNPAID" and tried.count("PAUSE") == 1
        rows[0][status] = True
        return None

    ledger = Ledger(keep)

    def reset() -> None:
        ledger.reset()
        tried.clear()

    shown = explore(
        make_life(4),
        ledger,
        state=ledger.state,
        reset=reset,
        retries=[1.0],
        duplicates=False,
        invariant=lambda rows: not rows.get(0, {}).get("odd"),
    ).counterexample
    assert shown is not None
    assert (shown.kind, shown.failing.course, shown.failing.accepted) == ("invariant", (1, 3, 1), (False, False, True))
    assert shown.failing.broken == "the invariant does not hold"
