"""Delivers two courses that contradict each other again, says what that means, and makes them small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from steppay_mock.ordering.receiver.driver import BudgetSpentError

if TYPE_CHECKING:
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.driver import Driver
    from steppay_mock.ordering.search.search import ContradictionError


def is_flaky(driver: Driver, contradiction: ContradictionError) -> bool:
    """Whether equal courses end differently; if not, equal states go on differently, so the probe hides something."""
    before, now = contradiction.before, contradiction.now
    first, other = _outcome(driver, before), _outcome(driver, now)
    return (
        before == now
        or first == other  # it does not contradict itself again
        or first[1] != contradiction.state
        or (first, other) != (_outcome(driver, before), _outcome(driver, now))
    )


def smallest_witnesses(driver: Driver, before: Course, now: Course, *, budget: int) -> tuple[Course, Course]:
    """Two courses of as few events as can be that look alike until the last delivery, and end differently.

    Both end with the same delivery. The courses as they were given, where they do not contradict each other so.
    """
    best = before, now
    driver.allow(budget)
    try:
        while smaller := next((pair for pair in _one_less(*best) if _contradict(driver, *pair)), None):
            best = smaller
    except BudgetSpentError:
        pass
    return best


def _outcome(driver: Driver, course: Course) -> tuple[list[bool], int]:
    """What is answered in a course, of which nothing comes again that is refused, and the state after it."""
    driver.begin()
    return [driver.accepts(place, driver.deliver(place)) for place in course], driver.look()


def _contradict(driver: Driver, one: Course, other: Course) -> bool:
    """Whether the states are equal before the last delivery, and differ after it, or its answers do."""
    ends = []
    for course in (one, other):
        _, before = _outcome(driver, course[:-1])
        accepted = driver.accepts(course[-1], driver.deliver(course[-1]))
        ends.append((before, (accepted, driver.look())))
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
