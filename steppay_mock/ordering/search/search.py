"""How are all orders searched? Every way from every state is gone once, and equal states are one.

If what the probe shows is all that matters, then what follows a state follows from it, however it was reached. So the
n! orders of n events fold into a graph: what was delivered, and the state after it. Each edge is one delivery.
"""

from __future__ import annotations

from itertools import chain as one_after_another
from itertools import islice
from typing import TYPE_CHECKING, Literal

from steppay_mock.ordering.orders.course import Course
from steppay_mock.ordering.receiver.answers import is_odd, reason_of
from steppay_mock.ordering.receiver.follow import deliver_refused
from steppay_mock.ordering.search.graph import Edge, Graph, Node
from steppay_mock.ordering.search.plan import bound_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.ordering.counterexample import Kind
    from steppay_mock.ordering.options import ExploreSettings
    from steppay_mock.ordering.receiver.subject import Mark, Subject


_SOON = 6  # orders that are tried before anything else is

Repeats = Literal["never", "last", "always"]
"""When an event comes again that was never repeated in that place: not at all, at the end of the course, at once."""


class FoundError(Exception):
    """A course that ends as it must not."""

    def __init__(self, kind: Kind, course: Course) -> None:
        super().__init__(kind, course)
        self.kind: Kind = kind
        self.course = course


class ContradictionError(Exception):
    """Two courses, before and now, of which what is known says that they end alike; and they do not."""

    def __init__(self, before: Course, state: int, now: Course, *, other: int) -> None:
        super().__init__(before, state, now, other)
        self.before = before
        self.state = state
        self.now = now
        self.other = other
        """The state after ``now``, where ``state`` is that after ``before``."""


class Search:
    """Leads the subject through courses, and keeps in a graph what it learns."""

    def __init__(self, subject: Subject, settings: ExploreSettings, *, merging: bool = True) -> None:
        self.subject = subject
        self._settings = settings
        self.repeats = settings.duplicates
        bound = bound_for(subject.events, settings)
        self.graph = Graph(bound, duplicates=settings.duplicates, merging=merging)
        self.expected: int | None = None
        """The final state, as it is after the events in the order in which they happened."""
        self.accepted: dict[int, bool] = {}
        """Whether each event was accepted then."""
        self.answered: Course | None = None
        """A course of all events in which one is answered otherwise than then."""
        self.effective: set[int] = set()
        """The events after whose delivery, or that of a copy, the state was another one."""
        self.natural: dict[int, tuple[Answer, bool]] = {}
        """What each event was answered in the order in which they happened, and whether it changed the state."""
        self.reordered: Course | None = None
        """A course of all events that ends with the same rows in another order."""
        self.runs = 0
        self.retried = False
        """Some event that was refused was delivered again, and its state is the expected one only since then."""
        self._attempts = settings.attempts
        self._settled: dict[Node, int] = {}
        self._given_up: dict[Node, frozenset[int]] = {}
        self._root: Node | None = None
        self._here: Node | None = None
        """Where the subject stands, None where that is not known."""

    def unmerged(self) -> Search:
        """A search for the same, that takes no two states to be one: what it learns are whole courses."""
        twin = Search(self.subject, self._settings, merging=False)
        twin.expected, twin.accepted, twin.runs, twin.retried = self.expected, self.accepted, self.runs, self.retried
        twin.effective = self.effective
        return twin

    # Going.

    @property
    def root(self) -> Node:
        """Where every course begins."""
        return self._root or self.begin()

    def begin(self) -> Node:
        """To the beginning."""
        self.subject.begin()
        if self._root is None:
            self._root = self.graph.node(mask=0, state=self.subject.here, course=())
        self._here = self._root
        return self._root

    def step(self, node: Node, place: int) -> Node:
        """One more delivery, and what it led to; FoundError where the receiver ends as it must not."""
        edge = self.learn(node, place)
        target, course = edge.target, self.subject.course
        if self.subject.broken(target.state) is not None:
            raise FoundError("invariant", course)
        self._compare_answer(place, course, accepted=edge.accepted, is_new=not node.mask >> place & 1)
        if target.mask == self.graph.full and not target.waiting:
            self._compare(target.state, course)
        return target

    def learn(self, node: Node, place: int) -> Edge:
        """One more delivery, without judging it; ContradictionError where it led somewhere else before."""
        answer = self.subject.deliver(place)
        accepted = self.subject.accepts(place, answer)
        course = self.subject.course
        state = self.subject.look()
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
        self._here = target
        return known

    def go(self, node: Node) -> None:
        """To a node that was reached before, the way that led there first."""
        if self._here is not node:
            here = self.begin()
            for place in node.course:
                here = self.learn(here, place).target

    def back(self, node: Node, mark: Mark) -> None:
        """To a node whose state was kept."""
        self.subject.go_back(mark)
        self._here = node

    def edge(self, node: Node, place: int) -> Edge:
        """What one more delivery leads to; it is made only if that is not known."""
        known = node.edges.get(place)
        if known is None:
            self.go(node)
            known = self.learn(node, place)
        return known

    def is_settled(self, node: Node) -> bool:
        """Whether it is known how the node ends."""
        return not node.waiting or node in self._settled

    def settle(self, node: Node) -> int:
        """The state once what was refused was delivered again, or the one in which that broke the invariant."""
        if not node.waiting:
            return node.state
        if node not in self._settled:
            self.go(node)
            self._here = None
            state, taken = node.state, set[int]()
            for place, answer, now in deliver_refused(self.subject, node.waiting, attempts=self._attempts):
                if now != state:
                    self.effective.add(place)
                if self.subject.accepts(place, answer):
                    taken.add(place)
                state = now
                if self.subject.broken(state) is not None:
                    break
            self._settled[node] = state
            self._given_up[node] = frozenset(node.waiting) - taken
        return self._settled[node]

    def refused(self, node: Node) -> frozenset[int]:
        """Which of the events that led here were refused to the last; only those that are retried are known."""
        self.settle(node)
        return self._given_up.get(node, frozenset())

    def refused_in_order(self, end: Node) -> Course:
        """The events that were refused as they happened, where ``end`` is the node after all of them."""
        if self._attempts:
            return tuple(sorted(self.refused(end)))
        return tuple(place for place in sorted(self.accepted) if not self.accepted[place])

    def end(self) -> None:
        """The end of a course: what was refused comes again, and the final state is compared."""
        node = self._here
        if node is not None and node.mask == self.graph.full and not self.is_settled(node):
            course = self.subject.course
            state = self.settle(node)
            self.retried = self.retried or state != node.state
            if self.subject.broken(state) is not None:
                raise FoundError("invariant", course)
            self._compare(state, course)

    # Whole searches.

    def follow(self, course: Iterable[int], *, repeats: Repeats) -> Node:
        """A whole course from the beginning, and what comes again in it."""
        node, left = self.begin(), list(course)[::-1]
        while True:
            again = self.graph.repeats(node) if repeats == "always" or (repeats == "last" and not left) else []
            if not again and not left:
                break
            node = self.step(node, again[0] if again else left.pop())
        self.end()
        self.runs += 1
        return node

    def by_resetting(self, chains: Iterable[Course]) -> None:
        """Every way from every state, where one can only begin anew.

        ``chains`` are orders that cover every way if states depend on what was delivered alone, the most different ones
        first; the rest is gone one by one.
        """
        left = iter(chains)
        first = list(islice(left, _SOON))
        for chain in first:  # their repeats can wait: other orders come by there, and most failures show without any
            if self._lacks(chain):
                self.follow(chain, repeats="last")
        for chain in one_after_another(left, first):
            while self._lacks(chain):
                self.follow(chain, repeats="always")
        while self.root.open:
            node = self.begin()
            while node.open:
                missing = self.graph.repeats(node) or self.graph.news(node) or self.graph.ways_on(node)
                node = self.step(node, missing[0])
            self.end()
        for node in self.graph.ends():  # courses went on from some of them, to a repeat
            if not self.is_settled(node):
                self.go(node)
                self.end()

    def by_restoring(self, chains: Iterable[Course], trail: list[tuple[Node, Mark]]) -> None:
        """Every way from every state, where one can go back: depth first.

        ``trail`` are the states of a course that was followed already, ``chains`` some that are followed before others.
        """
        for chain in chains:
            trail += self.lead(chain)
        while trail:
            node, mark = trail[-1]
            missing = self.graph.repeats(node) or self.graph.news(node)
            if self._here is not node and (missing or node.waiting):
                self.back(node, mark)
            if not missing:
                trail.pop()
                self.end()
                continue
            target = self.step(node, missing[0])
            if target is not node and target.open:
                trail.append((target, self.subject.mark()))
            else:
                self.end()

    def lead(self, course: Course) -> list[tuple[Node, Mark]]:
        """Follow a course, and keep every state on the way."""
        node = self.begin()
        trail = [(node, self.subject.mark())]
        for place in course:
            node = self.step(node, place)
            trail.append((node, self.subject.mark()))
        self.end()
        return trail

    def _lacks(self, chain: Course) -> bool:
        node = self.root
        for place in chain:
            edge = node.edges.get(place)
            if edge is None or self.graph.repeats(node):
                return True
            node = edge.target
        return bool(self.graph.repeats(node))

    # What is learned.

    def _target(self, node: Node, place: int, state: int, course: Course, *, accepted: bool) -> Node:
        if node.mask >> place & 1:
            if state == node.state and self.graph.merging:
                return node
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
        if not self.subject.states.same_rows(state, self.expected):
            raise FoundError("state", course)
        self.reordered = self.reordered or course  # what differs in more than order is told first

    def tell_the_rest(self) -> None:
        """Raise FoundError for what is told only if nothing worse was found: answers, then the order of rows."""
        if self.answered is not None:
            raise FoundError("answer", self.answered)
        if self.reordered is not None:
            raise FoundError("order", self.reordered)

    def _compare_answer(self, place: int, course: Course, *, accepted: bool, is_new: bool) -> None:
        if self.expected is None:
            self.accepted[place] = accepted
        elif self.answered is None and not self._attempts and is_odd(accepted, self.accepted[place], is_new=is_new):
            self.answered = course + tuple(later for later in range(self.graph.count) if later not in course)
