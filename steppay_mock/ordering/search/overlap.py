"""What if webhooks are in flight at once? Neighbours race each other, and the end must be the expected one.

A race is won by chance, so each is tried several times. Where the receiver reads back, and the REST API can hold what
one webhook asks until the others have landed, the worst end of a race is certain, and once is enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.counterexample import Counterexample, Kind
from steppay_mock.ordering.exploration import Exploration, Overlaps
from steppay_mock.ordering.failure import ExplorationError, NotAnewError
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.orders.races import Race, groups_of, held_races, plain_races
from steppay_mock.ordering.receiver.subject import BudgetSpentError, Subject
from steppay_mock.ordering.report.classify import name_anomaly
from steppay_mock.ordering.search.verify import fails
from steppay_mock.ordering.state.difference import differences
from steppay_mock.ordering.state.rows import same_rows

if TYPE_CHECKING:
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.token import Token

_LEAST = 40  # courses that may be delivered to make a counterexample smaller, however small the budget is
_TRIES_AGAIN = 20
_KINDS: tuple[Kind, ...] = ("invariant", "state", "answer")


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
        except NotAnewError as error:
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
            "This race was certain because the REST API held an answer. Pass the StoreApi that the receiver reads back "
            "from: api=..."
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
        self._kinds = _KINDS[:2] if settings.attempts else _KINDS
        self._expected: dict[Course, Run] = {}
        self._raced: set[tuple[int, ...]] = set()
        self._tries = 0
        self._certain = 0

    @property
    def overlaps(self) -> Overlaps:
        """What was tried by now."""
        of = len(groups_of(self._everything, self._events))
        return Overlaps(groups=len(self._raced), of=of, tries=self._tries, certain=self._certain)

    def search(self, *, budget: int) -> Lost | None:
        """The first race that ends otherwise; each is tried once, and again as long as the budget lasts."""
        plain = plain_races(self._everything, self._events)
        held = held_races(self._everything, self._events) if self._holds else []
        self._subject.allow(max(budget, (len(plain) + len(held) + 1) * len(self._everything)))
        try:
            for turn in range(self._turns):
                for race in [*held, *plain] if not turn else plain:
                    lost = self._try(race, turn)
                    self._raced.add(race.together)
                    if lost is not None:
                        return lost
        except BudgetSpentError:
            pass
        return None

    def smallest(self, lost: Lost) -> tuple[Lost, bool]:
        """The same with the fewest events that it was seen with, and whether every smaller set of events was tried."""
        self._subject.allow(max(self._budget // 2, _LEAST * len(self._everything)))
        races = held_races if lost.run.held else plain_races
        best = lost
        try:
            while (smaller := self._first_lost(best.race.without_one())) is not None:
                best = smaller
            for size in range(2, len(best.race.places)):
                for places in combinations(self._everything, size):
                    smaller = self._first_lost(races(places, self._events))
                    if smaller is not None:
                        return smaller, True
        except BudgetSpentError:
            return best, False
        return best, True

    def explain(self, lost: Lost, *, smallest: bool, token: Token) -> Counterexample:
        """The lost race as a counterexample; it passes where the same events come one after the other."""
        expected, failing = self._as_it_happened(lost.race), lost.run
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
        return next(filter(None, (self._try(race, turn) for turn in range(self._turns))), None)

    def _try(self, race: Race, turn: int) -> Lost | None:
        race = race.turned(turn)
        expected = self._as_it_happened(race)
        run = self._subject.follow(race.course, together=race.together, held=race.held)
        self._tries += 1
        self._certain += run.held
        if expected.broken is not None:  # which says nothing of races
            return None
        kind = next((kind for kind in self._kinds if fails(kind, run, expected, None)), None)
        return None if kind is None else Lost(kind, race, run)

    def _first_lost(self, races: Iterable[Race]) -> Lost | None:
        """The first that is lost as no order can lose it: of some of the events alone, orders may end differently."""
        for race in races:
            for turn in range(1 if race.held else self._turns):
                lost = self._try(race, turn)
                if lost is not None and not self._is_one_order(lost):
                    return lost
        return None

    def _is_one_order(self, lost: Lost) -> bool:
        courses = list(lost.race.one_by_one())
        return not courses or any(
            not fails(lost.kind, lost.run, self._subject.follow(course), None) for course in courses
        )

    def _as_it_happened(self, race: Race) -> Run:
        places = race.places
        if places not in self._expected:
            self._expected[places] = self._subject.follow(places)
        return self._expected[places]
