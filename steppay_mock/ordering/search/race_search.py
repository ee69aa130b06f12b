"""Searches for a race that is lost: events in flight at once end differently than in the order in which they happened.

An event races its own copy, its neighbours, and the events that are related to it. Each group of racers starts from
two points: with nothing delivered before, so that no row exists yet, and at its place in the story. Chance decides a
race, so each is tried several times with another racer first. Where the receiver reads back, the REST API can hold
what one racer asks until the others have their answers. Then the stale read is certain, and one try is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.v1 import V1EventType
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.findings import Kind, Overlaps
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.orders.races import Group, Race, groups_of, held_races, races_alone, races_within
from steppay_mock.ordering.receiver.driver import BudgetSpentError, Driver
from steppay_mock.ordering.receiver.follow import follow
from steppay_mock.ordering.receiver.identifiers import find_spots, read_identifiers
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.report.anomaly_rules import name_anomaly
from steppay_mock.ordering.search.plan import budget_beyond
from steppay_mock.ordering.search.verify import fails
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.payload.event import Event
from steppay_mock.payload.subject import thing_of

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.token import Token

_GROUPS = 4  # groups for each event at most: their number would grow with the square of the events
_KINDS: tuple[Kind, ...] = ("invariant", "answer", "state")  # an answer first: a refusal explains the other state

_OF_MANY = {"customer-id", "customer-code", "email", "login", "product-code", "price-code"}
"""Identifiers that many events of a story share, so that sharing one says little."""

_SAME_THING, _NAMES_IT, _SAME_CUSTOMER = range(3)


@dataclass(frozen=True, slots=True)
class LostRace:
    """A race that ended as it must not."""

    kind: Kind
    race: Race
    run: Run


class RaceSearch:
    """Delivers events at once, and compares the end with that of the order in which they happened."""

    def __init__(self, driver: Driver, settings: ExploreSettings) -> None:
        self._driver = driver
        self._events = driver.events
        self._everything: Course = tuple(range(len(driver.events)))
        self._turns = settings.overlap
        self._budget = settings.budget
        self._holds = settings.api is not None
        self._copies = settings.duplicates
        self._kinds: tuple[Kind, ...] = ("invariant", "state") if settings.attempts else _KINDS
        self._likely = likely_conflicts(driver.events)
        self._runs: dict[Course, Run] = {}
        """The runs of courses without a race, which are deterministic and so delivered once."""
        self._raced: set[Group] = set()
        self._tries = 0
        self._certain = 0

    @property
    def overlaps(self) -> Overlaps:
        """The numbers of what was tried so far."""
        of = len(self._groups(self._everything))
        return Overlaps(groups=len(self._raced), of=of, tries=self._tries, certain=self._certain)

    def search(self, *, budget: int) -> LostRace | None:
        """The first race that is lost; None if none is, as far as the budget goes."""
        try:
            for race, turn in self._rounds(budget):
                lost = self._lost(race, turn)
                self._raced.add(race.group)
                if lost is not None:
                    return lost
        except BudgetSpentError:
            pass
        return None

    def smallest(self, lost: LostRace) -> tuple[LostRace, bool]:
        """The lost race with the fewest events, and whether every smaller set of events was tried."""
        self._driver.allow(budget_beyond(self._budget, count=len(self._everything)))
        # A race that was certain is made small with holds too: without them each smaller one needs all tries.
        races = held_races if lost.run.held else races_within
        best = lost
        try:
            # First remove one delivery at a time, which is fast. Then try all smaller sets of events, so that nothing
            # smaller is left.
            while (smaller := self._first_lost(best.race.without_one())) is not None:
                best = smaller
            for size in range(1, len(best.race.places)):
                for places in combinations(self._everything, size):
                    smaller = self._first_lost(races(self._groups(places), places))
                    if smaller is not None:
                        return smaller, True
        except BudgetSpentError:
            return best, False
        return best, True

    def explain(self, lost: LostRace, *, smallest: bool, token: Token) -> Counterexample:
        """The lost race as a counterexample, beside the same deliveries one by one."""
        expected, failing = self._one_by_one(lost.race.places), lost.run
        self._driver.allow(inf)
        passing = follow(self._driver, failing.course[: len(lost.race.course)])
        if fails(lost.kind, passing, expected, None):
            passing = expected
        is_same = same_rows(failing.state, expected.state)
        told: Kind = "effects" if lost.kind == "state" and is_same else lost.kind
        return Counterexample(
            kind=told,
            events=self._events,
            expected=expected,
            passing=passing,
            failing=failing,
            anomaly=name_anomaly(told, events=self._events, expected=expected, passing=passing, failing=failing),
            token=token.of(lost.race.course, kind=told, together=failing.together, held=failing.held),
            smallest=smallest,
        )

    def try_again(self, race: Race) -> LostRace | None:
        """Repeat the race until it is lost; None if it never is in as many tries as allowed."""
        self._driver.allow(inf)
        return next(filter(None, (self._lost(race, turn) for turn in range(self._turns))), None)

    def _groups(self, places: Course, *, most: int | None = None) -> list[Group]:
        return groups_of(places, self._events, likely=self._likely, copies=self._copies, most=most)

    def _rounds(self, budget: int) -> Iterator[tuple[Race, int]]:
        """The races, each with its turn, in the order in which they are tried.

        Near groups race once in any case. Pairs that are no neighbours come next, while the budget lasts.
        Then every race is repeated with another racer started first.
        """
        groups = self._groups(self._everything, most=_GROUPS * len(self._everything))
        # Neighbours and copies are the likely races in production. Of far pairs there may be many.
        far: list[Group] = [group for group in groups if len(group) == 2 and group[1] - group[0] > 1]
        near = [group for group in groups if group not in far]
        self._driver.allow(inf)
        for race in dict.fromkeys(self._held(near) + races_alone(groups) + self._within(near)):
            yield race, 0
        self._driver.allow(budget - self._driver.deliveries)
        for race in self._held(far) + self._within(far):
            yield race, 0
        for turn in range(1, self._turns):
            for race in dict.fromkeys(races_alone(groups) + self._within(groups)):
                yield race, turn

    def _within(self, groups: list[Group]) -> list[Race]:
        return races_within(groups, self._everything)

    def _held(self, groups: list[Group]) -> list[Race]:
        """The held races. A held copy shows by the row that is inserted twice, so it needs no other event."""
        if not self._holds:
            return []
        copies = [group for group in groups if group[0] == group[-1]]
        others = [group for group in groups if group[0] != group[-1]]
        alone = [race for group in copies for race in held_races([group], group[:1])]
        return alone + held_races(others, self._everything)

    def _lost(self, race: Race, turn: int) -> LostRace | None:
        """The race, if it is lost.

        All events together end the same in every order, by the proof before. Some of them alone may end differently in
        different orders, and then a race may end like any of these. It is lost only if it ends as no order does.
        """
        race = race.turned(turn)
        expected = self._one_by_one(race.places)
        run = follow(self._driver, race.course, together=race.together, held=race.held)
        self._tries += 1
        self._certain += run.held
        if expected.broken is not None:  # broken without a race, so it says nothing about races
            return None
        kind = next((kind for kind in self._kinds if fails(kind, run, expected, None)), None)
        if kind is None:
            return None
        lost = LostRace(kind, race, run)
        return lost if race.places == self._everything or not self._is_one_order(lost) else None

    def _first_lost(self, races: Iterable[Race]) -> LostRace | None:
        for race in races:
            for turn in range(1 if race.held else self._turns):
                lost = self._lost(race, turn)
                if lost is not None:
                    return lost
        return None

    def _is_one_order(self, lost: LostRace) -> bool:
        # Too many racers have too many orders; then the race counts as explained, which is the careful answer.
        courses = list(lost.race.one_by_one())
        return not courses or any(_end_alike(lost.kind, lost.run, self._one_by_one(course)) for course in courses)

    def _one_by_one(self, course: Course) -> Run:
        if course not in self._runs:
            self._runs[course] = follow(self._driver, course)
        return self._runs[course]


def _end_alike(kind: Kind, race: Run, order: Run) -> bool:
    """Whether the race ends as this order of the same deliveries does, in what the kind of failure compares."""
    if kind == "invariant":
        return order.broken is not None
    if kind == "answer":
        return _answered(race) == _answered(order)
    return (race.state, race.effects) == (order.state, order.effects)


def _answered(run: Run) -> list[tuple[int, bool]]:
    return sorted(zip(run.course, run.accepted, strict=True))


def likely_conflicts(events: Sequence[Event]) -> tuple[Group, ...]:
    """The pairs of related events, as places: the closest relation first, then the nearest in time.

    Two events are related if they are about one thing, if both name one thing (a payment names its order), or if they
    have one customer.
    """
    things = [thing_of(event) for event in events]
    named = _identifiers(events)
    found: list[tuple[int, int, Group]] = []
    for one, two in combinations(range(len(events)), 2):
        shared = named[one] & named[two]
        if things[one] == things[two] and things[one][1] is not None:
            found.append((_SAME_THING, two - one, (one, two)))
        elif any(means not in _OF_MANY for means, _ in shared):
            found.append((_NAMES_IT, two - one, (one, two)))
        elif shared:
            found.append((_SAME_CUSTOMER, two - one, (one, two)))
    return tuple(pair for *_, pair in sorted(found))


def _identifiers(events: Sequence[Event]) -> list[frozenset[tuple[str, str]]]:
    """The identifiers in each event; none for an event that no schema describes."""
    known = [place for place, event in enumerate(events) if isinstance(event.type, EventType | V1EventType)]
    named: list[frozenset[tuple[str, str]]] = [frozenset()] * len(events)
    for place, spots in zip(known, find_spots(events[place] for place in known), strict=True):
        named[place] = frozenset((means, str(value)) for means, value in read_identifiers(events[place], spots))
    return named
