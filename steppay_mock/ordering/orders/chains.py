"""The fewest allowed orders that together go every edge between the sets of a bound."""

from __future__ import annotations

from collections.abc import Iterator

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.orders.flow import Flow
from steppay_mock.ordering.orders.ideals import Ideals
from steppay_mock.ordering.orders.sequences import shuffled
from steppay_mock.payload.chance import Chance


class Chains:
    """The orders. The first is the one in which things happened, the second as late as it can be for each event."""

    def __init__(self, ideals: Ideals) -> None:
        self._ideals = ideals
        edges = [(tail, head) for tail, to in enumerate(ideals.grows) for _, head in to]
        self._flow = Flow(len(ideals.sets), edges)

    def __len__(self) -> int:
        return self._flow.paths

    def __iter__(self) -> Iterator[Course]:
        left = iter(self._flow.flow)
        ways = [[[place, head, next(left)] for place, head in to] for to in self._ideals.grows]
        count = self._ideals.sets[-1].bit_count()
        for wish, _ in zip(_wishes(count), range(len(self)), strict=False):
            node, order = 0, list[int]()
            while len(order) < count:
                way = min((one for one in ways[node] if one[2]), key=lambda one: wish[one[0]])
                way[2] -= 1
                order.append(way[0])
                node = way[1]
            yield tuple(order)


def _wishes(count: int) -> Iterator[list[int]]:
    """For each order how late it takes each event, as far as it can choose."""
    yield list(range(count))
    yield list(range(count))[::-1]
    chance = Chance(count)
    while True:
        yield shuffled(range(count), chance)
