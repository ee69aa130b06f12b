"""In which order are events delivered?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Literal, get_args

from steppay_mock.errors import SteppayMockError, choices, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.payload.event import Event

Order = Literal["occurrence", "shuffled", "reversed"]
"""``occurrence``: as they happened; ``reversed``: the last first; ``shuffled``: by chance, which a seed repeats."""

ORDERS: tuple[Order, ...] = get_args(Order)


def check_order(order: object) -> Order:
    """Give back the order; one that does not exist is a SteppayMockError that names the nearest."""
    for known in ORDERS:
        if order == known:
            return known
    raise SteppayMockError(
        f"There is no order {order!r}.{did_you_mean(order, ORDERS)} Orders are {choices(map(repr, ORDERS))}."
    )


def arrange(events: Iterable[Event], order: Order, *, seed: int) -> Iterable[Event]:
    """Put the events in that order; ``occurrence`` hands an iterator through, one event at a time.

    The same seed gives the same order on every Python: of the ``random`` module only ``random()`` promises that.
    """
    if order == "occurrence":
        return events
    listed = list(events)
    if order == "reversed":
        return listed[::-1]
    chance = random.Random(seed)
    places = [chance.random() for _ in listed]
    return [listed[index] for index in sorted(range(len(listed)), key=places.__getitem__)]
