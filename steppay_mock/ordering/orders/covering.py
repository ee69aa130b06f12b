"""A few orders that show every order of any two, three or four events: a sequence covering array.

Where all n! orders are too many, most mistakes still need only a few events in the wrong order. At strength 3, ten
events take 11 orders, and a hundred take 29.

Each order is found by hill climbing: start with a random order, and move one event at a time while that shows more
sequences that are still unseen. Then orders are removed and the others climb again until nothing is unseen, as long as
that is cheap. Work is counted and not timed, so the same seed gives the same orders on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import factorial, perm

from steppay_mock.errors import SteppayMockError, choices
from steppay_mock.ordering.orders.bound import Bound
from steppay_mock.ordering.orders.sequences import STRENGTHS, Unseen, shuffled
from steppay_mock.payload.chance import Chance, derive_seed

_STARTS = 2  # climbs for each new row; the best one is kept
_PATIENCE = 1_000_000  # pairs of items looked at before the search for fewer rows ends
_FORGIVENESS = 0.05  # the share of worse rows that are accepted, so that the search leaves a local optimum


def covering_orders(
    count: int, *, strength: int, seed: int, limit: int | None = None, bound: Bound | None = None
) -> list[tuple[int, ...]]:
    """Orders of ``range(count)`` that show every order of any ``strength`` items; the first is the identity.

    The second is its reverse. ``strength`` is 2, 3 or 4. With a ``limit`` there are no more rows than that, and
    :func:`covered` says how much they show. Ten items take a quarter of a second; at strength 3 a hundred take two
    seconds, at strength 4 forty take four. With a ``bound`` they are orders that it allows, which show every sequence
    that it allows; the second has the latest items as early as can be. Raises SteppayMockError for numbers that make
    no sense.
    """
    _check(count, strength)
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise SteppayMockError(f"limit={limit!r} is no number of orders. Give a whole number from 1, or leave it out.")
    chance = Chance(derive_seed("covering-orders", seed, count, strength))
    identity = tuple(range(count))
    fixed = [identity, identity[::-1] if bound is None else bound.reverse()][:limit]
    unseen = _after(fixed, Unseen(count, strength, bound))
    rows: list[tuple[int, ...]] = []
    left = unseen
    while left and (limit is None or len(fixed) + len(rows) < limit):
        rows.append(_best_climb(left, chance))
        left = _after(rows[-1:], left)
    # The limit was reached: then the rows cannot become fewer, but they may show more.
    if left:
        return fixed + (_rearranged(rows, unseen, chance) or rows)
    return fixed + _fewer(rows, unseen, chance)


def covered(orders: Iterable[tuple[int, ...]], *, strength: int) -> tuple[int, int]:
    """How many sequences of ``strength`` items the orders show, and how many there are."""
    listed = [tuple(order) for order in orders]
    count = len(listed[0]) if listed else 0
    if any(len(order) != count or set(order) != set(range(count)) for order in listed):
        raise SteppayMockError("The orders are not permutations of one range(count). Give those of covering_orders.")
    _check(count, strength)
    total = perm(count, strength)
    return total - len(_after(listed, Unseen(count, strength))), total


def _best_climb(unseen: Unseen, chance: Chance) -> tuple[int, ...]:
    climbs = [unseen.climb(unseen.draw(chance), chance) for _ in range(_STARTS)]
    return min(climbs, key=lambda row: len(_after([row], unseen)))


def _fewer(rows: list[tuple[int, ...]], unseen: Unseen, chance: Chance) -> list[tuple[int, ...]]:
    """Rows that show the same, and fewer of them if the search finds that."""
    # The first items, as many as the strength, have strength! orders, and a row shows one of them. The two fixed rows
    # show two. So fewer rows than this cannot do.
    least = factorial(unseen.strength) - 2
    while len(rows) > least:
        fewer = _rearranged(shuffled(rows, chance)[1:], unseen, chance)
        if fewer is None:
            break
        rows = fewer
    return rows


def _rearranged(rows: list[tuple[int, ...]], unseen: Unseen, chance: Chance) -> list[tuple[int, ...]] | None:
    """The same number of rows, changed until nothing is unseen; None if the work runs out before."""
    least = len(_after(rows, unseen))
    # One round climbs one or two rows, and shows all of them again: about n ** 2 pairs of items each.
    rounds = _PATIENCE // ((unseen.count + 4) ** 2 * (len(rows) + 1))
    while least and rows and rounds:
        rounds -= 1
        rows = shuffled(rows, chance)
        kept = rows[chance.between(1, 2) :]
        left = _after(kept, unseen)
        for row in rows[: len(rows) - len(kept)]:
            kept.append(left.climb(left.draw(chance, row) if chance.chance(0.5) else row, chance))
            left.show(kept[-1])
        if len(left) <= least or chance.chance(_FORGIVENESS):
            rows, least = kept, len(left)
    return None if least else rows


def _after(orders: Iterable[tuple[int, ...]], unseen: Unseen) -> Unseen:
    """What is still unseen after these orders."""
    left = unseen.copy()
    for order in orders:
        left.show(order)
    return left


def _check(count: int, strength: int) -> None:
    if isinstance(strength, bool) or not isinstance(strength, int) or strength not in STRENGTHS:
        raise SteppayMockError(f"strength={strength!r} is not {choices(map(str, STRENGTHS))}. Take 3 if in doubt.")
    if isinstance(count, bool) or not isinstance(count, int) or count < strength:
        raise SteppayMockError(f"count={count!r}: strength={strength} needs {strength} items or more. Add some.")
