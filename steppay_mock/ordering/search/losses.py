"""What is wrong at the end if one event never comes, event by event, as far as the deliveries go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from steppay_mock.ordering.findings import Loss
from steppay_mock.ordering.receiver.subject import BudgetSpentError
from steppay_mock.ordering.state.difference import differences

if TYPE_CHECKING:
    from steppay_mock.ordering.receiver.subject import Mark
    from steppay_mock.ordering.search.graph import Node
    from steppay_mock.ordering.search.search import Search

Trail = Sequence[tuple["Node", "Mark"]]


def find_losses(search: Search, *, ending: int, trail: Trail) -> tuple[Loss, ...]:
    """The losses, until no delivery is left.

    Of a long story, whose disorder is bounded, the last events come first: they cost least. ``trail`` has the states
    before each event, where they can be put back.
    """
    found: list[Loss] = []
    bounded = search.graph.bound.restricts
    with suppress(BudgetSpentError):
        nodes = list(_as_it_happened(search))
        for lost in reversed(range(search.graph.count)) if bounded else range(search.graph.count):
            state = _without(search, lost, nodes, trail) if bounded else _whole(search, lost)
            found.append(_loss(search, lost, ending if state is None else state, ending))
    return tuple(sorted(found, key=lambda loss: loss.place))


def _as_it_happened(search: Search) -> Iterator[Node]:
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


def _without(search: Search, lost: int, nodes: Sequence[Node], trail: Trail) -> int | None:
    """The state at the end; None where it soon was the same as if nothing had been lost, so that the end is as well."""
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
    expected, actual = search.subject.states[ending], search.subject.states[state]
    changes = tuple(one.path for one in differences(expected.state, actual.state))
    return Loss(place=lost, heals=search.subject.states.same_rows(ending, state), changes=changes)
