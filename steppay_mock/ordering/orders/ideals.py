"""The sets of events that may be delivered at some moment of an allowed order, and what a proof costs by them.

These sets are the ideals of the bound's partial order: with an event they contain every event that must come before
it. A delivery is an edge from one ideal to the next larger one. If the state of a receiver depends only on the set of
delivered events, then n! orders need no more deliveries than there are edges. That is why the search is affordable.

Without a bound the ideals are all subsets, and formulas give the numbers (``FullLattice``). With a bound there is no
formula (counting ideals is #P-complete), so they are listed level by level, and only as far as the budget goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

from steppay_mock.ordering.orders.bound import Bound
from steppay_mock.ordering.orders.lattice import chain_count, deliveries_with_restore


@dataclass(frozen=True, slots=True)
class Ideals:
    """The sets as bit masks, each after those that it grows from, and the edges between them by index."""

    sets: tuple[int, ...]
    grows: tuple[tuple[tuple[int, int], ...], ...]
    """For each set its edges: the event that is delivered, and the index of the larger set."""
    edges: int
    """The number of edges: the deliveries of a proof where states can be put back."""
    copies: int
    """The further deliveries for late duplicates: each event of a set is repeated, where the bound says so."""
    orders: int
    """The number of allowed orders: paths through the sets, from the empty one to the full one."""
    widest: int
    """The most edges between two levels. An order takes one of them, so fewer orders cannot take every edge."""


def find_ideals(bound: Bound, *, duplicates: bool, most: float) -> Ideals | None:
    """All sets; None if edges and copies are more than ``most``.

    ``level`` maps each set of one size to the number of orders that lead to it. Time and memory grow with the edges.
    """
    sets, grows = list[int](), list[tuple[tuple[int, int], ...]]()
    level, made, copies, widest = {0: 1}, 0, 0, 0
    for _ in range(bound.count + 1):
        # ``places`` numbers the sets of the next level as they appear. They get their index before they are listed,
        # because the edges of this level refer to them.
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
            if made + copies > most:  # checked for each set: one level may have millions
                return None
        widest = max(widest, made - first)
        ways_here, level = sum(level.values()), following
    return Ideals(tuple(sets), tuple(grows), made, copies, ways_here, widest)


@dataclass(frozen=True, slots=True)
class FullLattice:
    """The same numbers where every order is allowed: every subset is an ideal, and formulas give the numbers."""

    count: int
    duplicates: bool

    @property
    def edges(self) -> int:
        """``n * 2 ** (n - 1)``."""
        return deliveries_with_restore(self.count)

    @property
    def copies(self) -> int:
        """One for each event of each subset: as many as there are edges."""
        return self.edges if self.duplicates else 0

    @property
    def orders(self) -> int:
        """``n!``."""
        return factorial(self.count)

    @property
    def widest(self) -> int:
        """The edges of the middle level, which are as many as the orders that a proof takes."""
        return chain_count(self.count)
