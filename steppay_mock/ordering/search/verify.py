"""Delivers once more what was found, from the beginning, beside what it is compared with."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from steppay_mock.ordering.counterexample import Counterexample
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.findings import Kind
from steppay_mock.ordering.orders.course import Course, neighbour, occurrence
from steppay_mock.ordering.receiver.answers import is_odd
from steppay_mock.ordering.receiver.subject import BudgetSpentError
from steppay_mock.ordering.report.anomaly_rules import name_anomaly
from steppay_mock.ordering.search.minimise import Minimiser
from steppay_mock.ordering.search.search import ContradictionError, Search
from steppay_mock.ordering.state.rows import same_rows
from steppay_mock.ordering.token import Token

if TYPE_CHECKING:
    from collections.abc import Hashable

    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.receiver.subject import Subject
    from steppay_mock.ordering.search.truth import Truth

_TRIED = 60  # other failing courses that are delivered to learn their names


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
    """The smallest counterexample to be found, seen to fail, and others of its size; none if it does not fail any more.

    Others are of another kind of mistake, or about another kind of thing; there are ``most`` in all. ``target`` is the
    event that is refused, where that is the failure.
    """
    subject, found = search.subject, list[tuple[Counterexample, Course, list[Course]]]()
    for one in (search, search.unmerged()) if search.graph.merging else (search,):  # equal states may go on differently
        smallest, proved, others = _smallest(one, kind, course, budget, target)
        shown = deliver_again(subject, kind, smallest, token=token, truth=truth, smallest=proved)
        if shown is not None:
            found.append((shown, smallest, others))
            if proved:
                break
    if not found and (shown := deliver_again(subject, kind, course, token=token, truth=truth, smallest=False)):
        found.append((shown, course, []))
    best = min(found, key=lambda one: (not one[0].smallest, one[0].size), default=None)
    if best is None or not _is_steady(subject, best[0], best[1]):
        return []
    told = {_about(best[0]): best[0]}
    for other in best[2][:_TRIED]:
        if len(told) >= most:
            break
        shown = deliver_again(subject, kind, other, token=token, truth=truth, smallest=True)
        if shown is not None and _about(shown) not in told and _is_steady(subject, shown, other):
            told[_about(shown)] = shown
    return list(told.values())


def _about(found: Counterexample) -> tuple[str, frozenset[str]]:
    """What tells counterexamples apart: the kind of mistake, and the kinds of things that it is about."""
    kinds = {str(found.events[place].type).partition(".")[0] for place in found.course}
    return found.anomaly.name, frozenset(kinds)


def deliver_again(
    subject: Subject,
    kind: Kind,
    course: Course,
    *,
    token: Token,
    truth: Truth | None,
    smallest: bool,
    or_refused: bool = False,
) -> Counterexample | None:
    """The course as a counterexample, if it fails when it is delivered.

    ``or_refused``: it fails as well where some of its events are refused in the order in which they happened.
    """
    subject.allow(inf)
    judging = kind == "invariant"  # what ends otherwise does so at its end, though other rules may be broken before
    expected = subject.follow(occurrence(course), judging=judging)
    failing = subject.follow(course, judging=judging)
    if not fails(kind, failing, expected, truth):
        if not or_refused or not any(expected.accepted) or not fails("refused", expected, expected, None):
            return None
        kind, course, failing, smallest = "refused", expected.course, expected, False
    passing = subject.follow(neighbour(course), judging=judging)
    if fails(kind, passing, expected, truth):
        passing = expected
    told: Kind = "effects" if kind == "state" and same_rows(failing.state, expected.state) else kind
    return Counterexample(
        kind=told,
        events=subject.events,
        expected=expected,
        passing=passing,
        failing=failing,
        anomaly=name_anomaly(told, events=subject.events, expected=expected, passing=passing, failing=failing),
        token=token.of(course, kind=told),
        smallest=smallest,
        truth=None if truth is None or kind != "truth" else truth.beside(failing.state),
    )


def fails(kind: Kind, run: Run, expected: Run, truth: Truth | None) -> bool:
    """Whether the run ends as it must not, where the expected one is that of the same events as they happened."""
    if kind == "truth":
        return truth is not None and truth.is_wrong(run.state)
    if kind == "invariant":
        return run.broken is not None
    if kind == "refused":
        last = dict(zip(run.course, run.accepted, strict=False))  # what is accepted at last was not refused
        return not all(last.values())
    if kind == "answer":
        accepted = dict(zip(expected.course, expected.accepted, strict=True))
        return any(
            is_odd(found, accepted[place], is_new=place not in run.course[:at])
            for at, (place, found) in enumerate(zip(run.course, run.accepted, strict=True))
        )
    same = run.effects == expected.effects and same_rows(run.state, expected.state)
    return run.state != expected.state and same if kind == "order" else not same


def _is_steady(subject: Subject, found: Counterexample, course: Course) -> bool:
    """Whether both ends, the expected and the failing one, are the same once more."""
    judging = found.kind == "invariant"
    expected = subject.follow(occurrence(course), judging=judging)
    failing = subject.follow(course, judging=judging)
    return (_told(expected), _told(failing)) == (_told(found.expected), _told(found.failing))


def _told(run: Run) -> tuple[Hashable, ...]:
    return run.state, run.effects, run.accepted, run.broken


def _smallest(
    search: Search, kind: Kind, course: Course, budget: int, target: int | None
) -> tuple[Course, bool, list[Course]]:
    """The smallest course, whether everything smaller was tried, and failing courses of other events of its size."""
    if kind == "truth":
        return course, True, []
    minimiser = Minimiser(search, kind, budget=budget, target=target)
    try:
        smallest, proved = minimiser.smallest(course)
    except (ContradictionError, ExplorationError, BudgetSpentError):
        return course, False, []
    return smallest, proved, minimiser.of_same_size if proved else []
