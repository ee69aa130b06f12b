"""Which events may race each other? Neighbours, and those of one second; the rest come in order before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.course import Course, occurrence

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event

_MOST_ORDERS = 4  # racers of which every order is tried one after the other: 24


@dataclass(frozen=True, slots=True)
class Race:
    """A course whose deliveries at the positions ``together`` are in flight at once, started in this order.

    ``held``: the others pass the first of them, because the REST API holds what it asks.
    """

    course: Course
    together: tuple[int, ...]
    held: bool = False

    @property
    def places(self) -> Course:
        """The events of the course."""
        return occurrence(self.course)

    @property
    def racers(self) -> Course:
        """The events in flight at once."""
        return tuple(self.course[at] for at in self.together)

    def turned(self, turn: int) -> Race:
        """The race with another of them started first, at every turn the next."""
        first = 0 if self.held else turn % len(self.together)
        racers = self.racers
        return self._with((*racers[first:], *racers[:first]))

    def one_by_one(self) -> Iterator[Course]:
        """The courses that deliver the racers one after the other, in every order; none where there are too many."""
        if len(self.together) <= _MOST_ORDERS:
            for racers in permutations(self.racers):
                yield self._with(racers).course

    def without_one(self) -> Iterator[Race]:
        """The races of one event less."""
        for at in range(len(self.course)):
            left = [one - (one > at) for one in self.together if one != at]
            if len(left) > 1:
                yield Race((*self.course[:at], *self.course[at + 1 :]), tuple(left), self.held)

    def _with(self, racers: Course) -> Race:
        start, stop = self.together[0], self.together[-1] + 1
        return replace(self, course=(*self.course[:start], *racers, *self.course[stop:]))


def groups_of(places: Course, events: Sequence[Event]) -> list[tuple[int, ...]]:
    """Which may race, as positions: each two neighbours, then each burst of three or more in one second (fact 6)."""
    pairs = [(at, at + 1) for at in range(len(places) - 1)]
    bursts: list[tuple[int, ...]] = []
    for at, place in enumerate(places):
        if at and events[place].timestamp == events[places[at - 1]].timestamp:
            bursts[-1] += (at,)
        else:
            bursts.append((at,))
    return pairs + [burst for burst in bursts if len(burst) > 2]


def plain_races(places: Course, events: Sequence[Event]) -> list[Race]:
    """Each group in flight at once."""
    return [Race(places, group) for group in groups_of(places, events)]


def held_races(places: Course, events: Sequence[Event]) -> list[Race]:
    """Each group, and each of its events held until the others have landed."""
    return [
        replace(race.turned(turn), held=True)
        for race in plain_races(places, events)
        for turn in range(len(race.together))
    ]
