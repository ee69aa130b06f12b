"""Pairs of customers: the events of two customers in four orders, compared with the events of each customer alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, zip_longest
from math import inf
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.driver import Driver
from steppay_mock.ordering.receiver.follow import follow
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.search.exploration_builder import not_compared, to_be_compared
from steppay_mock.ordering.search.plan import budget_beyond
from steppay_mock.ordering.search.search import Search
from steppay_mock.ordering.search.truth import know_truth
from steppay_mock.ordering.search.verify import deliver_again, fails, find_counterexamples
from steppay_mock.ordering.state.interference import interferences
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from steppay_mock.ordering.exploration import Exploration
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.receiver import Receiver
    from steppay_mock.ordering.search.event_set import EventSet
    from steppay_mock.ordering.truth.hint import Hint

_KINDS: tuple[Kind, ...] = ("invariant", "state", "answer")


class CustomerPairs:
    """Delivers the events of two customers in four orders, and compares the ends with those of each alone."""

    def __init__(self, chosen: EventSet, receiver: Receiver, settings: ExploreSettings) -> None:
        self._settings = settings
        self._driver = Driver(receiver, chosen.events, settings, as_stored=chosen.as_stored)
        self._search = Search(self._driver, settings).unmerged()  # four orders leave nothing to merge
        self._token = chosen.token(retries=settings.attempts)
        self._truth = know_truth(settings.truth, chosen.story, ignore=settings.ignore)
        self._knows = chosen.story is not None
        self._hints: tuple[Hint, ...] = ()
        self._runs: dict[Course, Run] = {}
        self._mixed: set[Course] = set()
        self._started: float

    def check(self, found: Exploration, groups: dict[str, Course]) -> Exploration:
        """The exploration with the result of the pairs."""
        self._started = perf_counter()
        with self._driver:
            self._driver.allow(inf)
            try:
                told = self._wrong_end() or self._order_dependence(groups) or self._interference(groups)
                told = told or self._uncompared(found)
            except ExplorationError as error:
                error.exploration = self._result(found, verdict="unfinished", why=str(error))
                raise
        return self._result(found, **told)

    def _wrong_end(self) -> dict[str, Any]:
        # The customers were explored without truth=, since the store is about both. Their common end is compared here.
        if not self._knows:
            return {}
        course = tuple(range(len(self._driver.events)))
        end = self._run(course).state
        self._hints = self._truth.hints(end)
        if not self._truth.is_wrong(end):
            return {}
        shown = deliver_again(self._driver, "truth", course, token=self._token, truth=self._truth, smallest=True)
        return {} if shown is None else {"verdict": "fails", "counterexample": shown}

    def _uncompared(self, found: Exploration) -> dict[str, Any]:
        """The note, or the verdict, that no end was compared with the store."""
        if self._hints or not found.ok or any(self._truth.reaches(run.state) for run in self._runs.values()):
            return {}
        if self._truth.is_strict:
            return {"verdict": "vacuous", "why": to_be_compared()}
        return {"uncompared": True, "notes": (*found.notes, not_compared())}

    def _order_dependence(self, groups: dict[str, Course]) -> dict[str, Any]:
        """A pair whose events end differently in one of the four orders than in the order in which they happened."""
        kinds = _KINDS[:2] if self._settings.attempts else _KINDS  # with retries a refusal is no end
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
        """Two customers that are not independent, though their events end the same in all four orders.

        Such a pair shares a value, such as a total that both add to. Then what is proved of each alone does not hold
        for both, so the verdict is no proof.
        """
        self._driver.begin()
        first = self._driver.states[self._driver.look()]
        for one, other, orders in self._orders(groups):
            runs = [self._run(places) for places in (groups[one], groups[other], orders[0])]
            parts = interferences(first.state, *(run.state for run in runs))
            effects = interferences(_listed(first.effects), *(_listed(run.effects) for run in runs))
            path = next(chain(parts, effects), None)
            if path is not None:
                why = (
                    f"Customers {one} and {other} influence each other: {path} after the events of both is not what "
                    "the events of each alone make it. What is proved of each customer does not hold for both."
                )
                return {"verdict": "vacuous", "why": why}
        return {}

    def _orders(self, groups: dict[str, Course]) -> Iterator[tuple[str, str, list[Course]]]:
        bound = self._search.graph.bound
        for one, other in combinations(groups, 2):
            yield one, other, [order for order in interleavings(groups[one], groups[other]) if bound.allows(order)]

    def _run(self, course: Course) -> Run:
        if course not in self._runs:
            self._runs[course] = follow(self._driver, course)
        return self._runs[course]

    def _result(self, found: Exploration, **told: Any) -> Exploration:
        driver, coverage = self._driver, found.coverage
        coverage = replace(
            coverage,
            interleavings=len(self._mixed),
            deliveries=coverage.deliveries + driver.deliveries,
            refused=coverage.refused + driver.refused,
            silent=coverage.silent + driver.deliveries - driver.answered,
            elapsed=coverage.elapsed + perf_counter() - self._started,
        )
        return replace(found, **{"coverage": coverage, "hints": self._hints, **told})


def interleavings(one: Course, other: Course) -> Iterator[Course]:
    """The four orders of a pair: as it happened, either customer first, and taking turns; equal ones once.

    Events of both customers come with the customer that comes first.
    """
    both = {*one, *other}
    turns = (place for pair in zip_longest(one, other) for place in pair if place is not None)
    mixed = [sorted(both), (*one, *other), (*other, *one), turns]
    yield from dict.fromkeys(tuple(dict.fromkeys(order)) for order in mixed)


def _listed(effects: Any) -> tuple[Any, ...]:
    """The effects as a flat tuple: each as often as it is there."""
    return tuple(one for one, count in effects or () for _ in range(count))
