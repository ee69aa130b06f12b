"""The fewest allowed orders that together take every edge between the sets of a bound.

An edge is one delivery after one set of delivered events (see :mod:`~steppay_mock.ordering.orders.ideals`). A receiver
that can only start anew takes every edge as a part of whole orders, and every order costs the length of the story.
So the question is: how few paths from the empty set to the full one take each edge at least once? That is a minimum
flow with a lower bound of one on each edge. By the theorem of Dilworth its value is the largest number of edges of
which no path takes two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.orders.ideals import Ideals
from steppay_mock.ordering.orders.lattice import preferences


class Chains:
    """The orders, made one by one when iterated; ``len`` is their number.

    The first is the order in which things happened, the second takes the latest events as early as it can. The others
    follow random preferences, so they are far from one another and a failure shows early.
    """

    def __init__(self, ideals: Ideals) -> None:
        self._ideals = ideals
        edges = [(tail, head) for tail, to in enumerate(ideals.grows) for _, head in to]
        self._flow = Flow(len(ideals.sets), edges)

    def __len__(self) -> int:
        return self._flow.paths

    def __iter__(self) -> Iterator[Course]:
        # Any walk that never takes an edge more often than its flow is one of the paths, and removing it leaves a
        # valid flow for the others. So no search is needed to split the flow into orders: the preferences may choose
        # freely at each set among the edges that have flow left.
        left = iter(self._flow.flow)
        ways = [[[place, head, next(left)] for place, head in to] for to in self._ideals.grows]
        count = self._ideals.sets[-1].bit_count()
        for preference, _ in zip(preferences(count), range(len(self)), strict=False):
            node, order = 0, list[int]()
            while len(order) < count:
                way = min((one for one in ways[node] if one[2]), key=lambda one: preference[one[0]])
                way[2] -= 1
                order.append(way[0])
                node = way[1]
            yield tuple(order)


class Flow:
    """A minimum flow of at least one on each edge of a graph without cycles.

    Node 0 is the source, the last node is the sink, and an edge leads to a later node. ``edges`` are pairs of nodes,
    tail and head. ``flow`` has for each edge how many paths take it; ``paths`` is the value of the flow.

    The construction has two parts. First a feasible flow, made greedily in one pass up and one pass down; it is usually
    close to the minimum. Then Dinic's algorithm reduces it: a maximum flow from the sink back to the source, over edges
    that may be lessened down to one, or increased without limit. Dinic costs O(nodes**2 * edges) in the worst case.
    The sets of a bound form levels, and most detours are as short as the levels are close: 57 events of a year that
    may overtake each other by ten minutes (345 sets, 884 edges) take 5 ms, and 51,000 edges take two seconds.
    """

    def __init__(self, nodes: int, edges: Sequence[tuple[int, int]]) -> None:
        self.edges = edges
        self.flow = [1] * len(edges)
        self._last = nodes - 1
        self._out: list[list[int]] = [[] for _ in range(nodes)]
        self._in: list[list[int]] = [[] for _ in range(nodes)]
        for number, (tail, head) in enumerate(edges):
            self._out[tail].append(number)
            self._in[head].append(number)
        self._balance()
        while self._lessen():
            pass

    @property
    def paths(self) -> int:
        """The number of paths."""
        return sum(self.flow[number] for number in self._out[0])

    def _balance(self) -> None:
        """Make the flow feasible: what comes into a node goes out of it.

        Nodes are numbered so that edges lead to later ones. A pass in that order sends every surplus on, and never
        comes back to a node. A pass in the reverse order then covers every deficit from the edges that come in.
        """
        edges, flow = self.edges, self.flow
        surplus = [len(into) - len(out) for into, out in zip(self._in, self._out, strict=True)]
        for node in range(1, self._last):
            while surplus[node] > 0:  # to the node with the largest deficit, and no more than it lacks
                number = min(self._out[node], key=lambda one: surplus[edges[one][1]])
                head = edges[number][1]
                sent = min(surplus[node], max(1, -surplus[head])) if head != self._last else surplus[node]
                flow[number] += sent
                surplus[node] -= sent
                surplus[head] += sent
        for node in range(self._last - 1, 0, -1):
            missing, ways = -surplus[node], self._in[node]
            for at, number in enumerate(ways):
                sent = (missing + len(ways) - 1 - at) // len(ways)  # an equal share from each edge
                flow[number] += sent
                surplus[edges[number][0]] -= sent

    def _lessen(self) -> bool:
        """One phase of Dinic: cancel all shortest detours. False if there was none, so the flow is the minimum."""
        far = self._distances()
        if not far[0]:
            return False
        ways = [self._residual(node, far) for node in range(self._last + 1)]
        while trail := self._detour(ways):
            sent = min(self.flow[number] - 1 for number, back in trail if back)
            for number, back in trail:
                self.flow[number] -= sent if back else -sent
        return True

    def _distances(self) -> list[int]:
        """The number of steps from the sink to each node in the residual graph, plus one; 0: not reachable."""
        far = [0] * (self._last + 1)
        far[self._last] = 1
        waiting = deque([self._last])
        while waiting and not far[0]:
            node = waiting.popleft()
            lessened = (self.edges[number][0] for number in self._in[node] if self.flow[number] > 1)
            for other in (*lessened, *(self.edges[number][1] for number in self._out[node])):
                if not far[other]:
                    far[other] = far[node] + 1
                    waiting.append(other)
        return far

    def _residual(self, node: int, far: list[int]) -> list[tuple[int, bool]]:
        """The edges of shortest detours at this node, each with True if it is taken backwards, and so lessened."""
        step = far[node] + 1
        back = [(number, True) for number in self._in[node] if far[self.edges[number][0]] == step]
        return back + [(number, False) for number in self._out[node] if far[self.edges[number][1]] == step]

    def _detour(self, ways: list[list[tuple[int, bool]]]) -> list[tuple[int, bool]]:
        """A path from the sink to the source; empty if there is none. Dead ends are removed from ``ways``.

        A loop and no recursion: a path is as long as the story, which may exceed Python's recursion limit.
        """
        node, trail = self._last, list[tuple[int, bool]]()
        while node:
            while ways[node]:
                number, back = ways[node][-1]
                if not back or self.flow[number] > 1:
                    trail.append((number, back))
                    node = self.edges[number][0 if back else 1]
                    break
                ways[node].pop()
            else:
                if not trail:
                    return []
                number, back = trail.pop()
                node = self.edges[number][1 if back else 0]
                ways[node].pop()
        return trail
