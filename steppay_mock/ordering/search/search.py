"""The search: drives the receiver along courses, and keeps in a graph which state each delivery leads to.

It is affordable by one assumption: only the state that the probe shows decides what the receiver does next. Then all
orders that lead to one state, with the same events delivered, have the same future, and it is enough to follow one of
them. So the n! orders of n events fold into a graph with at most n * 2 ** (n - 1) edges for a right receiver
(ten events: 3,628,800 orders, 5,120 edges). This is what a stateful model checker does, with the real receiver as the
model.

The assumption is not taken on trust. Each delivery that is made a second time is compared with the first; if it leads
to another state, that is a ContradictionError (see search/contradiction.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import is_odd, reason_of
from steppay_mock.ordering.receiver.follow import deliver_refused
from steppay_mock.ordering.search.graph import Edge, Graph, GraphNode
from steppay_mock.ordering.search.plan import bound_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.driver import Checkpoint, Driver

Repeats = Literal["never", "last", "always"]
"""When a course repeats events that were never repeated at that node: not at all, at its end, or at once."""


class FoundError(Exception):
    """A course that fails: raised by a search, caught where it is made small."""

    def __init__(self, kind: Kind, course: Course) -> None:
        super().__init__(kind, course)
        self.kind: Kind = kind
        self.course = course


class ContradictionError(Exception):
    """Two courses that must end alike by all that the graph knows, and do not.

    Either the receiver is not deterministic, or the probe hides something that matters.
    """

    def __init__(self, before: Course, state: int, now: Course, *, other: int) -> None:
        super().__init__(before, state, now, other)
        self.before = before
        self.state = state
        self.now = now
        self.other = other
        """The state after ``now``; ``state`` is the one after ``before``."""


class Search:
    """Drives the receiver along courses, and keeps in a graph what it learns."""

    def __init__(self, driver: Driver, settings: ExploreSettings, *, merging: bool = True) -> None:
        self.driver = driver
        self._settings = settings
        self.repeats = settings.duplicates
        bound = bound_for(driver.events, settings)
        self.graph = Graph(bound, duplicates=settings.duplicates, merging=merging)
        self.expected: int | None = None
        """The number of the final state after the order in which things happened; None until that is known."""
        self.accepted: dict[int, bool] = {}
        """Whether each event was accepted in that order."""
        self.answered: Course | None = None
        """The first course of all events with an answer that differs from that order's."""
        self.effective: set[int] = set()
        """The events that changed the state in any course, by their delivery or by a repeat."""
        self.natural: dict[int, tuple[Answer, bool]] = {}
        """The answer to each event in the order in which things happened, and whether the event changed the state."""
        self.reordered: Course | None = None
        """The first course of all events that ends with the same rows in another order."""
        self.runs = 0
        self.retried = False
        """Whether some course ended in the expected state only because a refused event was retried."""
        self._attempts = settings.attempts
        self._settled: dict[GraphNode, int] = {}
        self._given_up: dict[GraphNode, frozenset[int]] = {}
        self._root: GraphNode | None = None
        self.here: GraphNode | None = None
        """The node of the receiver's present state; None where that is not known, such as after retries."""

    def unmerged(self) -> Search:
        """The same search without merging: each course has its own nodes, so nothing rests on the assumption."""
        twin = Search(self.driver, self._settings, merging=False)
        twin.expected, twin.accepted, twin.runs, twin.retried = self.expected, self.accepted, self.runs, self.retried
        twin.effective = self.effective  # shared: what is learned counts for both
        return twin

    # Moving.

    @property
    def root(self) -> GraphNode:
        """The node at which every course begins."""
        return self._root or self.begin()

    def begin(self) -> GraphNode:
        """Begin a new course."""
        self.driver.begin()
        if self._root is None:
            self._root = self.graph.node(mask=0, state=self.driver.here, course=())
        self.here = self._root
        return self._root

    def step(self, node: GraphNode, place: int) -> GraphNode:
        """Make one delivery and judge what it leads to; FoundError if that is a failure."""
        edge = self.learn(node, place)
        target, course = edge.target, self.driver.course
        if self.driver.broken(target.state) is not None:
            raise FoundError("invariant", course)
        self._compare_answer(place, course, accepted=edge.accepted, is_new=not node.mask >> place & 1)
        # A node with waiting events is not final yet: end() compares it after the retries.
        if target.mask == self.graph.full and not target.waiting:
            self._compare(target.state, course)
        return target

    def learn(self, node: GraphNode, place: int) -> Edge:
        """Make one delivery without judging it; ContradictionError if it led to another state before."""
        answer = self.driver.deliver(place)
        accepted = self.driver.accepts(place, answer)
        course = self.driver.course
        # The state is read after every delivery, also on a known edge: that is what finds a flaky receiver, and a probe
        # that hides something. It costs one call of the probe, and a lookup by fingerprint.
        state = self.driver.look()
        if state != node.state:
            self.effective.add(place)
        if self.expected is None:
            self.natural.setdefault(place, (answer, state != node.state))
        target = self._target(node, place, state, course, accepted=accepted)
        known = node.edges.get(place)
        if known is None:
            known = Edge(target, accepted, course, "" if accepted else reason_of(answer))
            self.graph.connect(node, place, known)
        elif known.target is not target or known.accepted is not accepted:
            raise ContradictionError(known.course, known.target.state, course, other=state)
        self.here = target
        return known

    def go(self, node: GraphNode) -> None:
        """Go to a known node, by the course that reached it first. That costs up to n deliveries, unless it is here."""
        if self.here is not node:
            here = self.begin()
            for place in node.course:
                here = self.learn(here, place).target

    def back(self, node: GraphNode, checkpoint: Checkpoint) -> None:
        """Go to a node by its checkpoint. That costs no delivery."""
        self.driver.go_back(checkpoint)
        self.here = node

    def edge(self, node: GraphNode, place: int) -> Edge:
        """The edge of one more delivery; the delivery is made only if the edge is not known."""
        known = node.edges.get(place)
        if known is None:
            self.go(node)
            known = self.learn(node, place)
        return known

    def is_settled(self, node: GraphNode) -> bool:
        """Whether the state after the retries of this node is known."""
        return not node.waiting or node in self._settled

    def settle(self, node: GraphNode) -> int:
        """The state after the refused events were retried, or the state in which a retry broke the invariant.

        The retries are no edges of the graph: their states are kept once for each node.
        """
        if not node.waiting:
            return node.state
        if node not in self._settled:
            self.go(node)
            self.here = None  # the retries lead to states that are no nodes
            state, taken = node.state, set[int]()
            for place, answer, now in deliver_refused(self.driver, node.waiting):
                if now != state:
                    self.effective.add(place)
                if self.driver.accepts(place, answer):
                    taken.add(place)
                state = now
                if self.driver.broken(state) is not None:
                    break
            self._settled[node] = state
            self._given_up[node] = frozenset(node.waiting) - taken
        return self._settled[node]

    def refused(self, node: GraphNode) -> frozenset[int]:
        """The events on the way to this node whose last retry was refused."""
        self.settle(node)
        return self._given_up.get(node, frozenset())

    def refused_in_order(self, end: GraphNode) -> Course:
        """The events that were refused in the order in which things happened; ``end`` is the node after all of them."""
        if self._attempts:
            return tuple(sorted(self.refused(end)))
        return tuple(place for place in sorted(self.accepted) if not self.accepted[place])

    def end(self) -> None:
        """End a course: retry what was refused, and compare the final state."""
        node = self.here
        if node is not None and node.mask == self.graph.full and not self.is_settled(node):
            course = self.driver.course
            state = self.settle(node)
            self.retried = self.retried or state != node.state
            if self.driver.broken(state) is not None:
                raise FoundError("invariant", course)
            self._compare(state, course)

    # Whole courses.

    def follow(self, course: Iterable[int], *, repeats: Repeats) -> GraphNode:
        """Deliver a whole course from the beginning, with the repeats that are missing on its way."""
        node, left = self.begin(), list(course)[::-1]  # reversed, to pop from the end
        while True:
            again = self.graph.repeats(node) if repeats == "always" or (repeats == "last" and not left) else []
            if not again and not left:
                break
            node = self.step(node, again[0] if again else left.pop())
        self.end()
        self.runs += 1
        return node

    def lead(self, course: Course) -> list[tuple[GraphNode, Checkpoint]]:
        """Deliver a whole course, and keep a checkpoint of every state on the way."""
        node = self.begin()
        trail = [(node, self.driver.checkpoint())]
        for place in course:
            node = self.step(node, place)
            trail.append((node, self.driver.checkpoint()))
        self.end()
        return trail

    # Nodes and comparisons.

    def _target(self, node: GraphNode, place: int, state: int, course: Course, *, accepted: bool) -> GraphNode:
        if node.mask >> place & 1:  # a repeat
            if state == node.state and self.graph.merging:
                return node
            # A repeat that changes the state is the only one of its course (``spent``). With two, each such node would
            # branch again into all its events.
            spent = node.spent or state != node.state
            return self.graph.node(mask=node.mask, state=state, course=course, spent=spent, waiting=node.waiting)
        waits = self._attempts and not accepted
        return self.graph.node(
            mask=node.mask | 1 << place,
            state=state,
            course=course,
            spent=node.spent,
            waiting=(*node.waiting, place) if waits else node.waiting,
        )

    def _compare(self, state: int, course: Course) -> None:
        if self.expected is None or state == self.expected:
            return
        if not self.driver.states.same_rows(state, self.expected):
            raise FoundError("state", course)
        self.reordered = self.reordered or course  # reported only if nothing differs by more than the order

    def tell_the_rest(self) -> None:
        """Raise FoundError for what counts only if nothing worse was found: odd answers, then the order of rows."""
        if self.answered is not None:
            raise FoundError("answer", self.answered)
        if self.reordered is not None:
            raise FoundError("order", self.reordered)

    def _compare_answer(self, place: int, course: Course, *, accepted: bool, is_new: bool) -> None:
        if self.expected is None:
            self.accepted[place] = accepted
        # With retries a refusal is no end, so only the final states are compared.
        elif self.answered is None and not self._attempts and is_odd(accepted, self.accepted[place], is_new=is_new):
            self.answered = course + tuple(later for later in range(self.graph.count) if later not in course)
