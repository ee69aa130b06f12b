"""The fewest orders that deliver every event after every set of the others, where every order is allowed.

The delivered events are a subset of all events, and a delivery is an edge of the lattice of subsets: from S to S plus
one event. An order is a chain through the lattice, from the empty set to the full one. A chain takes exactly one edge
of the middle level, so there must be at least one chain for each of those edges:

    n * C(n - 1, floor((n - 1) / 2)), which is 30 for 5 events, 280 for 8, 1,260 for 10 and 5,544 for 12.

That many are enough. A chain starts with its own edge in the middle and continues upwards and downwards, each time by
an edge that no chain has taken yet. Above the middle at least as many chains come into a subset as edges lead out of
it; below the middle it is the other way round. So no edge is left over.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb, gcd

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.orders.sequences import shuffled
from steppay_mock.payload.chance import Chance

MOST = 20
"""The most items that chains are made for: 1,847,560 of them."""


def covering_chains(count: int) -> Iterator[tuple[int, ...]]:
    """Orders of ``range(count)``, as few as can be, which together deliver every item after every set of others.

    There are :func:`chain_count` of them, made one by one when iterated. The identity comes first, then its reverse,
    then orders far from one another, so that a failure shows early. They are the same on every machine. Raises
    SteppayMockError unless ``count`` is 1 to 20.
    """
    _check(count)
    if count > MOST:
        raise SteppayMockError(
            f"count={count} needs {chain_count(count):,} chains; {MOST} items are the most. Take covering_orders."
        )
    return _chains(count)


def chain_count(count: int) -> int:
    """The number of orders: ``n * C(n - 1, floor((n - 1) / 2))``, the number of edges in the middle."""
    _check(count)
    return count * comb(count - 1, (count - 1) // 2)


def deliveries_with_reset(count: int) -> int:
    """The deliveries of a proof where a receiver can only start anew: all deliveries of each chain."""
    return count * chain_count(count)


def deliveries_with_restore(count: int) -> int:
    """The deliveries of a proof where a receiver's state can be put back: one for each edge, ``n * 2 ** (n - 1)``."""
    _check(count)
    return count << (count - 1)


def _chains(count: int) -> Iterator[tuple[int, ...]]:
    everything = (1 << count) - 1
    # The untaken edges of each subset that a chain has visited: above the middle the items that may come next, below it
    # the items that may have come last. It grows to all 2 ** n subsets, a million integers for 20 items.
    untaken: dict[int, int] = {}

    def take(subset: int, items: int, preference: list[int]) -> int:
        """The preferred item among those whose edges are untaken; among all of them, if every edge is taken."""
        free = untaken.get(subset, items) or items
        taken = next(item for item in preference if free >> item & 1)
        untaken[subset] = free ^ 1 << taken
        return taken

    for (below, item), preference in zip(_middle_edges(count), preferences(count), strict=False):
        early: list[int] = []
        subset = below
        while subset:
            early.append(take(subset, subset, preference[::-1]))
            subset ^= 1 << early[-1]
        late: list[int] = []
        subset = below | 1 << item
        while subset != everything:
            late.append(take(subset, everything ^ subset, preference))
            subset |= 1 << late[-1]
        yield (*early[::-1], item, *late)


def preferences(count: int) -> Iterator[list[int]]:
    """For each chain the order in which it takes its items, as far as it can: as it happened, reversed, then random."""
    yield list(range(count))
    yield list(range(count))[::-1]
    chance = Chance(count)
    while True:
        yield shuffled(range(count), chance)


def _middle_edges(count: int) -> Iterator[tuple[int, int]]:
    """Each edge of the middle level, as the subset that it leaves and the item that it adds.

    The first belongs to the identity, the last to its reverse. The others come in steps of the golden ratio: of all
    fixed steps that one spreads them most evenly, so consecutive chains start far from one another.
    """
    size = (count - 1) // 2
    first = (1 << size) - 1, size
    last = first[0] << (count - size), count - 1 - size
    yield first
    if first != last:
        yield last
    others = [sum(1 << place for place in places) for places in combinations(range(count - 1), size)]
    total = count * len(others)
    step = next(step for step in range(int(total * 0.618) or 1, 2 * total) if gcd(step, total) == 1)
    for turn in range(total):
        which, item = divmod(turn * step % total, count)
        low = others[which] & (1 << item) - 1
        # others[which] is a subset of n - 1 places. Shifting its upper part by one leaves a gap at the item.
        edge = low | (others[which] ^ low) << 1, item
        if edge not in {first, last}:
            yield edge


def _check(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise SteppayMockError(f"count={count!r} is no number of items. Give a whole number from 1.")
