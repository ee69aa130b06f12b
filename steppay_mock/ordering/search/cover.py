"""What if there are too many orders? A few that show every order of any three events, and then others by chance."""

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

_FEW = 720  # six events
_SAMPLES = 500


def cover(search: Search, settings: ExploreSettings) -> tuple[list[Course], int]:
    """Deliver orders until the budget is spent: those that came to their end, and how many of these are by chance."""
    count, bound = search.graph.count, search.graph.bound
    done: list[Course] = []
    afforded = max(settings.budget // (count * (1 + settings.duplicates)), 1)  # more would be made, and not delivered
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
    """Orders to be delivered as a whole: all of them if they are few, and else some by chance."""
    if orders <= _FEW:
        yield from bound.orders()
    else:
        chance = Chance(derive_seed(seed, "paranoid"))
        for _ in range(_SAMPLES):
            yield bound.draw(chance)


def _with_a_repeat(order: Course, chance: Chance) -> Course:
    """The order, with one of its events once more at a later place."""
    first = int(chance.random() * len(order))
    later = chance.between(first + 1, len(order))
    return (*order[:later], order[first], *order[later:])
