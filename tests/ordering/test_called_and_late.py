"""How often a search calls each function, and what it does about answers that come late or never."""

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
from ordering.test_misbehaving import BEFORE, ONE, Subject, hang, raises

from steppay_mock import Exploration, explore, replay
from steppay_mock.delivery.sender.clock import Clock
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError
from steppay_mock.ordering.token import describe_events

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

    how: dict[str, Any] = {"state": state, "reset": reset}
    assert explore(make_life(2), ledger, **how).verdict == "proved"
    assert {*given} == {("state", ledger), ("reset", True)}
    given.clear()
    how = {"state": state, "save": save, "restore": restore}
    assert explore(make_life(2), ledger, **how).verdict == "proved"
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
        told = {"timeout": 0.2, "seed": 7, "duplicates": False, "losses": False, **options}
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
        "The receiver did not answer subscription.updated within 0.2 s. The limit is timeout=. It was in the course of"
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
            explore(events, subject.ledger, **subject.options, timeout=0.2)
        assert caught.value.reached is reached
        assert str(caught.value) == (
            f"The receiver did not answer subscription.updated within 0.2 s. The limit is timeout=. {where}"
        )


@pytest.mark.parametrize("before", [0, 1, 2])
def test_an_app_that_hangs_in_what_is_given_was_reached_if_it_answered_before(
    make_life: MakeLife, *, before: int
) -> None:
    life, came = make_life(5), []

    def keep(_rows: Any, envelope: dict[str, Any]) -> None:
        came.append(envelope)
        if len(came) > before:
            hang()

    subject = Subject(keep)
    with pytest.raises(NoAnswerError) as caught:
        explore(life[3:], subject.ledger, **subject.options, given=life[:3], timeout=0.05)
    assert len(came) == before + 1
    assert caught.value.reached is (before > 0)
    assert BEFORE in str(caught.value)


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
    with pytest.raises(ExplorationError, match=r"reset= did not come back within 0.2 s\. It was before the first"):
        explore(make_life(2), "http://127.0.0.1:9", state=list, reset=hang, timeout=0.2)


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


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("reset", "After reset= the state is not the one that every order has to begin with."),
        ("factory", "After a fresh app the state is not the one that every order has to begin with."),
        ("restore", "After restore= the state is not the one that was saved."),
    ],
)
def test_a_beginning_that_is_another_each_time_is_told_by_what_made_it(
    make_life: MakeLife, how: str, told: str
) -> None:
    ledger, begun = Ledger(keep_newest), count()

    def make() -> Ledger:
        ledger.reset()
        return ledger

    ways: dict[str, dict[str, Any]] = {
        "reset": {"reset": ledger.reset},
        "restore": {"save": ledger.save, "restore": lambda saved: ledger.restore({**saved, 1: {"n": next(begun)}})},
        "factory": {},
    }

    def state() -> Any:
        return ledger.state() if ledger.rows or how == "restore" else next(begun)

    found = explore(make_life(3), make if how == "factory" else ledger, state=state, **ways[how])
    assert (found.verdict, found.why) == ("flaky", told)
    assert [one.path for one in found.unequal] == (["$[1]"] if how == "restore" else ["$"])


def test_a_race_of_a_token_that_nobody_answers_says_that_nobody_was_reached(make_life: MakeLife) -> None:
    life, reached = make_life(2), []
    token = describe_events(life).of((0, 0), kind="state", together=(0, 1))
    for never in (range(1, 9), range(2, 9)):
        late = Late(*never)
        with pytest.raises(NoAnswerError) as caught:
            replay(token, late, state=lambda: 0, reset=lambda: None, events=life, timeout=0.2)
        reached.append(caught.value.reached)
        assert late.came == 3
        told = "subscription.created and subscription.created, in flight at once, within 0.2 s."
        assert str(caught.value).startswith(f"The receiver did not answer {told}")
    assert reached == [False, True]
