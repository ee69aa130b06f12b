"""Which is the smallest course that fails? Fewest events, then fewest inversions, then fewest repeats.

The ways that were gone are kept, so trying one more course mostly costs no delivery. A failing course is first made
smaller step by step; then everything that would be smaller still is tried, set of events by set of events, so that what
is shown is the smallest there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.course import Course, inversions, occurrence, repeats
from steppay_mock.ordering.receiver.answers import is_odd
from steppay_mock.ordering.receiver.subject import BudgetSpentError
from steppay_mock.ordering.search.graph import Node

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.search.search import Search

_MOST_STEPS = 400_000  # ways looked at, in all: about a second


def size_of(course: Course) -> tuple[int, int, int, Course]:
    """What makes one course smaller than another."""
    return len(set(course)), inversions(course), repeats(course), course


class Minimiser:
    """Finds the smallest course of one kind of failure, among those that the search can go."""

    def __init__(self, search: Search, kind: Kind, *, budget: int, target: int | None = None) -> None:
        self._search = search
        self._subject = search.subject
        self._kind = kind
        self._steps = 0
        self._repeats = search.repeats
        self._target = target
        """The event whose refusal is made small, of the kind ``refused``."""
        self._reason: str | None = None
        self.of_same_size: list[Course] = []
        """Failing courses of other events, as many as the smallest one has; and pairs that fail without a repeat."""
        self._subject.allow(budget)

    def smallest(self, course: Course) -> tuple[Course, bool]:
        """The smallest course, and whether everything smaller was tried."""
        best = course
        try:
            if self._kind == "refused":
                self._reason = self._refusal(course)
            for smaller in self._shrunk(course):
                best = smaller
            for found in self._smaller_ones(best):
                best = min(best, found, key=size_of)
                break
        except BudgetSpentError:
            return best, False
        with suppress(BudgetSpentError):
            self.of_same_size += self._without_repeats(best)
        return best, repeats(best) <= 1  # of two repeats not everything that is smaller was tried

    def fails(self, course: Course) -> bool:
        """Whether the course shows the failure."""
        places = occurrence(course)
        if self._kind == "refused":
            return course == places and self._reason == self._refusal(course) is not None
        accepted = self._accepted(places) if self._kind == "answer" else {}
        node = self._root
        for place in course:
            edge = self._search.edge(node, place)
            if self._is_broken(edge.target.state):
                return True
            is_new = not node.mask >> place & 1
            if accepted and is_odd(edge.accepted, accepted[place], is_new=is_new):
                return True
            node = edge.target
        if self._kind == "invariant":
            return self._is_broken(self._settled(node))
        return self._kind in {"state", "effects", "order"} and self._differs(self._settled(node), self._ending(places))

    # Smaller step by step.

    def _shrunk(self, course: Course) -> Iterator[Course]:
        """Smaller and smaller courses that fail; of the last no event can be left out, and no single step undone."""
        best = course
        for best in self._thinned(course):
            yield best
        while smaller := next(
            (one for one in self._one_less(best) if size_of(one) < size_of(best) and self.fails(one)), None
        ):
            yield smaller
            best = smaller

    def _thinned(self, course: Course) -> Iterator[Course]:
        """Much smaller courses that fail: of fewer repeats, of no inversions, then of half the events or less."""
        last, order = course[-1:], tuple(dict.fromkeys(course))
        for fewer in ((*occurrence(course), *last), order, (*order, *last)):
            if repeats(course) and size_of(fewer) < size_of(course) and self.fails(fewer):
                yield (course := fewer)
                break
        size = len(set(course)) // 2
        while size > 1:
            places = occurrence(course)
            for at in range(0, len(places), size):
                fewer = tuple(one for one in course if one not in places[at : at + size])
                if fewer and self.fails(fewer):
                    yield (course := fewer)
            size //= 2

    def _one_less(self, course: Course) -> Iterator[Course]:
        """The courses that are one step smaller, and in an order that is allowed."""
        return filter(self._search.graph.bound.allows, _one_less(course))

    # All that is smaller still.

    def _smaller_ones(self, best: Course) -> Iterator[Course]:
        count = len(self._subject.events)
        for size in range(1, len(set(best)) + 1):
            found = [one for places in combinations(range(count), size) if (one := self._least(places)) is not None]
            if found:
                self.of_same_size = sorted(found, key=size_of)[1:]
                yield min(found, key=size_of)

    def _without_repeats(self, best: Course) -> list[Course]:
        """Where a repeat fails, pairs of events that fail by their order alone: that is another mistake."""
        if not repeats(best) or self._kind not in {"state", "effects"}:
            return []
        self._repeats = False
        pairs = combinations(range(len(self._subject.events)), 2)
        return sorted((one for pair in pairs if (one := self._least(pair)) is not None), key=size_of)

    def _least(self, places: tuple[int, ...]) -> Course | None:
        """The smallest failing course of exactly these events; None if each of their orders ends alike."""
        if self._kind == "refused":
            return places if self.fails(places) else None
        accepted = self._accepted(places) if self._kind == "answer" else {}
        expected = -1 if self._kind == "invariant" else self._ending(places)
        failing: list[Course] = []
        wanted = sum(1 << place for place in places)
        front: dict[tuple[Node, int | None, bool], tuple[int, Course]] = {(self._root, None, False): (0, ())}
        while front:
            after: dict[tuple[Node, int | None, bool], tuple[int, Course]] = {}
            for (node, repeated, differs), (cost, course) in front.items():
                for place in places:
                    is_new = not node.mask >> place & 1
                    if not (self._may_come(place, node, wanted) if is_new else self._repeats and repeated is None):
                        continue
                    self._count_step()
                    edge = self._search.edge(node, place)
                    target = edge.target
                    way = (*course, place)
                    odd = differs or bool(accepted and is_odd(edge.accepted, accepted[place], is_new=is_new))
                    key = target, repeated if is_new else place, odd
                    price = cost + sum(one > place for one in course)
                    if self._is_broken(target.state):
                        failing.append(way)
                    elif key not in after or (price, way) < after[key]:
                        after[key] = price, way
            failing += [
                course
                for (node, _, differs), (_, course) in after.items()
                if node.mask.bit_count() == len(places) and self._is_failure(node, expected, differs=differs)
            ]
            front = after
        exact = [course for course in failing if len(set(course)) == len(places)]
        return min(exact, key=size_of) if exact else None

    def _may_come(self, place: int, node: Node, wanted: int) -> bool:
        """Whether an order that is allowed brings the event here, where the wanted ones are all that come."""
        return not self._search.graph.bound.before[place] & wanted & ~node.mask

    def _is_broken(self, state: int) -> bool:
        return self._kind == "invariant" and self._subject.broken(state) is not None

    def _differs(self, state: int, expected: int) -> bool:
        """Whether an end is another one, in nothing but the order of rows, or in more."""
        return state != expected and self._subject.states.same_rows(state, expected) is (self._kind == "order")

    def _is_failure(self, node: Node, expected: int, *, differs: bool) -> bool:
        if self._kind == "answer":
            return differs
        if self._kind == "invariant":
            return self._is_broken(self._settled(node))
        return self._differs(self._settled(node), expected)

    # What is known, or found out.

    @property
    def _root(self) -> Node:
        return self._search.root

    def _ending(self, places: Course) -> int:
        """The state after these events as they happened."""
        node = self._root
        for place in places:
            node = self._search.edge(node, place).target
        return self._settled(node)

    def _accepted(self, places: Course) -> dict[int, bool]:
        """Whether each of these events is accepted, delivered as they happened."""
        node, found = self._root, {}
        for place in places:
            edge = self._search.edge(node, place)
            found[place] = edge.accepted
            node = edge.target
        return found

    def _refusal(self, course: Course) -> str | None:
        """Why the event is refused to the last in the course; None if it is accepted, or no part of it."""
        node, reasons = self._root, dict[int, str]()
        for place in course:
            edge = self._search.edge(node, place)
            if not edge.accepted:
                reasons[place] = edge.reason
            node = edge.target
        if node.waiting and self._target not in self._search.refused(node):  # it is retried
            return None
        return None if self._target is None else reasons.get(self._target)

    def _settled(self, node: Node) -> int:
        return self._search.settle(node)

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise BudgetSpentError


def _one_less(course: Course) -> Iterator[Course]:
    """What is one step smaller: without an event, without one of its deliveries, with one swap undone."""
    for place in sorted(set(course)):
        yield tuple(one for one in course if one != place)
    for at in range(len(course) - 1, -1, -1):
        if course.count(course[at]) > 1:
            yield course[:at] + course[at + 1 :]
    for at in range(len(course) - 1):
        if course[at] > course[at + 1]:
            yield (*course[:at], course[at + 1], course[at], *course[at + 2 :])
