"""The graph of what a search has learned: nodes are sets of delivered events with a state, edges are deliveries.

Each node counts what is still open below it, so a search knows at once where it has to go and when it is complete.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from steppay_mock.ordering.orders.bound import Bound
from steppay_mock.ordering.orders.course import Course


@dataclass(slots=True, eq=False)
class Edge:
    """One delivery: the node that it leads to, whether it was accepted, and the course in which it was seen first."""

    target: GraphNode
    accepted: bool
    course: Course
    reason: str = ""
    """Why it was refused, equal for equal reasons; empty if it was accepted."""


@dataclass(slots=True, eq=False)
class GraphNode:
    """The events of the bit mask were delivered in some order, and the receiver is in ``state`` after them.

    ``spent``: an event was repeated on the way, and that changed the state; no other is repeated after it. ``waiting``:
    refused events, which are retried at the end. ``open`` counts the planned deliveries from here that were never made
    plus the edges to nodes that are open themselves; at 0 everything that begins here is known.
    """

    mask: int
    state: int
    spent: bool
    waiting: Course
    course: Course
    """The course that reached this node first."""
    open: int = 0
    edges: dict[int, Edge] = field(default_factory=dict)
    ways_in: list[GraphNode] = field(default_factory=list)


class Graph:
    """All nodes that were reached. ``duplicates``: each event may be repeated once.

    ``merging``: equal nodes are one. Without it each course has its own nodes, and the graph is a tree.
    """

    def __init__(self, bound: Bound, *, duplicates: bool, merging: bool) -> None:
        self.bound = bound
        self.count = bound.count
        self.full = (1 << self.count) - 1
        self.merging = merging
        self._duplicates = duplicates
        self._nodes: dict[object, GraphNode] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def node(self, *, mask: int, state: int, course: Course, spent: bool = False, waiting: Course = ()) -> GraphNode:
        """The node with these values; a new one if it was never reached."""
        # The mask is a part of the key: what may come next depends on what was delivered, also in equal states.
        key = (mask, state, spent, waiting) if self.merging else (course, state, waiting)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = GraphNode(mask, state, spent, waiting, course)
            found.open = len(self.bound.following(mask)) + self._copies(found).bit_count()
        return found

    def repeats(self, node: GraphNode) -> list[int]:
        """The events that may be repeated here and were not yet, the oldest first."""
        # Without merging a repeat leads to another node, where its event could be repeated again: hence count() == 1.
        copies, known = self._copies(node), node.edges
        return [
            place
            for place in range(copies.bit_length())
            if copies >> place & 1 and place not in known and (self.merging or node.course.count(place) == 1)
        ]

    def ends(self) -> list[GraphNode]:
        """The nodes at which every event was delivered."""
        return [node for node in self._nodes.values() if node.mask == self.full]

    def new_events(self, node: GraphNode) -> list[int]:
        """The events that may come here for the first time and never did, the latest first.

        The latest first, because the order in which things happened is the one that is known to work.
        """
        return [place for place in self.bound.following(node.mask)[::-1] if place not in node.edges]

    def connect(self, node: GraphNode, place: int, edge: Edge) -> None:
        """Add an edge."""
        node.edges[place] = edge
        if not self._is_planned(node, place):
            return
        # An edge to itself is a repeat without effect, and needs no search below it.
        if edge.target is node or not edge.target.open:
            self._close_one(node)
        else:
            edge.target.ways_in.append(node)

    def open_edges(self, node: GraphNode) -> list[int]:
        """The events whose delivery is known and leads to a node that is still open."""
        return [place for place, edge in node.edges.items() if edge.target is not node and edge.target.open]

    def _copies(self, node: GraphNode) -> int:
        """The events that may be repeated here, as a mask. A refused event may not: it is retried anyway."""
        if not self._duplicates or node.spent:
            return 0
        return self.bound.copies(node.mask) & ~sum(1 << place for place in node.waiting)

    def _is_planned(self, node: GraphNode, place: int) -> bool:
        """Whether ``open`` counts this delivery. Smaller courses and lost events make deliveries beyond the plan."""
        if node.mask >> place & 1:
            return bool(self._copies(node) >> place & 1)
        return self.bound.before[place] & ~node.mask == 0

    def _close_one(self, node: GraphNode) -> None:
        """Count one delivery as made; a node that closes by it closes one way of each node before it.

        Each edge is looked at once in the life of the graph, so all closing together costs O(edges).
        """
        closing = [node]  # a list and no recursion: a chain of closing nodes is as long as the story
        while closing:
            one = closing.pop()
            one.open -= 1
            if not one.open:
                closing += one.ways_in
                one.ways_in = []
