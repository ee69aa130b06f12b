"""Which orders deliver every event after every set of others?

What has been delivered is a subset of the events, and a delivery is an edge of the lattice of subsets: from S to S and
one event more. An order is a chain through the lattice, from nothing to everything. Each chain takes one edge in the
middle, so there must be a chain for each of these; and that many are enough. From its edge in the middle a chain goes
on upwards and downwards by edges that none has taken yet. Above the middle at least as many chains come into a subset
as edges lead out of it, and below the middle it is the other way round: so no edge is left over.
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

    There are :func:`chain_count` of them, each made when it is asked for. The identity comes first, then its reverse,
    then orders far from one another, so that what fails fails soon. They are the same everywhere. Raises
    SteppayMockError unless ``count`` is 1 to 20.
    """
    _check(count)
    if count > MOST:
        raise SteppayMockError(
            f"count={count} needs {chain_count(count):,} chains; {MOST} items are the most. Take covering_orders."
        )
    return _chains(count)


def chain_count(count: int) -> int:
    """How many orders it takes: ``n * C(n - 1, floor((n - 1) / 2))``, the number of edges in the middle."""
    _check(count)
    return count * comb(count - 1, (count - 1) // 2)


def deliveries_with_reset(count: int) -> int:
    """Deliveries that it takes where a receiver can only start afresh: all those of each chain."""
    return count * chain_count(count)


def deliveries_with_restore(count: int) -> int:
    """Deliveries that it takes where a receiver's state can be put back: one an edge, ``n * 2 ** (n - 1)``."""
    _check(count)
    return count << (count - 1)


def _chains(count: int) -> Iterator[tuple[int, ...]]:
    everything = (1 << count) - 1
    untaken: dict[int, int] = {}  # above the middle the items that may come next, below it those that came last

    def take(subset: int, items: int, wish: list[int]) -> int:
        """The item, of those whose edges are untaken, that comes first in the wish."""
        free = untaken.get(subset, items) or items
        taken = next(item for item in wish if free >> item & 1)
        untaken[subset] = free ^ 1 << taken
        return taken

    for (below, item), wish in zip(_middle_edges(count), _wishes(count), strict=False):
        early: list[int] = []
        subset = below
        while subset:
            early.append(take(subset, subset, wish[::-1]))
            subset ^= 1 << early[-1]
        late: list[int] = []
        subset = below | 1 << item
        while subset != everything:
            late.append(take(subset, everything ^ subset, wish))
            subset |= 1 << late[-1]
        yield (*early[::-1], item, *late)


def _wishes(count: int) -> Iterator[list[int]]:
    """For each chain the order that it takes its items in as far as it can."""
    yield list(range(count))
    yield list(range(count))[::-1]
    chance = Chance(count)
    while True:
        yield shuffled(range(count), chance)


def _middle_edges(count: int) -> Iterator[tuple[int, int]]:
    """Each edge of the middle level, as the subset that it leaves and the item that it adds."""
    size = (count - 1) // 2
    first = (1 << size) - 1, size
    last = first[0] << (count - size), count - 1 - size
    yield first
    if first != last:
        yield last
    others = [sum(1 << place for place in places) for places in combinations(range(count - 1), size)]
    total = count * len(others)
    step = next(step for step in range(int(total * 0.618) or 1, 2 * total) if gcd(step, total) == 1)  # golden: far away
    for turn in range(total):
        which, item = divmod(turn * step % total, count)
        low = others[which] & (1 << item) - 1
        edge = low | (others[which] ^ low) << 1, item  # the subset is one of the others, whose places skip the item
        if edge not in {first, last}:
            yield edge


def _check(count: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise SteppayMockError(f"count={count!r} is no number of items. Give a whole number from 1.")
