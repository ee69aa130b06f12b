"""Receivers, probes and resets that misbehave in every way: the exact words, what was found by then, and how often each
of them was called.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from itertools import count
from threading import Event as Flag
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_newest

from steppay_mock import ContractViolation, Exploration, SteppayMockError, explore
from steppay_mock.delivery.sender.clock import Clock
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
        subject.explore(make_life, timeout=0.05)
    assert str(caught.value) == f"{name}= did not come back within 0.05 s. {where}"
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


# How often each is called.


@pytest.mark.parametrize("how", ["reset", "saving", "both", "factory"])
def test_each_beginning_calls_what_it_needs_and_nothing_more(make_life: MakeLife, how: str) -> None:
    ledger, calls = Ledger(keep_newest), list[str]()

    def noting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def zero() -> Any:
            calls.append(name)
            return function()

        def one(saved: Any) -> Any:
            calls.append(name)
            return function(saved)

        return one if name == "restore" else zero

    def make() -> Ledger:
        ledger.reset()
        return ledger

    options: dict[str, Any] = {}
    if how in {"reset", "both"}:
        options["reset"] = noting("reset", ledger.reset)
    if how in {"saving", "both"}:
        options |= {"save": noting("save", ledger.save), "restore": noting("restore", ledger.restore)}
    found = explore(
        make_life(3),
        noting("make", make) if how == "factory" else ledger,
        state=noting("state", ledger.state),
        settle=noting("settle", lambda: None),
        losses=False,
        duplicates=False,
        seed=7,
        **options,
    )
    assert found.verdict == "proved"
    assert ledger.rows == {} or how == "factory"
    made = found.coverage.deliveries
    begun = 1 + calls.count("reset" if how == "reset" else "make" if how == "factory" else "restore")
    if how == "reset":
        # Six orders, and two deliveries of the first again; the last reset leaves nothing behind.
        assert (made, calls.count("reset"), begun) == (6 * 3 + 2, 8, 9)
        assert calls[:5] == ["state", "reset", "settle", "state", "settle"]  # what was there before counts too
        assert calls.count("state") == 1 + 7 + made
        assert calls.count("settle") == 7 + made
    elif how == "factory":
        # The search opens it once before it begins.
        assert calls.count("make") == 1 + 7
        assert calls[:4] == ["make", "make", "settle", "state"]
        assert calls.count("state") == calls.count("settle") == 7 + made
    else:
        assert calls.count("reset") == (how == "both")
        assert calls.count("state") == (how == "both") + 1 + made + calls.count("restore") - 1
        assert calls[-1] == "restore"


def test_the_app_is_handed_to_a_function_that_takes_one_argument_more(make_life: MakeLife) -> None:
    ledger = Ledger(keep_newest)
    given: list[tuple[str, Any]] = []

    def state(app: Any) -> Any:
        given.append(("state", app))
        return app.state()

    def reset(app: Any, quiet: bool = True) -> None:  # noqa: FBT001, FBT002 - a default is no argument that is wanted
        given.append(("reset", quiet))
        app.reset()

    def restore(saved: Any, app: Any) -> None:
        given.append(("restore", app))
        app.restore(saved)

    def save(app: Any, *, fast: bool = True) -> Any:
        given.append(("save", fast))
        return app.save()

    assert explore(make_life(2), ledger, state=state, reset=reset).verdict == "proved"
    assert {*given} == {("state", ledger), ("reset", True)}
    given.clear()
    assert explore(make_life(2), ledger, state=state, save=save, restore=restore).verdict == "proved"
    assert {*given} == {("state", ledger), ("save", True), ("restore", ledger)}


# Answers that come late, and those that never come.


class Late:
    """An ASGI app that keeps some deliveries waiting for ever: those of these numbers, counted from 1."""

    def __init__(self, *never: int) -> None:
        self.came = 0
        self.rows: list[int] = []
        self._never = never

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        body = (await receive())["body"]
        self.came += 1
        if self.came in self._never:
            await asyncio.Event().wait()
        self.rows.append(len(body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def explore(self, make_life: MakeLife, **options: Any) -> Exploration:
        told = {"timeout": 0.05, "seed": 7, "duplicates": False, "losses": False, **options}
        return explore(make_life(3), self, state=lambda: sorted(self.rows), reset=self.rows.clear, **told)


@pytest.mark.parametrize(("never", "reached", "made"), [((1, 2), False, 2), ((2, 3), True, 3)])
def test_two_deliveries_in_a_row_without_an_answer_end_the_search(
    make_life: MakeLife, never: tuple[int, ...], made: int, *, reached: bool
) -> None:
    late = Late(*never)
    with pytest.raises(NoAnswerError) as caught:
        late.explore(make_life)
    assert (late.came, caught.value.reached) == (made, reached)
    assert str(caught.value).startswith(
        "The receiver did not answer subscription.updated within 0.05 s. The limit is timeout=. It was in the course of"
    )
    assert caught.value.exploration is not None
    coverage = caught.value.exploration.coverage
    assert (coverage.deliveries, coverage.silent, coverage.refused) == (made, 2, 1)


def test_one_delivery_without_an_answer_is_refused_and_the_next_one_may_be_too(make_life: MakeLife) -> None:
    late = Late(1, 3)
    found = late.explore(make_life)
    shown = found.counterexample
    assert shown is None or shown.failing.answers  # it answers again by then
    assert (found.coverage.silent, found.coverage.refused) == (2, 2)
    assert found.verdict == "flaky"


def test_a_receiver_that_never_answers_is_not_asked_a_third_time(make_life: MakeLife) -> None:
    late = Late(*range(1, 100))
    with pytest.raises(NoAnswerError) as caught:
        late.explore(make_life)
    assert late.came == 2
    assert caught.value.reached is False


def test_an_app_in_this_thread_that_hangs_ends_the_search_at_once(make_life: MakeLife) -> None:
    def keep(_rows: Any, envelope: dict[str, Any]) -> None:
        if envelope["data"]["status"] == "UNPAID":
            hang()
        keep_newest(_rows, envelope)

    for events, reached, where in ((make_life(3), True, ONE), (make_life(3)[1:], False, BEFORE)):
        subject = Subject(keep)
        with pytest.raises(NoAnswerError) as caught:
            explore(events, subject.ledger, **subject.options, timeout=0.05)
        assert caught.value.reached is reached
        assert str(caught.value) == (
            f"The receiver did not answer subscription.updated within 0.05 s. The limit is timeout=. {where}"
        )


def test_a_search_in_another_thread_says_that_nothing_stops_what_hangs(make_life: MakeLife) -> None:
    from concurrent.futures import ThreadPoolExecutor

    subject = Subject()
    note = (
        "timeout= does not hold for a receiver in this process that hangs: that takes the main thread and a system "
        "with alarms. Deliver over HTTP, or run the test in the main thread."
    )
    assert note not in subject.explore(make_life).notes
    with ThreadPoolExecutor(1) as pool:
        assert note in pool.submit(subject.explore, make_life).result().notes
        late = Late()
        assert note not in pool.submit(late.explore, make_life).result().notes  # a loop can end what awaits


def test_a_function_that_hangs_beside_a_url_is_stopped_too(make_life: MakeLife) -> None:
    with pytest.raises(ExplorationError, match=r"reset= did not come back within 0.05 s\. It was before the first"):
        explore(make_life(2), "http://127.0.0.1:9", state=list, reset=hang, timeout=0.05)


def test_the_clean_up_at_the_end_does_not_hide_why_the_search_ended(make_life: MakeLife) -> None:
    subject = Subject()
    resets = count(1)

    def reset() -> None:
        if next(resets) > 1:
            raise OSError("gone")
        subject.ledger.reset()

    subject.misbehaving("state", 3, raises(LookupError("first")))
    subject.options["reset"] = reset
    with pytest.raises(ExplorationError, match=r"^state= raised LookupError: first\."):
        subject.explore(make_life)
    assert next(resets) == 3  # it was called, and raised


def test_a_clean_up_that_fails_by_itself_is_told(make_life: MakeLife) -> None:
    subject = Subject()
    resets = count(1)

    def reset() -> None:
        if next(resets) == 8:
            raise OSError("gone")
        subject.ledger.reset()

    with pytest.raises(ExplorationError, match=r"^reset= raised OSError: gone\."):
        subject.explore(make_life, reset=reset, duplicates=False, losses=False)


def test_a_settled_state_is_waited_for_as_long_as_was_said(make_life: MakeLife) -> None:
    slept: list[float] = []
    subject = Subject()
    found = subject.explore(make_life, settle=0.2, clock=Clock(sleep=slept.append), duplicates=False, losses=False)
    looks = found.coverage.deliveries + 7  # and at each beginning
    assert {*slept} == {0.05}
    assert len(slept) == 4 * looks
    slept.clear()
    subject.explore(make_life, settle=2.0, clock=Clock(sleep=slept.append), duplicates=False, losses=False)
    assert {*slept} == {0.1}
    assert len(slept) == 20 * looks


def test_a_flag_that_is_waited_for_is_no_function_that_says_when_the_work_is_done(make_life: MakeLife) -> None:
    flag = Flag()
    with pytest.raises(ExplorationError, match=re.escape("settle= gave False")):
        Subject().explore(make_life, settle=lambda: flag.wait(0))
    flag.set()
    assert Subject().explore(make_life, settle=lambda: flag.wait(0)).verdict == "proved"
