"""Webhooks in flight at once: each race must end as the same events do in the order in which they happened.

An event races its own copy, and it races its neighbours and the events that are related to it. Each group of racers
starts from two points: with nothing delivered before, so that no row is there yet, and at its place in the story. A
race is won by chance, so each is tried several times. Where the receiver reads back, and the REST API can hold what one
webhook asks until the others have landed, the worst end of a race is certain, and once is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError, WrongStartError
from steppay_mock.ordering.findings import Kind, Overlaps
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.orders.races import Group, Race, groups_of, held_races, races_alone, races_within
from steppay_mock.ordering.receiver.subject import BudgetSpentError, Subject
from steppay_mock.ordering.report.anomaly_rules import name_anomaly
from steppay_mock.ordering.search.conflicts import likely_conflicts
from steppay_mock.ordering.search.plan import budget_beyond
from steppay_mock.ordering.search.verify import fails
from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.token import Token

_TRIES_AGAIN = 20
_GROUPS = 4  # so many for each event are tried at most: their number would grow with the square of the events
_KINDS: tuple[Kind, ...] = ("invariant", "answer", "state")  # what was refused is why the state is another one


@dataclass(frozen=True, slots=True)
class Lost:
    """A race that ended as it must not."""

    kind: Kind
    race: Race
    run: Run


def explore_overlaps(found: Exploration, receiver: Receiver, settings: ExploreSettings, *, token: Token) -> Exploration:
    """The exploration, and what came of races between the same events."""
    started = perf_counter()
    subject = Subject(receiver, found.events, settings)
    racing = Racing(subject, settings)

    def result(overlaps: Overlaps, **more: object) -> Exploration:
        coverage = replace(
            found.coverage,
            deliveries=found.coverage.deliveries + subject.deliveries,
            refused=found.coverage.refused + subject.refused,
            silent=found.coverage.silent + subject.deliveries - subject.answered,
            elapsed=found.coverage.elapsed + perf_counter() - started,
            overlaps=overlaps,
        )
        return replace(found, coverage=coverage, **more)  # type: ignore[arg-type]

    with subject:
        try:
            lost = racing.search(budget=settings.budget - found.coverage.deliveries)
            tried = racing.overlaps
            if lost is None:
                return result(tried)
            lost, is_smallest = racing.smallest(lost)
            shown = racing.explain(lost, smallest=is_smallest, token=token)
            return result(tried, verdict="fails", counterexample=shown)
        except WrongStartError as error:
            return result(
                racing.overlaps,
                verdict="flaky",
                why=error.why,
                unequal=tuple(differences(error.wanted, error.found)),
            )
        except ExplorationError as error:
            error.exploration = result(racing.overlaps, verdict="unfinished", why=str(error))
            raise


def race_again(subject: Subject, settings: ExploreSettings, race: Race, *, token: Token) -> Counterexample | None:
    """The race as a counterexample, if it is lost in one of so many tries as ``overlap=`` says, or else twenty."""
    if race.held and settings.api is None:
        raise SteppayMockError(
            "This race was certain because the REST API held an answer. Give the API that the receiver reads back "
            f"from: {option('api')}"
        )
    racing = Racing(subject, replace(settings, overlap=settings.overlap or _TRIES_AGAIN))
    lost = racing.try_again(race)
    return None if lost is None else racing.explain(lost, smallest=True, token=token)


class Racing:
    """Lets events race each other, and compares how that ends with how it ends in the order in which they happened."""

    def __init__(self, subject: Subject, settings: ExploreSettings) -> None:
        self._subject = subject
        self._events = subject.events
        self._everything: Course = tuple(range(len(subject.events)))
        self._turns = settings.overlap
        self._budget = settings.budget
        self._holds = settings.api is not None
        self._copies = settings.duplicates
        self._kinds: tuple[Kind, ...] = ("invariant", "state") if settings.attempts else _KINDS
        self._likely = likely_conflicts(subject.events)
        self._runs: dict[Course, Run] = {}
        """Courses without a race, which end the same whenever they are delivered."""
        self._raced: set[Group] = set()
        self._tries = 0
        self._certain = 0

    @property
    def overlaps(self) -> Overlaps:
        """What was tried by now."""
        of = len(self._groups(self._everything))
        return Overlaps(groups=len(self._raced), of=of, tries=self._tries, certain=self._certain)

    def search(self, *, budget: int) -> Lost | None:
        """The first race that ends otherwise."""
        try:
            for race, turn in self._rounds(budget):
                lost = self._lost(race, turn)
                self._raced.add(race.group)
                if lost is not None:
                    return lost
        except BudgetSpentError:
            pass
        return None

    def smallest(self, lost: Lost) -> tuple[Lost, bool]:
        """The same with the fewest events that it was seen with, and whether every smaller set of events was tried."""
        self._subject.allow(budget_beyond(self._budget, count=len(self._everything)))
        races = held_races if lost.run.held else races_within
        best = lost
        try:
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

    def explain(self, lost: Lost, *, smallest: bool, token: Token) -> Counterexample:
        """The lost race as a counterexample; it passes where the same events come one after the other."""
        expected, failing = self._one_by_one(lost.race.places), lost.run
        self._subject.allow(inf)
        passing = self._subject.follow(failing.course[: len(lost.race.course)])
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

    def try_again(self, race: Race) -> Lost | None:
        """The race, until it is lost or was tried often enough."""
        self._subject.allow(inf)
        return next(filter(None, (self._lost(race, turn) for turn in range(self._turns))), None)

    def _groups(self, places: Course, *, most: int | None = None) -> list[Group]:
        return groups_of(places, self._events, likely=self._likely, copies=self._copies, most=most)

    def _rounds(self, budget: int) -> Iterator[tuple[Race, int]]:
        """The races, and which turn it is of each: most once in any case, all as long as the budget lasts."""
        groups = self._groups(self._everything, most=_GROUPS * len(self._everything))
        far: list[Group] = [group for group in groups if len(group) == 2 and group[1] - group[0] > 1]
        near = [group for group in groups if group not in far]
        self._subject.allow(inf)
        for race in dict.fromkeys(self._held(near) + races_alone(groups) + self._within(near)):
            yield race, 0
        self._subject.allow(budget - self._subject.deliveries)
        for race in self._held(far) + self._within(far):
            yield race, 0
        for turn in range(1, self._turns):
            for race in dict.fromkeys(races_alone(groups) + self._within(groups)):
                yield race, turn

    def _within(self, groups: list[Group]) -> list[Race]:
        return races_within(groups, self._everything)

    def _held(self, groups: list[Group]) -> list[Race]:
        """A copy that is held is told by what it inserts: it needs no other event. The others need the story."""
        if not self._holds:
            return []
        copies = [group for group in groups if group[0] == group[-1]]
        others = [group for group in groups if group[0] != group[-1]]
        alone = [race for group in copies for race in held_races([group], group[:1])]
        return alone + held_races(others, self._everything)

    def _lost(self, race: Race, turn: int) -> Lost | None:
        """The race, if it ends as it must not.

        Of all events every order ends the same. Of some of them orders may end differently, and so may a race: it is
        lost if it ends as no order does.
        """
        race = race.turned(turn)
        expected = self._one_by_one(race.places)
        run = self._subject.follow(race.course, together=race.together, held=race.held)
        self._tries += 1
        self._certain += run.held
        if expected.broken is not None:  # which says nothing of races
            return None
        kind = next((kind for kind in self._kinds if fails(kind, run, expected, None)), None)
        if kind is None:
            return None
        lost = Lost(kind, race, run)
        return lost if race.places == self._everything or not self._is_one_order(lost) else None

    def _first_lost(self, races: Iterable[Race]) -> Lost | None:
        for race in races:
            for turn in range(1 if race.held else self._turns):
                lost = self._lost(race, turn)
                if lost is not None:
                    return lost
        return None

    def _is_one_order(self, lost: Lost) -> bool:
        courses = list(lost.race.one_by_one())
        return not courses or any(_end_alike(lost.kind, lost.run, self._one_by_one(course)) for course in courses)

    def _one_by_one(self, course: Course) -> Run:
        if course not in self._runs:
            self._runs[course] = self._subject.follow(course)
        return self._runs[course]


def _end_alike(kind: Kind, race: Run, order: Run) -> bool:
    """Whether the race ends as that order of the same deliveries does, in what is looked at."""
    if kind == "invariant":
        return order.broken is not None
    if kind == "answer":
        return _answered(race) == _answered(order)
    return (race.state, race.effects) == (order.state, order.effects)


def _answered(run: Run) -> list[tuple[int, bool]]:
    return sorted(zip(run.course, run.accepted, strict=True))
