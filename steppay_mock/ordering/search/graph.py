"""What is known of the receiver? Nodes: what was delivered, and the state after it. Edges: one more delivery."""

from __future__ import annotations

from dataclasses import dataclass, field

from steppay_mock.ordering.orders.bound import Bound
from steppay_mock.ordering.orders.course import Course


@dataclass(slots=True, eq=False)
class Edge:
    """One more delivery: where it leads, whether it was accepted, and the course in which that was seen first."""

    target: GraphNode
    accepted: bool
    course: Course
    reason: str = ""
    """Of a refusal, what is the same where it is refused for the same reason."""


@dataclass(slots=True, eq=False)
class GraphNode:
    """The events of ``mask`` were delivered, in some order, and the receiver is in ``state`` after it.

    ``spent``: an event came twice, and the state was another one for it. ``waiting``: events that were refused and are
    delivered again at the end. ``open`` counts the deliveries from here that were never made and the ways to nodes that
    are open themselves; at 0 everything that begins here is known.
    """

    mask: int
    state: int
    spent: bool
    waiting: Course
    course: Course
    """The course that led here first."""
    open: int = 0
    edges: dict[int, Edge] = field(default_factory=dict)
    ways_in: list[GraphNode] = field(default_factory=list)


class Graph:
    """All nodes that were reached, for the events of the bound. ``duplicates``: each event may come once more.

    ``merging``: nodes that look alike are one. Without, each course has nodes of its own, and the graph is a tree.
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
        """The node; a new one, if it was never reached."""
        key = (mask, state, spent, waiting) if self.merging else (course, state, waiting)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = GraphNode(mask, state, spent, waiting, course)
            found.open = len(self.bound.following(mask)) + self._copies(found).bit_count()
        return found

    def repeats(self, node: GraphNode) -> list[int]:
        """The events that may come once more here, and have not yet; the oldest first."""
        copies, known = self._copies(node), node.edges
        return [
            place
            for place in range(self.count if copies else 0)
            if copies >> place & 1 and place not in known and (self.merging or node.course.count(place) == 1)
        ]

    def ends(self) -> list[GraphNode]:
        """Where everything was delivered."""
        return [node for node in self._nodes.values() if node.mask == self.full]

    def news(self, node: GraphNode) -> list[int]:
        """The events that may come now for the first time, and never did from here; the last first."""
        return [place for place in self.bound.following(node.mask)[::-1] if place not in node.edges]

    def connect(self, node: GraphNode, place: int, edge: Edge) -> None:
        """Keep what a delivery led to, seen for the first time."""
        node.edges[place] = edge
        if not self._is_planned(node, place):
            return
        if edge.target is node or not edge.target.open:
            self._close_one(node)
        else:
            edge.target.ways_in.append(node)

    def ways_on(self, node: GraphNode) -> list[int]:
        """The deliveries that were made before, and lead to where something is still open."""
        return [place for place, edge in node.edges.items() if edge.target is not node and edge.target.open]

    def _copies(self, node: GraphNode) -> int:
        """Which events may come once more here, as bits; what was refused comes again by itself."""
        if not self._duplicates or node.spent:
            return 0
        return self.bound.copies(node.mask) & ~sum(1 << place for place in node.waiting)

    def _is_planned(self, node: GraphNode, place: int) -> bool:
        """Whether ``open`` counts the delivery: where a course is made smaller, or an event lost, others are made."""
        if node.mask >> place & 1:
            return bool(self._copies(node) >> place & 1)
        return self.bound.before[place] & ~node.mask == 0

    def _close_one(self, node: GraphNode) -> None:
        closing = [node]
        while closing:
            one = closing.pop()
            one.open -= 1
            if not one.open:
                closing += one.ways_in
                one.ways_in = []
