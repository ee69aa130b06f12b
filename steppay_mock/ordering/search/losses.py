"""What is wrong at the end if one event never comes, for each event: information, and no part of the verdict.

Nothing is documented about retries (fact 23), so an event may be lost: the report says what that would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.receiver.driver import BudgetSpentError
from steppay_mock.ordering.state.difference import differences

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.driver import Checkpoint
    from steppay_mock.ordering.search.graph import GraphNode
    from steppay_mock.ordering.search.search import Search

Trail = Sequence[tuple["GraphNode", "Checkpoint"]]


def find_losses(search: Search, *, ending: int, trail: Trail) -> tuple[Loss, ...]:
    """The losses, until no delivery is left.

    Under a bound the story may be long, so the last events are lost first: they cost the fewest deliveries. ``trail``
    has the checkpoints before each event, if states can be put back.
    """
    found: list[Loss] = []
    bounded = search.graph.bound.restricts
    # After a proof without a bound every subset of events was searched, so the edges are known and cost nothing.
    with suppress(BudgetSpentError):
        nodes = list(_as_it_happened(search))
        for lost in reversed(range(search.graph.count)) if bounded else range(search.graph.count):
            state = _without(search, lost, nodes, trail) if bounded else _whole(search, lost)
            found.append(_loss(search, lost, ending if state is None else state, ending))
    return tuple(sorted(found, key=lambda loss: loss.place))


def _as_it_happened(search: Search) -> Iterator[GraphNode]:
    yield (node := search.root)
    for place in range(search.graph.count):
        node = search.edge(node, place).target
        yield node


def _whole(search: Search, lost: int) -> int:
    node = search.root
    for place in range(search.graph.count):
        if place != lost:
            node = search.edge(node, place).target
    return search.settle(node)


def _without(search: Search, lost: int, nodes: Sequence[GraphNode], trail: Trail) -> int | None:
    """The final state without the event; None once a state equals the one with it, so that the ends are equal too."""
    node = nodes[lost]
    if trail:
        search.back(*trail[lost])
    for place in range(lost + 1, search.graph.count):
        node = (search.learn(node, place) if trail else search.edge(node, place)).target
        known = nodes[place + 1]
        if (node.state, node.waiting, known.waiting) == (known.state, (), ()):
            return None
    return search.settle(node)


def _loss(search: Search, lost: int, state: int, ending: int) -> Loss:
    expected, actual = search.driver.states[ending], search.driver.states[state]
    changes = tuple(one.path for one in differences(expected.state, actual.state))
    return Loss(place=lost, heals=search.driver.states.same_rows(ending, state), changes=changes)
