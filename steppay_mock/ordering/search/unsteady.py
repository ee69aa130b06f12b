"""Delivers two courses that contradict each other again, says what that means, and makes them small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from steppay_mock.ordering.receiver.subject import BudgetSpentError

if TYPE_CHECKING:
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.subject import Subject
    from steppay_mock.ordering.search.search import ContradictionError


def is_flaky(subject: Subject, contradiction: ContradictionError) -> bool:
    """Whether equal courses end differently; if not, equal states go on differently, so the probe hides something."""
    before, now = contradiction.before, contradiction.now
    first, other = _outcome(subject, before), _outcome(subject, now)
    return (
        before == now
        or first == other  # it does not contradict itself again
        or first[1] != contradiction.state
        or (first, other) != (_outcome(subject, before), _outcome(subject, now))
    )


def smallest_witnesses(subject: Subject, before: Course, now: Course, *, budget: int) -> tuple[Course, Course]:
    """Two courses of as few events as can be that look alike until the last delivery, and end differently.

    Both end with the same delivery. The courses as they were given, where they do not contradict each other so.
    """
    best = before, now
    subject.allow(budget)
    try:
        while smaller := next((pair for pair in _one_less(*best) if _contradict(subject, *pair)), None):
            best = smaller
    except BudgetSpentError:
        pass
    return best


def _outcome(subject: Subject, course: Course) -> tuple[list[bool], int]:
    """What is answered in a course, of which nothing comes again that is refused, and the state after it."""
    subject.begin()
    return [subject.accepts(place, subject.deliver(place)) for place in course], subject.look()


def _contradict(subject: Subject, one: Course, other: Course) -> bool:
    """Whether the states are equal before the last delivery, and differ after it, or its answers do."""
    ends = []
    for course in (one, other):
        _, before = _outcome(subject, course[:-1])
        accepted = subject.accepts(course[-1], subject.deliver(course[-1]))
        ends.append((before, (accepted, subject.look())))
    (state, end), (same, another) = ends
    return state == same and end != another


def _one_less(one: Course, other: Course) -> Iterator[tuple[Course, Course]]:
    """Both courses without one of their events, or without its repeat; the last delivery stays."""
    for place in sorted({*one[:-1], *other[:-1]} - {one[-1]}):
        yield _without(one, place), _without(other, place)
    for course in (one, other):
        for at, place in enumerate(course[:-1]):
            if place in course[:at]:
                fewer = course[:at] + course[at + 1 :]
                yield (fewer, other) if course is one else (one, fewer)


def _without(course: Course, place: int) -> Course:
    return tuple(one for one in course if one != place)
