"""Within a bound of disorder the verdict on receivers of the zoo is that of brute force over all that it allows."""

from __future__ import annotations

from typing import Any

import pytest
from ordering.automata import Course, Rules, courses, is_allowed, is_planned
from ordering.zoo.brute import post
from ordering.zoo.event_sets import NAMES, events_of
from ordering.zoo.members import ALIKE, FLAWED, RIGHT
from ordering.zoo.receiver import Receiver
from ordering.zoo.shop import Shop

from steppay_mock import Event, explore
from steppay_mock.ordering.token import read_token

SHOWN = [one for one in FLAWED if not one.hides and one.shows_on]
FLAWS = [(one, one.shows_on[at % len(one.shows_on)], 1 + at % 2) for at, one in enumerate(SHOWN)]
QUIET = [(one, NAMES[at % len(NAMES)], 1 + at % 2) for at, one in enumerate((*RIGHT, *ALIKE)) if not one.hides]
ALL = [(one, name, distance) for one, _, _ in FLAWS for name in one.shows_on for distance in (1, 2, 3)]


def check(receiver: Receiver, name: str, distance: int, *, everywhere: bool, restoring: bool) -> None:
    events, shop = events_of(name), receiver.make(events_of(name))
    anew: dict[str, Any] = {"save": shop.save, "restore": shop.restore} if restoring else {"reset": shop.reset}
    duplicates: Any = "everywhere" if everywhere else True
    result = explore(
        *(events, shop.app),
        state=shop.state,
        effects=shop.effects,
        distance=distance,
        duplicates=duplicates,
        losses=False,
        seed=7,
        **anew,
    )
    rules = Rules(distance=distance, everywhere=everywhere)
    if result.verdict == "vacuous":
        assert "never changed" in result.why or "was refused" in result.why
        return
    assert result.verdict == ("fails" if is_wrong(receiver.make(events), events, rules) else "proved")
    if result.counterexample is not None:
        assert is_allowed(read_token(result.counterexample.token).course, rules)


def is_wrong(shop: Shop, events: tuple[Event, ...], rules: Rules) -> bool:
    """Whether some course of all events that the rules have ends otherwise than the events as they happened."""
    order = tuple(range(len(events)))
    expected, accepted = end(shop, events, order)
    first = dict(zip(order, accepted, strict=True))
    for course in courses(order, duplicates=True):
        if is_allowed(course, rules) and is_planned(course, rules):
            found, answers = end(shop, events, course)
            if found != expected or any(
                answer is not first[place] and (place not in course[:at] or first[place])
                for at, (place, answer) in enumerate(zip(course, answers, strict=True))
            ):
                return True
    return False


def end(shop: Shop, events: tuple[Event, ...], course: Course) -> tuple[Any, list[bool]]:
    shop.reset()
    answers = [post(shop, events[place].body) for place in course]
    return (shop.state(), sorted(shop.effects())), answers


@pytest.mark.parametrize(("receiver", "name", "distance"), FLAWS, ids=str)
def test_what_shows_within_the_bound_is_found_and_nothing_else(receiver: Receiver, name: str, distance: int) -> None:
    check(receiver, name, distance, everywhere=distance == 1, restoring=distance == 2)


@pytest.mark.parametrize(("receiver", "name", "distance"), QUIET, ids=str)
def test_no_right_receiver_is_blamed(receiver: Receiver, name: str, distance: int) -> None:
    check(receiver, name, distance, everywhere=distance == 2, restoring=distance == 2)


@pytest.mark.hunt
@pytest.mark.parametrize(("receiver", "name", "distance"), ALL, ids=str)
def test_each_flaw_is_judged_alike_within_every_bound(receiver: Receiver, name: str, distance: int) -> None:
    for everywhere in (True, False):
        for restoring in (True, False):
            check(receiver, name, distance, everywhere=everywhere, restoring=restoring)
