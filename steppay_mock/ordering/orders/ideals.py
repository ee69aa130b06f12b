"""The sets of events that may have been delivered at some moment of an allowed order, and what a proof costs by them.

These sets are the ideals of the bound's partial order, and a delivery leads from one to a larger one by an edge. They
are counted one by one, level by level, and no further than the budget goes: there is no closed formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

from steppay_mock.ordering.orders.bound import Bound
from steppay_mock.ordering.orders.lattice import chain_count, deliveries_with_restore


@dataclass(frozen=True, slots=True)
class Ideals:
    """The sets, as bits, each after those that it grows from; and by index what each of them grows to by one event."""

    sets: tuple[int, ...]
    grows: tuple[tuple[tuple[int, int], ...], ...]
    """For each set pairs: the event, and the index of the larger set."""
    edges: int
    """What a proof delivers where states can be put back: one for each way from a set to a larger one."""
    copies: int
    """What it delivers beside that for late duplicates: each event of a set once more, where the bound says so."""
    orders: int
    """How many orders are allowed: paths through the sets, from nothing to everything."""
    widest: int
    """The most edges between two sizes of sets. Fewer orders cannot go each edge."""


def find_ideals(bound: Bound, *, duplicates: bool, most: float) -> Ideals | None:
    """All of them; None where edges and copies are more than ``most``."""
    sets, grows = list[int](), list[tuple[tuple[int, int], ...]]()
    level, made, copies, widest = {0: 1}, 0, 0, 0
    for _ in range(bound.count + 1):
        following: dict[int, int] = {}
        index, places = len(sets) + len(level), dict[int, int]()
        first = made
        for mask, ways in level.items():
            to = []
            for place in bound.following(mask):
                larger = mask | 1 << place
                to.append((place, places.setdefault(larger, index + len(places))))
                following[larger] = following.get(larger, 0) + ways
            sets.append(mask)
            grows.append(tuple(to))
            made += len(to)
            copies += bound.copies(mask).bit_count() if duplicates else 0
            if made + copies > most:
                return None
        widest = max(widest, made - first)
        ways_here, level = sum(level.values()), following
    return Ideals(tuple(sets), tuple(grows), made, copies, ways_here, widest)


@dataclass(frozen=True, slots=True)
class FullLattice:
    """The same numbers where every order is allowed, by formula."""

    count: int
    duplicates: bool

    @property
    def edges(self) -> int:
        """``n * 2 ** (n - 1)``."""
        return deliveries_with_restore(self.count)

    @property
    def copies(self) -> int:
        """As many again."""
        return self.edges if self.duplicates else 0

    @property
    def orders(self) -> int:
        """``n!``."""
        return factorial(self.count)

    @property
    def widest(self) -> int:
        """The edges in the middle, which are as many as the orders that it takes."""
        return chain_count(self.count)
