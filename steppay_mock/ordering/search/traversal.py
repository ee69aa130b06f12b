"""The two ways to take every edge of the graph: by starting anew for each course, or by going back to any state.

Both are complete for any receiver whose next state depends on the state that the probe shows. They differ in what a
course costs. A receiver that can only be reset pays for every step from the beginning; one whose states can be put
back pays for new edges only. For ten events without repeats that is 12,600 deliveries against 5,120.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain as one_after_another
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.ordering.orders.course import Course
    from steppay_mock.ordering.receiver.driver import Checkpoint
    from steppay_mock.ordering.search.graph import GraphNode
    from steppay_mock.ordering.search.search import Search

_SOON = 6  # orders that are tried without repeats before everything else


def by_resetting(search: Search, chains: Iterable[Course]) -> None:
    """Take every edge where a course can only begin anew. FoundError where the receiver ends as it must not.

    ``chains`` are orders that cover every edge if a state depends only on the set of delivered events, the most
    different ones first. A receiver with more states than that has more edges, and these are taken one by one.
    """
    left = iter(chains)
    # Most failures need no repeat, and show in the first few orders that differ widely. So those are tried first, with
    # repeats at their end only. Their edges are not lost: the later passes follow the same chains for the repeats.
    first = list(islice(left, _SOON))
    for chain in first:
        if _lacks(search, chain):
            search.follow(chain, repeats="last")
    # A repeat that changes the state leaves the chain (the rest of it then starts from another node), so a chain is
    # followed until it has nothing left to learn.
    for chain in one_after_another(left, first):
        while _lacks(search, chain):
            search.follow(chain, repeats="always")
    # What is still open was reached only by states that the chains did not foresee: walk there and take it.
    while search.root.open:
        node = search.begin()
        while node.open:
            missing = search.graph.repeats(node) or search.graph.new_events(node) or search.graph.open_edges(node)
            node = search.step(node, missing[0])
        search.end()
    # A node where everything was delivered, but some events were refused, has its final state only after the retries.
    # Some of these nodes were passed on the way to a repeat, so no course has ended there yet.
    for node in search.graph.ends():
        if not search.is_settled(node):
            search.go(node)
            search.end()


def by_restoring(search: Search, chains: Iterable[Course], trail: list[tuple[GraphNode, Checkpoint]]) -> None:
    """Take every edge where states can be put back: depth first. FoundError where the receiver ends as it must not.

    ``trail`` has the nodes of a course that was followed already, with their checkpoints. ``chains`` are followed
    before the search goes deep, because orders that differ widely show most failures at once.

    The stack holds one checkpoint for each step of the current course and of the chains. That bounds the memory: a
    checkpoint of a database may have megabytes, and there are thousands of nodes.
    """
    for chain in chains:
        trail += search.lead(chain)
    while trail:
        node, checkpoint = trail[-1]
        missing = search.graph.repeats(node) or search.graph.new_events(node)
        if search.here is not node and (missing or node.waiting):
            search.back(node, checkpoint)
        if not missing:
            trail.pop()
            search.end()
            continue
        target = search.step(node, missing[0])
        if target is not node and target.open:
            trail.append((target, search.driver.checkpoint()))
        else:
            search.end()


def _lacks(search: Search, chain: Course) -> bool:
    """Whether following this chain would take an edge, or make a repeat on its way, for the first time.

    A repeat that is missing at its end alone is no reason to follow it: whoever walks to what is open makes it too.
    """
    return any(place not in node.edges or search.graph.repeats(node) for node, place in _way(search.root, chain))


def _way(node: GraphNode, chain: Course) -> Iterator[tuple[GraphNode, int]]:
    """The known nodes on the way of a chain, each with the event that comes next."""
    for place in chain:
        yield node, place
        node = node.edges[place].target
