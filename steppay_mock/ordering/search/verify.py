"""Verifies a failing course: delivers it from the beginning, beside the course that it is compared with.

A search judges by its graph, so a failing course may never have been delivered as a whole. Nothing is reported that was
not seen to fail in one piece, twice. That also filters out what fails by chance.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.orders.course import Course, neighbour, occurrence
from steppay_mock.ordering.receiver.answers import is_odd
from steppay_mock.ordering.receiver.driver import BudgetSpentError
from steppay_mock.ordering.receiver.follow import follow
from steppay_mock.ordering.receiver.run import Run
from steppay_mock.ordering.report.anomaly_rules import name_anomaly
from steppay_mock.ordering.search.minimise import Minimiser
from steppay_mock.ordering.search.search import ContradictionError, Search
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.ordering.token import Token

if TYPE_CHECKING:
    from collections.abc import Hashable

    from steppay_mock.ordering.receiver.driver import Driver
    from steppay_mock.ordering.search.truth import Truth

_TRIED = 60  # other failing courses that are delivered to learn the name of their anomaly


def find_counterexamples(
    search: Search,
    kind: Kind,
    course: Course,
    *,
    token: Token,
    budget: int,
    truth: Truth | None,
    most: int,
    target: int | None = None,
) -> list[Counterexample]:
    """The smallest counterexample, verified, and others of its size; none if the course does not fail again.

    The others show another anomaly, or are about another kind of thing. There are at most ``most`` in all. ``target``
    is the refused event, for the kind ``refused``.
    """
    driver, found = search.driver, list[tuple[Counterexample, Course, list[Course]]]()
    # The small course was composed from edges of merged nodes. If the probe hides something it may not fail as a whole;
    # then it is made small again without merging, which costs more deliveries.
    for one in (search, search.unmerged()) if search.graph.merging else (search,):
        smallest, proved, others = _smallest(one, kind, course, budget, target)
        shown = deliver_again(driver, kind, smallest, token=token, truth=truth, smallest=proved)
        if shown is not None:
            found.append((shown, smallest, others))
            if proved:
                break
    if not found and (shown := deliver_again(driver, kind, course, token=token, truth=truth, smallest=False)):
        found.append((shown, course, []))
    best = min(found, key=lambda one: (not one[0].smallest, one[0].size), default=None)
    if best is None or not _is_steady(driver, best[0], best[1]):
        return []
    # One counterexample for each anomaly and kind of thing: a receiver that ignores timestamps fails for every pair of
    # events, and the reader needs one of them.
    told = {_about(best[0]): best[0]}
    for other in best[2][:_TRIED]:
        if len(told) >= most:
            break
        shown = deliver_again(driver, kind, other, token=token, truth=truth, smallest=True)
        if shown is not None and _about(shown) not in told and _is_steady(driver, shown, other):
            told[_about(shown)] = shown
    return list(told.values())


def _about(found: Counterexample) -> tuple[str, frozenset[str]]:
    """What distinguishes counterexamples: the anomaly, and the kinds of things that its events are about."""
    kinds = {str(found.events[place].type).partition(".")[0] for place in found.course}
    return found.anomaly.name, frozenset(kinds)


def deliver_again(
    driver: Driver,
    kind: Kind,
    course: Course,
    *,
    token: Token,
    truth: Truth | None,
    smallest: bool,
    or_refused: bool = False,
) -> Counterexample | None:
    """Deliver the course, and return it as a counterexample; None if it does not fail.

    ``or_refused``: it also fails if some of its events are refused in the order in which they happened.
    """
    driver.allow(inf)
    # Only a broken invariant ends a run early. Other kinds compare the final states, which must then be reached even if
    # the invariant breaks on the way.
    judging = kind == "invariant"
    expected = follow(driver, occurrence(course), judging=judging)
    failing = follow(driver, course, judging=judging)
    if not fails(kind, failing, expected, truth):
        if not or_refused or not any(expected.accepted) or not fails("refused", expected, expected, None):
            return None
        kind, course, failing, smallest = "refused", expected.course, expected, False
    passing = follow(driver, neighbour(course), judging=judging)
    if fails(kind, passing, expected, truth):
        passing = expected
    # The search compares states with effects as one. If the rows are equal, only the effects differ.
    told: Kind = "effects" if kind == "state" and same_rows(failing.state, expected.state) else kind
    return Counterexample(
        kind=told,
        events=driver.events,
        expected=expected,
        passing=passing,
        failing=failing,
        anomaly=name_anomaly(told, events=driver.events, expected=expected, passing=passing, failing=failing),
        token=token.of(course, kind=told),
        smallest=smallest,
        truth=None if truth is None or kind != "truth" else truth.beside(failing.state),
    )


def fails(kind: Kind, run: Run, expected: Run, truth: Truth | None) -> bool:
    """Whether the run fails; ``expected`` is the run of the same events in the order in which they happened."""
    if kind == "truth":
        return truth is not None and truth.is_wrong(run.state)
    if kind == "invariant":
        return run.broken is not None
    if kind == "refused":
        last = dict(zip(run.course, run.accepted, strict=False))  # the last delivery of each event counts: a retry
        return not all(last.values())
    if kind == "answer":
        accepted = dict(zip(expected.course, expected.accepted, strict=True))
        return any(
            is_odd(found, accepted[place], is_new=place not in run.course[:at])
            for at, (place, found) in enumerate(zip(run.course, run.accepted, strict=True))
        )
    same = run.effects == expected.effects and same_rows(run.state, expected.state)
    return run.state != expected.state and same if kind == "order" else not same


def _is_steady(driver: Driver, found: Counterexample, course: Course) -> bool:
    """Whether the expected and the failing run end the same when they are delivered again."""
    judging = found.kind == "invariant"
    expected = follow(driver, occurrence(course), judging=judging)
    failing = follow(driver, course, judging=judging)
    return (_told(expected), _told(failing)) == (_told(found.expected), _told(found.failing))


def _told(run: Run) -> tuple[Hashable, ...]:
    return run.state, run.effects, run.accepted, run.broken


def _smallest(
    search: Search, kind: Kind, course: Course, budget: int, target: int | None
) -> tuple[Course, bool, list[Course]]:
    """The smallest course, whether everything smaller was tried, and failing courses of other events, equally many."""
    if kind == "truth":
        return course, True, []
    minimiser = Minimiser(search, kind, budget=budget, target=target)
    try:
        smallest, proved = minimiser.smallest(course)
    except (ContradictionError, ExplorationError, BudgetSpentError):
        return course, False, []
    return smallest, proved, minimiser.of_same_size if proved else []
