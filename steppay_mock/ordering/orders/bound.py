"""The bound of disorder: the orders in which no event is overtaken by more than some time or some places.

An event may be delivered before an older one only if it happened at most ``late_by`` seconds after it and stands at
most ``distance`` places behind it. So the bound is a partial order: for each event, which others must come first.
Sets of events are bit masks, in which bit 0 is the event that happened first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import perm

from steppay_mock.ordering.orders.course import Course
from steppay_mock.payload.chance import Chance


@dataclass(frozen=True, slots=True)
class Bound:
    """``before[place]`` has a bit for each event that must be delivered before the event at that place.

    ``everywhere``: an event is repeated at every later place. Otherwise it is repeated at each place until an event
    arrives that may not overtake its first copy, and after that only at points of rest, which costs fewer deliveries.
    """

    before: tuple[int, ...]
    everywhere: bool = True
    rests: tuple[int, ...] = field(init=False)
    """Points of rest, as sets of delivered events: everything that happened before some moment, and nothing else.
    Between two points of rest lies the most that an event can be overtaken by. The last one is the end."""

    def __post_init__(self) -> None:
        # A new point of rest begins at the first event that may not overtake the first event since the last one.
        first, rests = 0, []
        for place, before in enumerate(self.before):
            if before >> first & 1:
                first = place
                rests.append((1 << place) - 1)
        object.__setattr__(self, "rests", (*rests, (1 << len(self.before)) - 1))

    @property
    def count(self) -> int:
        """The number of events."""
        return len(self.before)

    @property
    def restricts(self) -> bool:
        """Whether some order is not allowed."""
        return any(self.before)

    @property
    def points(self) -> int:
        """The number of points of rest at which events are repeated; 0 if they are repeated at every later place."""
        return 0 if self.everywhere or not self.restricts else len(self.rests)

    def following(self, mask: int) -> list[int]:
        """The events that may be delivered next after those of the mask, the oldest first."""
        return [place for place, before in enumerate(self.before) if not mask >> place & 1 and before & mask == before]

    def copies(self, mask: int) -> int:
        """The events of the mask that may be repeated after it, as a mask."""
        if self.everywhere or mask in self.rests or not mask:
            return mask
        # The newest delivered event tells the time: what it may not overtake is repeated at points of rest only.
        return mask & ~self.before[mask.bit_length() - 1]

    def allows(self, course: Course) -> bool:
        """Whether the first deliveries of these events are in an allowed order. Repeats may come anywhere."""
        waiting, seen = sum(1 << place for place in set(course)), 0
        for place in course:
            if not seen >> place & 1:
                if self.before[place] & waiting & ~seen:
                    return False
                seen |= 1 << place
        return True

    def draw(self, chance: Chance) -> Course:
        """A random allowed order. Only without a bound are all orders equally likely."""
        if not self.restricts:
            keys = [chance.random() for _ in self.before]
            return tuple(sorted(range(self.count), key=keys.__getitem__))
        order, mask = list[int](), 0
        while len(order) < self.count:
            order.append(chance.pick(self.following(mask)))
            mask |= 1 << order[-1]
        return tuple(order)

    def reverse(self) -> Course:
        """The allowed order that delivers the latest events as early as possible."""
        order, mask = list[int](), 0
        while len(order) < self.count:
            order.append(self.following(mask)[-1])
            mask |= 1 << order[-1]
        return tuple(order)

    def sequences(self, strength: int) -> int:
        """The number of sequences of ``strength`` events that occur in allowed orders."""
        if not self.restricts:
            return perm(self.count, strength)
        # For each allowed beginning of strength - 1 events, the last one is any event that may come after all of them:
        # n ** (strength - 1) steps, where a loop over whole sequences would take n ** strength.
        full = (1 << self.count) - 1
        later = [full & ~(1 << place) & ~before for place, before in enumerate(self.before)]
        firsts = filter(self._is_sequence, product(range(self.count), repeat=strength - 1))
        return sum(_and(later, first, full).bit_count() for first in firsts)

    def room(self, place: int, others: Sequence[int]) -> tuple[int, int]:
        """The first and the last position that the event may have among the others, which are in an allowed order."""
        first, last = 0, len(others)
        for at, other in enumerate(others):
            if self.before[place] >> other & 1:
                first = at + 1
            elif self.before[other] >> place & 1:
                last = min(last, at)
        return first, last

    def orders(self) -> Iterator[Course]:
        """Every allowed order, one by one."""
        trail: list[tuple[Course, int]] = [((), 0)]
        while trail:
            order, mask = trail.pop()
            if len(order) == self.count:
                yield order
            trail += [((*order, place), mask | 1 << place) for place in reversed(self.following(mask))]

    def _is_sequence(self, places: Course) -> bool:
        return len(set(places)) == len(places) and self.allows(places)


def bound_of(
    timestamps: Sequence[float], *, late_by: float | None, distance: int | None, everywhere: bool = False
) -> Bound:
    """The bound of events that happened in this order, at these times; without options it bars nothing."""
    before = []
    for place, now in enumerate(timestamps):
        barred = 0
        for older in range(place):
            too_late = late_by is not None and now - timestamps[older] > late_by
            too_far = distance is not None and place - older > distance
            barred |= (too_late or too_far) << older
        before.append(barred)
    return Bound(tuple(before), everywhere=everywhere)


def _and(masks: Sequence[int], places: Course, full: int) -> int:
    for place in places:
        full &= masks[place]
    return full
