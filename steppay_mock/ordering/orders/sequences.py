"""The sequences of events that no order has shown yet, kept so that the best place for an event is found quickly.

An order shows a sequence if the items of the sequence stand in it in that order, with or without others in between. At
strength 3 there are n * (n - 1) * (n - 2) sequences: a million for 100 events. A hill climb asks again and again how
many more of them an order would show with one item moved, so that question has to be cheap.

The unseen sequences are bits of long integers. There is an integer for each pair of items x and y, with a bit for each
way in which the other items of a sequence may lie around "x, then y". If two neighbours of an order swap places, only
sequences that contain both change. So one ``&`` and a bit count give what the swap wins, and one walk along the order
gives the best place for an item: n operations on long integers, where a count for each place would take n ** strength.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import perm
from typing import TypeVar

from steppay_mock.ordering.orders.bound import Bound
from steppay_mock.payload.chance import Chance

T = TypeVar("T")

STRENGTHS = (2, 3, 4)


class Unseen:
    """The sequences of ``strength`` items out of ``range(count)`` that no order has shown yet.

    With a bound they are those that an allowed order can show, and orders are to be allowed ones.
    """

    __slots__ = ("_barred", "_bound", "_rows", "count", "strength")

    def __init__(self, count: int, strength: int, bound: Bound | None = None) -> None:
        self.count = count
        self.strength = strength
        self._bound = None if bound is None or not bound.restricts else bound
        self._barred = 0 if self._bound is None else perm(count, strength) - self._bound.sequences(strength)
        # _rows[x][y] has a bit for each sequence with y right behind x. A sequence has strength - 1 such pairs.
        self._rows = [[self._all_around(x, y) if x != y else 0 for y in range(count)] for x in range(count)]

    def copy(self) -> Unseen:
        """A copy, to try other orders from here."""
        twin = Unseen(0, self.strength)
        twin.count, twin._bound, twin._barred = self.count, self._bound, self._barred
        twin._rows = [row[:] for row in self._rows]
        return twin

    def __len__(self) -> int:
        return sum(bits.bit_count() for row in self._rows for bits in row) // (self.strength - 1) - self._barred

    def show(self, order: Sequence[int]) -> None:
        """Remove the sequences that this order shows."""
        front, left, right, back = self._surroundings(order)
        # n ** 2 / 2 pairs; each removes, with one &, all sequences that have y right behind x.
        for i, x in enumerate(order):
            row, before, beside = self._rows[x], front[i], left[i]
            for j in range(i + 1, len(order)):
                y = order[j]
                if row[y]:
                    row[y] &= ~(before | beside * right[j] | back[j])

    def gains(self, item: int, rest: Sequence[int]) -> list[int]:
        """For each place of the item in ``rest``: how many more sequences that shows than the first place does."""
        front, left, right, back = self._surroundings(rest)
        gained, gains, row = 0, [0], self._rows[item]
        # Moving the item one place to the right swaps it with ``other``. That wins sequences with "other, item", loses
        # those with "item, other", and leaves all others.
        for place, other in enumerate(rest):
            around = front[place] | left[place] * right[place] | back[place]
            gained += (self._rows[other][item] & around).bit_count() - (row[other] & around).bit_count()
            gains.append(gained)
        return gains

    def draw(self, chance: Chance, order: Sequence[int] | None = None) -> Sequence[int]:
        """A random order; without a bound it is the given one, shuffled."""
        return shuffled(order or range(self.count), chance) if self._bound is None else self._bound.draw(chance)

    def climb(self, order: Sequence[int], chance: Chance) -> tuple[int, ...]:
        """A local optimum: an order that shows at least as many, and that no move of one item improves."""
        found, settled, waiting = list(order), 0, list[int]()
        while settled < self.count:
            waiting = waiting or shuffled(range(self.count), chance)
            item = waiting.pop()
            place = found.index(item)
            del found[place]
            gains = self.gains(item, found)
            first, last = (0, len(found)) if self._bound is None else self._bound.room(item, found)
            best = max(gains[first : last + 1])
            settled = settled + 1 if gains[place] == best else 0
            # A random one of the best places: an item that always stayed would end in the nearest local optimum.
            found.insert(chance.pick([at for at in range(first, last + 1) if gains[at] == best]), item)
        return tuple(found)

    def _all_around(self, x: int, y: int) -> int:
        others = [item for item in range(self.count) if item not in {x, y}]
        ones = sum(1 << item for item in others)
        if self.strength == 2:
            return 1
        if self.strength == 3:
            return ones | ones << self.count
        twos = sum((ones ^ 1 << item) << item * self.count for item in others)
        return twos | twos << self.count**2 | twos << 2 * self.count**2

    def _surroundings(self, order: Sequence[int]) -> tuple[list[int], list[int], list[int], list[int]]:
        """Bits such that ``front[i] | left[i] * right[j] | back[j]`` are all ways around the items at i <= j.

        Strength 2 has one bit: two items have nothing around them. Strength 3 has ``count`` bits for an item in front,
        and as many for one behind. Strength 4 has ``count`` squared for two in front, for one on either side (each on
        the left times each on the right: a product), and for two behind.
        """
        size, nothing = self.count, [0] * len(order)
        if self.strength == 2:
            return [1] * len(order), nothing, nothing, nothing
        before = list(accumulate((1 << item for item in order), initial=0))
        after = [before[-1] - ones for ones in before[1:]]
        if self.strength == 3:
            return before, nothing, nothing, [ones << size for ones in after]
        twos_before = accumulate((ones << item * size for item, ones in zip(order, before, strict=False)), initial=0)
        twos_after = accumulate(
            (ones << (item + 2 * size) * size for item, ones in zip(reversed(order), reversed(after), strict=True)),
            initial=0,
        )
        columns = accumulate((1 << (item + size) * size for item in reversed(order)), initial=0)
        return list(twos_before), before, list(columns)[-2::-1], list(twos_after)[-2::-1]


def shuffled(items: Sequence[T], chance: Chance) -> list[T]:
    """The items in a random order."""
    return sorted(items, key=lambda _item: chance.random())
