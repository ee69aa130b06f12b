"""Does it fail again? What was found is delivered once more, from the beginning, beside what it is compared with."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from steppay_mock.ordering.counterexample import Counterexample, Kind
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.ordering.orders.course import Course, neighbour, occurrence
from steppay_mock.ordering.receiver.answers import accepts, is_odd
from steppay_mock.ordering.receiver.subject import BudgetSpentError
from steppay_mock.ordering.report.classify import name_anomaly
from steppay_mock.ordering.search.minimise import Minimiser
from steppay_mock.ordering.search.search import ContradictionError, Search
from steppay_mock.ordering.token import Token

if TYPE_CHECKING:
    from collections.abc import Hashable

    from steppay_mock.ordering.receiver.run import Run
    from steppay_mock.ordering.receiver.subject import Subject
    from steppay_mock.ordering.search.truth import Truth


def find_counterexample(
    search: Search, kind: Kind, course: Course, *, token: Token, budget: int, truth: Truth | None
) -> Counterexample | None:
    """The smallest counterexample to be found, seen to fail; None if the course does not fail any more."""
    subject, found = search.subject, list[tuple[Counterexample, Course]]()
    for one in (search, search.unmerged()) if search.graph.merging else (search,):  # equal states may go on differently
        smallest, proved = _smallest(one, kind, course, budget)
        shown = deliver_again(subject, kind, smallest, token=token, truth=truth, smallest=proved)
        if shown is not None:
            found.append((shown, smallest))
            if proved:
                break
    if not found and (shown := deliver_again(subject, kind, course, token=token, truth=truth, smallest=False)):
        found.append((shown, course))
    best = min(found, key=lambda pair: (not pair[0].smallest, pair[0].size), default=None)
    return best[0] if best is not None and _is_steady(subject, *best) else None


def deliver_again(
    subject: Subject, kind: Kind, course: Course, *, token: Token, truth: Truth | None, smallest: bool
) -> Counterexample | None:
    """The course as a counterexample, if it fails when it is delivered."""
    subject.allow(inf)
    judging = kind == "invariant"  # what ends otherwise does so at its end, though other rules may be broken before
    expected = subject.follow(occurrence(course), judging=judging)
    failing = subject.follow(course, judging=judging)
    if not fails(kind, failing, expected, truth):
        return None
    passing = subject.follow(neighbour(course), judging=judging)
    if fails(kind, passing, expected, truth):
        passing = expected
    told: Kind = "effects" if kind == "state" and failing.state == expected.state else kind
    return Counterexample(
        kind=told,
        events=subject.events,
        expected=expected,
        passing=passing,
        failing=failing,
        anomaly=name_anomaly(told, events=subject.events, expected=expected, passing=passing, failing=failing),
        token=token.of(course, kind=told),
        smallest=smallest,
        truth=None if truth is None or kind != "truth" else truth.state,
    )


def fails(kind: Kind, run: Run, expected: Run, truth: Truth | None) -> bool:
    """Whether the run ends as it must not, where the expected one is that of the same events as they happened."""
    if kind == "truth":
        return truth is not None and run.state != truth.state
    if kind == "invariant":
        return run.broken is not None
    if kind == "answer":
        accepted = dict(zip(expected.course, expected.accepted, strict=True))
        return any(
            is_odd(found, accepted[place], is_new=place not in run.course[:at])
            for at, (place, found) in enumerate(zip(run.course, run.accepted, strict=True))
        )
    return (run.state, run.effects) != (expected.state, expected.effects)


def is_flaky(subject: Subject, contradiction: ContradictionError) -> bool:
    """Whether equal courses end differently; if not, equal states go on differently, so the probe hides something."""
    subject.allow(inf)
    before, now = contradiction.before, contradiction.now
    first, other = _outcome(subject, before), _outcome(subject, now)
    return (
        before == now
        or first == other  # it does not contradict itself again
        or first[1] != contradiction.state
        or (first, other) != (_outcome(subject, before), _outcome(subject, now))
    )


def _outcome(subject: Subject, course: Course) -> tuple[list[bool], int]:
    """What is answered in a course, of which nothing comes again that is refused, and the state after it."""
    subject.begin()
    return [accepts(subject.deliver(place)) for place in course], subject.look()


def _is_steady(subject: Subject, found: Counterexample, course: Course) -> bool:
    """Whether both ends, the expected and the failing one, are the same once more."""
    judging = found.kind == "invariant"
    expected = subject.follow(occurrence(course), judging=judging)
    failing = subject.follow(course, judging=judging)
    return (_told(expected), _told(failing)) == (_told(found.expected), _told(found.failing))


def _told(run: Run) -> tuple[Hashable, ...]:
    return run.state, run.effects, run.accepted, run.broken


def _smallest(search: Search, kind: Kind, course: Course, budget: int) -> tuple[Course, bool]:
    if kind == "truth":
        return course, True
    try:
        return Minimiser(search, kind, budget=budget).smallest(course)
    except (ContradictionError, ExplorationError, BudgetSpentError):
        return course, False
