"""Races that leave nothing to chance: tasks of one event loop read in the order in which they start, then they write.

So it is known beforehand which races there are, which of them is lost, and how small it can be made.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from ordering.conftest import MakeLife

from steppay_mock import Event, Exploration, explore, replay
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.token import read_token

Group = tuple[int, ...]
LONG = 600.0  # seconds; nothing here waits for time, so only a machine that stands still comes near it


@dataclass(frozen=True, slots=True)
class Flight:
    """Deliveries in flight at once, in the order in which they started, and all that came before and after."""

    before: Course
    racers: Course
    after: Course


class Rows:
    """A receiver that keeps the places of the events that came, and reads before it writes.

    ``loses`` says whether the last of several in flight is not written, by what was there and by who is in flight.
    """

    def __init__(
        self, events: Iterable[Event], loses: Callable[[frozenset[int], Course], bool] = lambda _there, _racers: False
    ) -> None:
        self._places = {event.body: place for place, event in enumerate(events)}
        self._loses = loses
        self._active: list[int] = []
        self.rows: set[int] = set()
        self.runs: list[list[Course]] = []
        self.refuses = False
        self.adds = 0
        """What is written in place of what is lost."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        place = self._places[(await receive())["body"]]
        there = frozenset(self.rows)
        self._active.append(place)
        await asyncio.sleep(0)  # the database
        racers = tuple(self._active)
        is_lost = len(racers) > 1 and self._loses(there, racers)
        is_last = len(self._active) == 1 or self._left == 1
        self._leave(racers)
        self.rows.add(place if not (is_lost and is_last) else self.adds or racers[0])
        status = 409 if is_lost and is_last and self.refuses else 204
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    _left = 0

    def _leave(self, racers: Course) -> None:
        if self._left == 0:
            self._left = len(racers)
            self.runs[-1].append(racers)
        self._left -= 1
        if self._left == 0:
            self._active.clear()

    def reset(self) -> None:
        self.rows.clear()
        self.runs.append([])

    def state(self) -> list[int]:
        return sorted(self.rows)

    @property
    def deliveries(self) -> int:
        return sum(len(racers) for run in self.runs for racers in run)

    @property
    def flights(self) -> list[Flight]:
        """Each run in which some were in flight at once."""
        found = []
        for run in self.runs:
            at = next((at for at, racers in enumerate(run) if len(racers) > 1), None)
            if at is not None:
                before, after = (tuple(place for one in part for place in one) for part in (run[:at], run[at + 1 :]))
                found.append(Flight(before, run[at], after))
        return found

    def explore(self, events: tuple[Event, ...], **options: Any) -> Exploration:
        told = {"overlap": 1, "seed": 1, "losses": False, "timeout": LONG, **options}
        return explore(events, self, state=self.state, reset=self.reset, **told)


def flight(group: Group, places: Course, turn: int) -> Flight:
    """What a group's race is: those between its members come before, and another of them starts first at each turn."""
    first = turn % len(group)
    before = tuple(place for place in places if place < max(group) and place not in group)
    after = tuple(place for place in places if place > max(group))
    return Flight(before, (*group[first:], *group[:first]), after)


def groups(count: int, *, copies: bool) -> list[Group]:
    """All events are about one subscription, so all pairs race; and each event races its copy."""
    own: list[Group] = [(place, place) for place in range(count)] if copies else []
    return [*own, *combinations(range(count), 2)]


@pytest.mark.parametrize("copies", [True, False])
@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("count", [3, 4])
def test_each_group_races_from_nothing_and_within_the_story_as_often_as_was_asked_for(
    make_life: MakeLife, *, count: int, turns: int, copies: bool
) -> None:
    events = make_life(count)
    rows = Rows(events)
    found = rows.explore(events, overlap=turns, duplicates=copies)
    listed = groups(count, copies=copies)
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    assert found.verdict == "proved"
    expected = Counter[Flight]()
    for group in listed:
        for turn in range(turns):
            expected[flight(group, tuple(sorted({*group})), turn)] += 1
            expected[flight(group, tuple(range(count)), turn)] += 1
    assert Counter(rows.flights) == expected
    assert (overlaps.groups, overlaps.of, overlaps.certain) == (len(listed), len(listed), 0)
    assert overlaps.tries == len(rows.flights) == 2 * turns * len(listed)
    assert found.coverage.deliveries == rows.deliveries
    assert (found.coverage.refused, found.coverage.silent) == (0, 0)


def test_the_events_of_one_second_race_together_each_of_them_first_once(make_life: MakeLife) -> None:
    life = make_life(4)
    events = tuple(Event({**one.payload, "timestamp": 1_736_910_000 + (at > 2)}) for at, one in enumerate(life))
    rows = Rows(events)
    found = rows.explore(events, overlap=3, duplicates=False)
    together = [one for one in rows.flights if len(one.racers) == 3]
    assert Counter(together) == {
        Flight((), racers, after): 1 for racers in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) for after in ((), (3,))
    }
    assert found.coverage.overlaps is not None
    assert found.coverage.overlaps.groups == 6 + 1


@pytest.mark.parametrize("budget", [30, *range(150, 240, 7)])
def test_far_pairs_and_further_turns_come_as_far_as_the_budget_goes(make_life: MakeLife, budget: int) -> None:
    events = make_life(4)
    rows = Rows(events)
    proof = Rows(events).explore(events, overlap=False, budget=budget, duplicates=False).coverage.deliveries
    found = rows.explore(events, overlap=50, budget=budget, duplicates=False)
    overlaps = found.coverage.overlaps
    assert overlaps is not None
    near = {(0, 1), (1, 2), (2, 3)}
    once = [one for one in rows.flights if one.racers in near]
    assert {one.racers for one in once} == near  # in any case
    alone = [one for one in rows.flights if not one.before and not one.after]
    assert {one.racers for one in alone} >= {*combinations(range(4), 2)}  # so are two alone
    least = proof + 6 * (2 + 2) + 4 + 3 * 4
    assert overlaps.tries in {len(rows.flights), len(rows.flights) - 1}
    assert found.coverage.deliveries == rows.deliveries
    if budget > least:
        assert budget - 2 < rows.deliveries <= budget
    else:
        assert rows.deliveries == least
        assert overlaps.tries == 6 + 3


@pytest.mark.parametrize(
    ("pair", "needs"), [((0, 1), ()), ((1, 2), (0,)), ((0, 3), (1,)), ((1, 3), (0, 2)), ((2, 3), (1,))]
)
def test_a_lost_race_is_made_as_small_as_it_can_be(make_life: MakeLife, pair: Group, needs: Course) -> None:
    events = make_life(4)
    rows = Rows(events, lambda there, racers: racers == pair and {*needs} <= there)
    found = rows.explore(events, duplicates=False)
    shown = found.counterexample
    assert found.verdict == "fails"
    assert shown is not None
    assert (shown.kind, shown.course, shown.smallest) == ("state", (*needs, *pair), True)
    assert shown.failing.together == (len(needs), len(needs) + 1)
    assert shown.failing.state == tuple(sorted({*needs, pair[0]}))
    assert shown.expected.course == tuple(sorted({*needs, *pair}))
    assert shown.expected.state == tuple(sorted({*needs, *pair}))
    assert (shown.passing.course, shown.passing.together) == ((*needs, *pair), ())
    token = read_token(shown.token)
    assert (token.course, token.together, token.held, token.kind) == (
        shown.course,
        shown.failing.together,
        False,
        "state",
    )
    assert found.coverage.deliveries == rows.deliveries


def test_a_lost_race_is_made_small_for_half_the_budget_or_forty_deliveries_an_event(make_life: MakeLife) -> None:
    events = make_life(5)
    spent = {}
    for budget in (300, 400, 480, 100_000):
        rows = Rows(events, lambda there, racers: racers == (3, 4) and len(there) == 3)
        shown = rows.explore(events, duplicates=False, budget=budget).counterexample
        assert shown is not None
        assert shown.course == (0, 1, 2, 3, 4)
        assert shown.smallest is (budget == 100_000)
        spent[budget] = rows.deliveries
    for budget, beyond in ((400, 200), (480, 240)):
        assert abs(spent[budget] - spent[300] - (beyond - 200)) < 5
    assert spent[100_000] > spent[480]


@pytest.mark.parametrize("turns", [1, 2])
def test_a_race_that_is_lost_only_if_the_younger_starts_first_needs_a_second_turn(
    make_life: MakeLife, turns: int
) -> None:
    events = make_life(3)
    rows = Rows(events, lambda _there, racers: racers == (1, 0))
    found = rows.explore(events, duplicates=False, overlap=turns)
    assert found.verdict == ("proved" if turns == 1 else "fails")
    if found.counterexample is not None:
        assert (found.counterexample.course, found.counterexample.failing.together) == ((1, 0), (0, 1))


def test_a_copy_that_is_refused_beside_its_event_is_told_as_an_answer(make_life: MakeLife) -> None:
    events = make_life(3)
    rows = Rows(events, lambda there, racers: racers == (1, 1) and 0 in there)
    rows.refuses = True
    shown = rows.explore(events).counterexample
    assert shown is not None
    assert (shown.kind, shown.course, shown.failing.together) == ("answer", (0, 1, 1), (1, 2))
    assert shown.failing.accepted == (True, True, False)
    retried = Rows(events, lambda there, racers: racers == (1, 1) and 0 in there)
    retried.refuses = True
    assert retried.explore(events, retries=[1.0]).verdict == "proved"  # the other copy was accepted


def test_an_invariant_that_only_a_race_breaks_is_told_as_such(make_life: MakeLife) -> None:
    events = make_life(3)
    rows = Rows(events, lambda there, racers: racers == (1, 2) and 0 in there)
    rows.adds = -1
    shown = rows.explore(events, duplicates=False, invariant=lambda there: -1 not in there).counterexample
    assert shown is not None
    assert (shown.kind, shown.course, shown.failing.together) == ("invariant", (0, 1, 2), (1, 2))
    assert (shown.smallest, shown.expected.broken, shown.passing.broken) == (True, None, None)
    assert shown.failing.broken is not None


@pytest.mark.parametrize("explained", [True, False])
def test_a_race_of_a_few_that_breaks_the_invariant_as_one_of_their_orders_does_is_no_race(
    make_life: MakeLife, *, explained: bool
) -> None:
    """Within the bound the first event never misses; without it the third one alone breaks the invariant."""
    events = make_life(3)
    rows = Rows(events, lambda there, racers: not there and racers == (1, 2))
    rows.adds = -1

    def holds(there: tuple[int, ...]) -> bool:
        return -1 not in there and not (explained and there == (2,))

    found = rows.explore(events, duplicates=False, distance=1, invariant=lambda there: holds(tuple(there)))
    assert found.verdict == ("proved" if explained else "fails")
    if found.counterexample is not None:
        assert (found.counterexample.kind, found.counterexample.course) == ("invariant", (1, 2))


def test_what_is_wrong_without_a_race_too_says_nothing_of_races(make_life: MakeLife) -> None:
    """Within the bound the first event never misses; raced alone, the others break the invariant one by one as well."""
    events = make_life(4)
    rows = Rows(events)
    found = rows.explore(
        events, duplicates=False, distance=1, invariant=lambda there: not there or 0 in there or 1 in there
    )
    assert found.verdict == "proved"
    assert (2, 3) in {one.racers for one in rows.flights if not one.before and not one.after}


@pytest.mark.parametrize(("options", "tries"), [({}, 20), ({"overlap": 3}, 3), ({"overlap": True}, 10)])
def test_a_race_of_a_token_is_tried_as_often_as_was_asked_for_each_racer_first_in_turn(
    make_life: MakeLife, options: dict[str, Any], tries: int
) -> None:
    events = make_life(3)
    wrong, right = Rows(events, lambda _there, racers: racers == (0, 1)), Rows(events)
    shown = wrong.explore(events, duplicates=False).counterexample
    assert shown is not None
    options = {"events": events, "timeout": LONG, **options}
    again = replay(shown.token, right, state=right.state, reset=right.reset, **options)
    assert again.ok
    assert [one.racers for one in right.flights] == [(0, 1) if turn % 2 == 0 else (1, 0) for turn in range(tries)]
    younger = Rows(events, lambda _there, racers: racers == (1, 0))
    again = replay(shown.token, younger, state=younger.state, reset=younger.reset, **options)
    assert again.counterexample is not None
    assert again.counterexample.course == (1, 0)
    assert len(younger.flights) == 2
