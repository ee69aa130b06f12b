"""Two courses that contradict each other: delivered again to learn why, and made small to show it.

A contradiction has one of two causes. The receiver is flaky: the same deliveries end differently, because time, chance
or an earlier run has an effect. Or the probe hides something: the same deliveries end the same, and yet two states that
look equal go on differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from steppay_mock.ordering.receiver.driver import BudgetSpentError

if TYPE_CHECKING:
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.driver import Driver
    from steppay_mock.ordering.search.search import ContradictionError


def is_flaky(driver: Driver, contradiction: ContradictionError) -> bool:
    """Whether the receiver is flaky; if not, the probe hides something.

    Each course is delivered twice. The probe hides something only if the courses contradict each other both times in
    the same way, and the first ends as it did in the search.
    """
    before, now = contradiction.before, contradiction.now
    first, other = _outcome(driver, before), _outcome(driver, now)
    return (
        before == now
        or first == other  # the contradiction does not show again
        or first[1] != contradiction.state
        or (first, other) != (_outcome(driver, before), _outcome(driver, now))
    )


def smallest_witnesses(driver: Driver, before: Course, now: Course, *, budget: int) -> tuple[Course, Course]:
    """The smallest two courses with equal states before their last delivery, which is the same, and not after it.

    The given courses, if no smaller ones are found within the budget. An event is removed from both courses at once, so
    that they stay orders of the same events.
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
    """What the course accepts, without retries, and the state after it."""
    driver.begin()
    return [driver.accepts(place, driver.deliver(place)) for place in course], driver.look()


def _contradict(driver: Driver, one: Course, other: Course) -> bool:
    """Whether the states are equal before the last delivery, and the states or the answers differ after it."""
    ends = []
    for course in (one, other):
        _, before = _outcome(driver, course[:-1])
        accepted = driver.accepts(course[-1], driver.deliver(course[-1]))
        ends.append((before, (accepted, driver.look())))
    (state, end), (same, another) = ends
    return state == same and end != another


def _one_less(one: Course, other: Course) -> Iterator[tuple[Course, Course]]:
    """Both courses without one event, or one of them without one repeat. The last delivery stays."""
    for place in sorted({*one[:-1], *other[:-1]} - {one[-1]}):
        yield _without(one, place), _without(other, place)
    for course in (one, other):
        for at, place in enumerate(course[:-1]):
            if place in course[:at]:
                fewer = course[:at] + course[at + 1 :]
                yield (fewer, other) if course is one else (one, fewer)


def _without(course: Course, place: int) -> Course:
    return tuple(one for one in course if one != place)
