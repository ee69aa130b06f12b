"""Races between events: which deliveries are in flight at once, and what is delivered before and after them.

A group names the racers by their places: ``(3, 3)`` is an event beside its own copy, ``(2, 5)`` are two events, and
three or more are the events of one second. A group races at the place of its latest event. If the racers are no
neighbours, the events between them are delivered before both, so the older racer is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.course import Course, occurrence

if TYPE_CHECKING:
    from steppay_mock.payload.event import Event

Group = tuple[int, ...]
"""Places of the events that are in flight at once, the oldest first; the same place twice is an event and its copy."""

_MOST_ORDERS = 4  # racers of which all orders are tried one by one: 4! = 24 courses


@dataclass(frozen=True, slots=True)
class Race:
    """A course whose deliveries at the positions ``together`` are in flight at once, started in this order.

    ``held``: the REST API holds what the first of them asks until the others have their answers.
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

    @property
    def group(self) -> Group:
        """The racers in the order in which they happened, whichever of them starts first."""
        return tuple(sorted(self.racers))

    def turned(self, turn: int) -> Race:
        """The same race with another racer started first, the next one at each turn."""
        first = 0 if self.held else turn % len(self.together)
        racers = self.racers
        return self._with((*racers[first:], *racers[:first]))

    def one_by_one(self) -> Iterator[Course]:
        """The courses that deliver the racers one by one, in every order; none if there are too many racers."""
        if len(self.together) <= _MOST_ORDERS:
            for racers in dict.fromkeys(permutations(self.racers)):
                yield self._with(racers).course

    def without_one(self) -> Iterator[Race]:
        """The races with one delivery less."""
        for at in range(len(self.course)):
            left = [one - (one > at) for one in self.together if one != at]
            if len(left) > 1:
                yield Race((*self.course[:at], *self.course[at + 1 :]), tuple(left), self.held)

    def _with(self, racers: Course) -> Race:
        start, stop = self.together[0], self.together[-1] + 1
        return replace(self, course=(*self.course[:start], *racers, *self.course[stop:]))


def groups_of(
    places: Course, events: Sequence[Event], *, likely: Iterable[Group], copies: bool, most: int | None = None
) -> list[Group]:
    """The groups that may race among the events of these places.

    First each event and its copy, if ``copies`` are wanted. Then the pairs that are ``likely`` to conflict, in their
    order, and the other neighbours. Then each burst of three or more events in one second (fact 6). If these are more
    than ``most``, the last of the likely pairs that are no neighbours are left out.
    """
    own: list[Group] = [(place, place) for place in places] if copies else []
    near, bursts = list(pairwise(places)), _bursts(places, events)
    # ``likely`` is about all events of the story; only the pairs among these places count.
    known, beside = set(places), set(near)
    related = [pair for pair in likely if known.issuperset(pair)]
    pairs = list(dict.fromkeys([*related, *near]))
    if most is not None:
        room = max(0, most - len(own) - len(near) - len(bursts))
        far = set([pair for pair in pairs if pair not in beside][:room])
        pairs = [pair for pair in pairs if pair in beside or pair in far]
    return own + pairs + bursts


def races_alone(groups: Iterable[Group]) -> list[Race]:
    """Each group in flight at once, with nothing before and after: no event has written a row yet."""
    return [_race(group, occurrence(group)) for group in groups]


def races_within(groups: Iterable[Group], places: Course) -> list[Race]:
    """Each group in flight at once, with the other events of these places before and after."""
    return [_race(group, places) for group in groups]


def held_races(groups: Iterable[Group], places: Course) -> list[Race]:
    """The same, with one racer held until the others have their answers.

    Of neighbours and bursts each racer is held in turn. Of other pairs only the older one is held, because each hold
    costs real time: its answer from the API is the one that becomes stale.
    """
    near = set(pairwise(places))
    return [
        replace(_race(group, places).turned(turn), held=True)
        for group in groups
        for turn in range(len(group) if len(group) > 2 or group in near else 1)
    ]


def _race(group: Group, places: Course) -> Race:
    before = tuple(place for place in places if place < group[-1] and place not in group)
    after = tuple(place for place in places if place > group[-1])
    return Race((*before, *group, *after), tuple(range(len(before), len(before) + len(group))))


def _bursts(places: Course, events: Sequence[Event]) -> list[Group]:
    bursts: list[Group] = []
    for at, place in enumerate(places):
        if at and events[place].timestamp == events[places[at - 1]].timestamp:
            bursts[-1] += (place,)
        else:
            bursts.append((place,))
    return [burst for burst in bursts if len(burst) > 2]
