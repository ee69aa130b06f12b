"""The fewest paths through a graph without cycles that go each of its edges: a least flow of one or more on each edge.

First every edge has a flow of one. Where more comes into a node than leads out, the rest is sent on; where more leads
out, it is sent in; now what comes in goes out. Then detours are taken back for as long as there are any, by Dinic's
algorithm, from the end to the beginning: a flow above one may be lessened, and any may be made greater. By the theorem
of Dilworth the rest is as many as the most edges of which no path goes two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


class Flow:
    """The flow. Node 0 is where all paths begin, the last node where all end; an edge leads to a later node.

    ``edges`` are pairs of nodes, tail and head. ``flow`` has for each how many paths go it.
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
        """How many paths there are."""
        return sum(self.flow[number] for number in self._out[0])

    def _balance(self) -> None:
        edges, flow = self.edges, self.flow
        more = [len(into) - len(out) for into, out in zip(self._in, self._out, strict=True)]  # than goes out comes in
        for node in range(1, self._last):
            while more[node] > 0:  # to where it is missed most
                number = min(self._out[node], key=lambda one: more[edges[one][1]])
                head = edges[number][1]
                sent = min(more[node], max(1, -more[head])) if head != self._last else more[node]
                flow[number] += sent
                more[node] -= sent
                more[head] += sent
        for node in range(self._last - 1, 0, -1):
            missing, ways = -more[node], self._in[node]
            for at, number in enumerate(ways):
                sent = (missing + len(ways) - 1 - at) // len(ways)  # from everywhere alike
                flow[number] += sent
                more[edges[number][0]] -= sent

    def _lessen(self) -> bool:
        """Take back detours of one length, the shortest; whether there were any."""
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
        """How many steps it is from the end to each node, by edges that can be lessened or made greater; 0: no way."""
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
        """The edges of a shortest detour at the node, each with whether it is gone backwards, and so lessened."""
        step = far[node] + 1
        back = [(number, True) for number in self._in[node] if far[self.edges[number][0]] == step]
        return back + [(number, False) for number in self._out[node] if far[self.edges[number][1]] == step]

    def _detour(self, ways: list[list[tuple[int, bool]]]) -> list[tuple[int, bool]]:
        """A way from the end to the beginning, empty if there is none; what leads nowhere is taken out of ``ways``."""
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
