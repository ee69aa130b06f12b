"""A course: the order in which events are delivered, as a tuple of places. A place that stands twice is a repeat."""

from __future__ import annotations

from collections.abc import Iterable

Course = tuple[int, ...]
"""The deliveries in order. An event is named by its place: its index, from 0, in the order in which things happened."""


def inversions(course: Course) -> int:
    """The number of pairs of deliveries that are in the opposite order of what happened."""
    return sum(course[after] < here for at, here in enumerate(course) for after in range(at + 1, len(course)))


def repeats(course: Course) -> int:
    """The number of deliveries that repeat an event."""
    return len(course) - len(set(course))


def occurrence(course: Iterable[int]) -> Course:
    """The same events, each once, in the order in which they happened."""
    return tuple(sorted(set(course)))


def neighbour(course: Course) -> Course:
    """The course one step nearer to what happened: two neighbours swapped, or else without its last repeat.

    It is shown beside a failing course: where the neighbour passes, that one step is what the receiver gets wrong.
    """
    for at in range(len(course) - 1):
        if course[at] > course[at + 1]:
            return (*course[:at], course[at + 1], course[at], *course[at + 2 :])
    for at in range(len(course) - 1, 0, -1):
        if course[at] in course[:at]:
            return course[:at] + course[at + 1 :]
    return course
