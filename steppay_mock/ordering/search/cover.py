"""Whole orders, for a story with too many of them: a few that show every order of any three events, then random ones.

No states are merged here, so the result needs no assumption about the probe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.covering import covering_orders
from steppay_mock.ordering.receiver.driver import BudgetSpentError
from steppay_mock.payload.chance import Chance, derive_seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.orders.bound import Bound
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.search.search import Search

_FEW = 720  # orders of which all are sampled: those of six events
_SAMPLES = 500  # of more orders


def cover(search: Search, settings: ExploreSettings) -> tuple[list[Course], int]:
    """Deliver orders until the budget is spent: those that came to their end, and how many of them are random."""
    count, bound = search.graph.count, search.graph.bound
    done: list[Course] = []
    # Making an order takes time too, so no more are made than the budget can deliver, repeats included.
    afforded = max(settings.budget // (count * (1 + settings.duplicates)), 1)
    planned = covering_orders(
        count, strength=min(settings.strength, count), seed=settings.seed, limit=afforded, bound=bound
    )
    try:
        for order in planned:
            search.follow(order, repeats="last")
            done.append(order)
        chance = Chance(derive_seed(settings.seed, "orders"))
        while True:
            order = bound.draw(chance)
            search.follow(_with_a_repeat(order, chance) if settings.duplicates else order, repeats="never")
            done.append(order)
    except BudgetSpentError:
        return done, max(len(done) - len(planned), 0)


def sample_orders(bound: Bound, *, orders: int, seed: int) -> Iterator[Course]:
    """Orders for ``paranoid=``: all of them if they are few, random ones otherwise."""
    if orders <= _FEW:
        yield from bound.orders()
    else:
        chance = Chance(derive_seed(seed, "paranoid"))
        for _ in range(_SAMPLES):
            yield bound.draw(chance)


def _with_a_repeat(order: Course, chance: Chance) -> Course:
    """The order with one random event repeated at a random later place."""
    first = int(chance.random() * len(order))
    later = chance.between(first + 1, len(order))
    return (*order[:later], order[first], *order[later:])
