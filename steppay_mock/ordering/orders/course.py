"""In which order do events arrive? A course: their places, one by one; a place that comes again is a repeat."""

from __future__ import annotations

from collections.abc import Iterable

Course = tuple[int, ...]
"""Places of events, counted from 0 in the order in which they happened, in the order of delivery."""


def inversions(course: Course) -> int:
    """How many pairs of deliveries stand the other way round than they happened."""
    return sum(course[after] < here for at, here in enumerate(course) for after in range(at + 1, len(course)))


def repeats(course: Course) -> int:
    """How many deliveries bring what was delivered before."""
    return len(course) - len(set(course))


def occurrence(course: Iterable[int]) -> Course:
    """The same events, each once, as they happened."""
    return tuple(sorted(set(course)))


def neighbour(course: Course) -> Course:
    """A course that is one step nearer to what happened: two neighbours swapped, or else the last repeat left out."""
    for at in range(len(course) - 1):
        if course[at] > course[at + 1]:
            return (*course[:at], course[at + 1], course[at], *course[at + 2 :])
    for at in range(len(course) - 1, 0, -1):
        if course[at] in course[:at]:
            return course[:at] + course[at + 1 :]
    return course
