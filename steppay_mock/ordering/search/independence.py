"""Each customer's events are proved alone, and pairs of customers are checked for interference.

It costs the proofs of the customers, whose events are few, and for each pair four orders of the events of both. It
assumes, and the report says so, that customers influence each other no further than these orders showed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations
from math import inf
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.exploration import Exploration
from steppay_mock.ordering.face import option
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.orders.groups import groups_of_customers, interleavings
from steppay_mock.ordering.receiver.subject import Subject
from steppay_mock.ordering.search.account import not_compared, to_be_compared
from steppay_mock.ordering.search.inquiry import explore_together
from steppay_mock.ordering.search.plan import budget_beyond
from steppay_mock.ordering.search.search import Search
from steppay_mock.ordering.search.truth import know_truth
from steppay_mock.ordering.search.verify import deliver_again, fails, find_counterexamples
from steppay_mock.ordering.state.interference import interferences
from steppay_mock.ordering.truth.setting import TruthSetting
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.search.event_set import EventSet
    from steppay_mock.ordering.truth.hint import Hint

_KINDS: tuple[Kind, ...] = ("invariant", "state", "answer")


def explore_independent(chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> Exploration:
    """The exploration of each customer's events alone, then of pairs, as one; SteppayMockError for fewer than two."""
    groups = groups_of_customers(chosen.events)
    if len(groups) < 2:
        raise SteppayMockError(
            f"{option('independent', value=True)} proves each customer's events alone, and these are about "
            f"{len(groups)}. Give events of two customers or more, or leave it out."
        )
    # Made first, since it refuses misuse, such as truth= without a story, before anything is delivered.
    pairs = _Pairs(chosen, receiver, settings)
    found: list[Exploration] = []
    for name, places in groups.items():
        made = sum(one.coverage.deliveries for one in found)
        left = replace(settings, truth=TruthSetting("off"), budget=max(settings.budget - made, 1))
        try:
            one = explore_together(chosen.part(places), receiver, left)
        except ExplorationError as error:
            if error.exploration is not None:
                error.exploration = _together([*found, error.exploration], chosen, groups)
            raise
        found.append(one)
        if not one.ok and len(places) > 1:
            together = _together(found, chosen, groups)
            return replace(
                together, events=one.events, losses=(), without_effect=(), name=f"{one.name}, customer {name} alone"
            )
    return pairs.check(_together(found, chosen, groups), groups)


def _together(found: Sequence[Exploration], chosen: EventSet, groups: dict[str, Course]) -> Exploration:
    """What was found of each customer as one: the numbers are sums, the verdict is the last one that is no proof."""
    telling = [one for one in found if one.coverage.events > 1] or found  # one event alone has no order
    worst = next((one for one in reversed(telling) if one.verdict != "proved"), telling[-1])
    all_of = [one.coverage for one in found]
    told = [one for one in all_of if one.strength is not None] or all_of
    coverage = replace(
        worst.coverage,
        events=len(chosen.events),
        groups=tuple(map(len, groups.values())),
        orders=sum(max(one.orders, 1) for one in all_of),
        runs=sum(one.runs for one in told),
        random=sum(one.random for one in told),
        covered=sum(one.covered for one in told),
        of=sum(one.of for one in told),
        deliveries=sum(one.deliveries for one in all_of),
        states=sum(one.states for one in all_of),
        elapsed=sum(one.elapsed for one in all_of),
        effective=sum(one.effective for one in all_of),
        sampled=sum(one.sampled for one in all_of),
        disagreed=sum(one.disagreed for one in all_of),
        refused=sum(one.refused for one in all_of),
        silent=sum(one.silent for one in all_of),
        leans_on_retries=any(one.leans_on_retries for one in all_of),
        points=max(one.points for one in all_of),
    )
    if worst.coverage.found_after is not None:
        before = coverage.deliveries - worst.coverage.deliveries
        coverage = replace(coverage, found_after=before + worst.coverage.found_after)
    losses: dict[int, Loss] = {}
    for one, places in zip(found, groups.values(), strict=False):
        for loss in one.losses:
            losses.setdefault(places[loss.place], replace(loss, place=places[loss.place]))
    idle = {places[place] for one, places in zip(found, groups.values(), strict=False) for place in one.without_effect}
    unmatched = [pattern for pattern in found[0].unmatched if all(pattern in one.unmatched for one in found)]
    return replace(
        worst,
        events=chosen.events,
        name=chosen.name,
        coverage=coverage,
        without_effect=tuple(sorted(idle)),
        notes=tuple(dict.fromkeys(note for one in found for note in one.notes)),
        losses=tuple(losses[place] for place in sorted(losses)),
        unmatched=tuple(unmatched),
    )


class _Pairs:
    """Delivers the events of two customers in a few orders, and compares the ends with those of each alone."""

    def __init__(self, chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> None:
        self._settings = settings
        self._subject = Subject(receiver, chosen.events, settings, told=chosen.told)
        self._search = Search(self._subject, settings).unmerged()
        self._token = chosen.token(retries=settings.attempts)
        self._truth = know_truth(settings.truth, chosen.story, ignore=settings.ignore)
        self._knows = chosen.story is not None
        self._hints: tuple[Hint, ...] = ()
        self._runs: dict[Course, Run] = {}
        self._mixed: set[Course] = set()
        self._started = 0.0

    def check(self, found: Exploration, groups: dict[str, Course]) -> Exploration:
        """The exploration, with what came of the pairs."""
        self._started = perf_counter()
        with self._subject:
            self._subject.allow(inf)
            try:
                told = self._wrong_end() or self._order_dependence(groups) or self._interference(groups)
                told = told or self._uncompared(found)
            except ExplorationError as error:
                error.exploration = self._result(found, verdict="unfinished", why=str(error))
                raise
        return self._result(found, **told)

    def _wrong_end(self) -> dict[str, Any]:
        if not self._knows:
            return {}
        course = tuple(range(len(self._subject.events)))
        end = self._run(course).state
        self._hints = self._truth.hints(end)
        if not self._truth.is_wrong(end):
            return {}
        shown = deliver_again(self._subject, "truth", course, token=self._token, truth=self._truth, smallest=True)
        return {} if shown is None else {"verdict": "fails", "counterexample": shown}

    def _uncompared(self, found: Exploration) -> dict[str, Any]:
        """Says that no end was compared with the store, where it could have been."""
        if self._hints or not found.ok or any(self._truth.reaches(run.state) for run in self._runs.values()):
            return {}
        if self._truth.is_strict:
            return {"verdict": "vacuous", "why": to_be_compared()}
        return {"uncompared": True, "notes": (*found.notes, not_compared())}

    def _order_dependence(self, groups: dict[str, Course]) -> dict[str, Any]:
        """Of the events of two customers, an order that ends otherwise than they do as they happened."""
        kinds = _KINDS[:2] if self._settings.attempts else _KINDS
        for _, _, orders in self._orders(groups):
            for course in orders:
                run, expected = self._run(course), self._run(orders[0])
                self._mixed.add(course)
                kind = next((kind for kind in kinds if fails(kind, run, expected, None)), None)
                if kind is not None:
                    return self._shown(kind, course)
        return {}

    def _shown(self, kind: Kind, course: Course) -> dict[str, Any]:
        budget = budget_beyond(self._settings.budget, count=len(course))
        shown = find_counterexamples(self._search, kind, course, token=self._token, budget=budget, truth=None, most=1)
        if not shown:
            return {"verdict": "flaky", "why": "The events of two customers ended differently in two equal runs."}
        return {"verdict": "fails", "counterexample": shown[0]}

    def _interference(self, groups: dict[str, Course]) -> dict[str, Any]:
        """Two customers that are not independent, if there are any, though every order of their events ends alike."""
        self._subject.begin()
        first = self._subject.states[self._subject.look()]
        for one, other, orders in self._orders(groups):
            runs = [self._run(places) for places in (groups[one], groups[other], orders[0])]
            parts = interferences(first.state, *(run.state for run in runs))
            effects = interferences(_listed(first.effects), *(_listed(run.effects) for run in runs))
            path = next(chain(parts, effects), None)
            if path is not None:
                why = (
                    f"Customers {one} and {other} influence each other: {path} is another after the events of both "
                    "than it is by those of each alone. What is proved of each does not hold for both."
                )
                return {"verdict": "vacuous", "why": why}
        return {}

    def _orders(self, groups: dict[str, Course]) -> Iterator[tuple[str, str, list[Course]]]:
        bound = self._search.graph.bound
        for one, other in combinations(groups, 2):
            yield one, other, [order for order in interleavings(groups[one], groups[other]) if bound.allows(order)]

    def _run(self, course: Course) -> Run:
        if course not in self._runs:
            self._runs[course] = self._subject.follow(course)
        return self._runs[course]

    def _result(self, found: Exploration, **told: Any) -> Exploration:
        subject, coverage = self._subject, found.coverage
        coverage = replace(
            coverage,
            interleavings=len(self._mixed),
            deliveries=coverage.deliveries + subject.deliveries,
            refused=coverage.refused + subject.refused,
            silent=coverage.silent + subject.deliveries - subject.answered,
            elapsed=coverage.elapsed + perf_counter() - self._started,
        )
        return replace(found, **{"coverage": coverage, "hints": self._hints, **told})


def _listed(effects: Any) -> tuple[Any, ...]:
    """What was done, each thing as often as it was done."""
    return tuple(one for one, count in effects or () for _ in range(count))
