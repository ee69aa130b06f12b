"""The bound of disorder: which orders are allowed where no event is overtaken by more than some time or some places.

An event may be delivered before an older one only if it happened at most ``late_by`` seconds after it and stands at
most ``distance`` places behind it. The rest is a partial order: it says of each event which others come first.
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

    ``everywhere``: a late duplicate comes at every later place. Otherwise it comes at each place until an event arrives
    that may not overtake the first copy, and then at the points of rest alone.
    """

    before: tuple[int, ...]
    everywhere: bool = True
    rests: tuple[int, ...] = field(init=False)
    """Points of rest, as sets of delivered events: all that happened before some moment was delivered, nothing else.
    From one to the next there is the most that an event can be overtaken by. The last one is the end."""

    def __post_init__(self) -> None:
        first, rests = 0, []
        for place, before in enumerate(self.before):
            if before >> first & 1:
                first = place
                rests.append((1 << place) - 1)
        object.__setattr__(self, "rests", (*rests, (1 << len(self.before)) - 1))

    @property
    def count(self) -> int:
        """How many events there are."""
        return len(self.before)

    @property
    def restricts(self) -> bool:
        """Whether some order is not allowed."""
        return any(self.before)

    @property
    def points(self) -> int:
        """At how many points of rest late duplicates come; 0 where they come at every later place."""
        return 0 if self.everywhere or not self.restricts else len(self.rests)

    def following(self, mask: int) -> list[int]:
        """Which events may be delivered next after those of the mask; the oldest first."""
        return [place for place, before in enumerate(self.before) if not mask >> place & 1 and before & mask == before]

    def copies(self, mask: int) -> int:
        """Which events of the mask may come once more after it."""
        if self.everywhere or mask in self.rests or not mask:
            return mask
        return mask & ~self.before[mask.bit_length() - 1]

    def allows(self, course: Course) -> bool:
        """Whether the first deliveries of these events are in an order that is allowed; copies may come anywhere."""
        waiting, seen = sum(1 << place for place in set(course)), 0
        for place in course:
            if not seen >> place & 1:
                if self.before[place] & waiting & ~seen:
                    return False
                seen |= 1 << place
        return True

    def draw(self, chance: Chance) -> Course:
        """An allowed order by chance; where each is allowed, each is as likely as any other."""
        if not self.restricts:
            keys = [chance.random() for _ in self.before]
            return tuple(sorted(range(self.count), key=keys.__getitem__))
        order, mask = list[int](), 0
        while len(order) < self.count:
            order.append(chance.pick(self.following(mask)))
            mask |= 1 << order[-1]
        return tuple(order)

    def reverse(self) -> Course:
        """The allowed order that has the latest events as early as can be."""
        order, mask = list[int](), 0
        while len(order) < self.count:
            order.append(self.following(mask)[-1])
            mask |= 1 << order[-1]
        return tuple(order)

    def sequences(self, strength: int) -> int:
        """How many sequences of so many events occur in allowed orders."""
        if not self.restricts:
            return perm(self.count, strength)
        full = (1 << self.count) - 1
        later = [full & ~(1 << place) & ~before for place, before in enumerate(self.before)]
        firsts = filter(self._is_sequence, product(range(self.count), repeat=strength - 1))
        return sum(_and(later, first, full).bit_count() for first in firsts)

    def room(self, place: int, others: Sequence[int]) -> tuple[int, int]:
        """At which positions among the others, an allowed order, the event may stand: the first and the last."""
        first, last = 0, len(others)
        for at, other in enumerate(others):
            if self.before[place] >> other & 1:
                first = at + 1
            elif self.before[other] >> place & 1:
                last = min(last, at)
        return first, last

    def orders(self) -> Iterator[Course]:
        """Every allowed order."""
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
    """The bound for events with these timestamps, as they happened; where nothing is said nothing is barred."""
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
