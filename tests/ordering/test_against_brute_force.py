"""Verdict and smallest counterexample agree with brute force, for every receiver of the zoo."""

from __future__ import annotations

from typing import Any

import pytest
from ordering.zoo.brute import Finding, effective, judge, refused_in_order
from ordering.zoo.event_sets import NAMES, events_of
from ordering.zoo.members import ALIKE, FLAWED, RIGHT
from ordering.zoo.receiver import Receiver
from ordering.zoo.shop import Shop
from thinning import thinned

from steppay_mock import Event, Exploration, explore, scenario

FLAWS = [(receiver, name) for receiver in FLAWED for name in (*receiver.shows_on, *receiver.heals_on)]
QUIET = [(receiver, name) for receiver in (*RIGHT, *ALIKE) for name in NAMES]
SOME = [pair for at, pair in enumerate(QUIET) if at % 5 == 0]


def explored(
    shop: Shop, events: tuple[Event, ...], *, duplicates: bool, restoring: bool, paranoid: bool = False
) -> Exploration:
    anew: dict[str, Any] = {"save": shop.save, "restore": shop.restore} if restoring else {"reset": shop.reset}
    return explore(
        events,
        shop.app,
        state=shop.state,
        effects=shop.effects,
        paranoid=paranoid,
        seed=7,
        duplicates=duplicates,
        losses=False,
        **anew,
    )


def check(receiver: Receiver, events: tuple[Event, ...], *, duplicates: bool, restoring: bool) -> None:
    found = judge(receiver, events)
    result = explored(receiver.make(events), events, duplicates=duplicates, restoring=restoring)
    if receiver.hides and result.ok:  # a proof rests on the probe; where that hides something, whole orders show it
        result = explored(receiver.make(events), events, duplicates=duplicates, restoring=restoring, paranoid=True)
    wrong = any(one.orders or (duplicates and one.late_duplicates) for one in found.values())
    if result.counterexample is not None and result.counterexample.kind == "refused":
        check_refusal(result, receiver, events)
        return
    if result.verdict == "hidden":  # it says itself that it proves nothing
        assert receiver.hides
        assert not wrong
    elif result.verdict == "vacuous":
        assert not wrong
        assert "was refused" in result.why or len(effective(receiver, events)) < 2
    else:
        assert result.verdict == ("fails" if wrong else "proved")
        assert wrong or len(effective(receiver, events)) > 1
    if wrong:
        check_counterexample(result, found, duplicates=duplicates)


def check_refusal(result: Exploration, receiver: Receiver, events: tuple[Event, ...]) -> None:
    shown = result.counterexample
    assert shown is not None
    assert shown.course == tuple(sorted(shown.course))
    assert not shown.failing.accepted[-1]
    assert shown.size == (len(refused_in_order(receiver, events, shown.course[-1])), 0, 0)


def check_counterexample(result: Exploration, found: dict[str, Finding], *, duplicates: bool) -> None:
    shown = result.counterexample
    assert shown is not None
    kinds = {"answer"} if shown.kind == "answer" else {"state", "effects"}
    smallest = [one.smallest.measure for kind, one in found.items() if kind in kinds]
    if duplicates:
        assert (shown.size, shown.smallest) == (min(smallest), True)
    else:  # brute force counts repeats too
        assert shown.size >= min(smallest)
        assert (shown.size[2], shown.smallest) == (0, True)


@pytest.mark.parametrize(("receiver", "name"), thinned(FLAWS, every=3), ids=str)
def test_every_flaw_is_found_and_made_as_small_as_brute_force_makes_it(receiver: Receiver, name: str) -> None:
    check(receiver, events_of(name), duplicates=True, restoring=False)


@pytest.mark.hunt
@pytest.mark.parametrize(("receiver", "name"), FLAWS, ids=str)
def test_where_states_are_restored_they_are_found_as_well(receiver: Receiver, name: str) -> None:
    check(receiver, events_of(name), duplicates=True, restoring=True)


@pytest.mark.parametrize(("receiver", "name"), thinned(SOME, every=2), ids=str)
def test_no_alarm_is_false(receiver: Receiver, name: str) -> None:
    check(receiver, events_of(name), duplicates=True, restoring=True)


@pytest.mark.hunt
@pytest.mark.parametrize(("receiver", "name"), FLAWS, ids=str)
def test_without_duplicates_they_agree_too(receiver: Receiver, name: str) -> None:
    for restoring in (False, True):
        check(receiver, events_of(name), duplicates=False, restoring=restoring)


@pytest.mark.hunt
@pytest.mark.parametrize(("receiver", "name"), [pair for pair in QUIET if pair not in SOME][::4], ids=str)
def test_no_alarm_is_false_anywhere(receiver: Receiver, name: str) -> None:
    check(receiver, events_of(name), duplicates=True, restoring=False)


@pytest.mark.hunt
@pytest.mark.parametrize("receiver", [*FLAWED, *RIGHT, *ALIKE], ids=str)
def test_seven_events_of_a_story_are_judged_as_brute_force_judges_them(receiver: Receiver) -> None:
    story = scenario("subscription-renewal-fails-then-recovers", seed=7, customer_id=42)
    check(receiver, story.events[:7], duplicates=True, restoring=True)
