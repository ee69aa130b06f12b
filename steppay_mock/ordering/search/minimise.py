"""Makes a failing course as small as possible: fewest events, then fewest inversions, then fewest repeats.

The search keeps every edge that it has taken, so trying one more course mostly costs no delivery. Two phases:

1. *Shrinking*, as Hypothesis and delta debugging do: replace the course by a smaller one that still fails, until no
   single step helps. That is fast, and ends in a local minimum.
2. *Exhausting*: try every set of events that would be smaller, in all orders. Then the result is the smallest that
   there is, and the report may say so. The graph merges orders, so a set of k events costs about k * 2 ** k steps
   and not k!.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING

from steppay_mock.ordering.orders.course import Course, inversions, occurrence, repeats
from steppay_mock.ordering.receiver.answers import is_odd
from steppay_mock.ordering.receiver.driver import BudgetSpentError
from steppay_mock.ordering.search.graph import GraphNode

if TYPE_CHECKING:
    from steppay_mock.ordering.findings import Kind
    from steppay_mock.ordering.search.search import Search

_MOST_STEPS = 400_000  # edges looked at in all: about a second


def size_of(course: Course) -> tuple[int, int, int, Course]:
    """The key that orders courses by size; of equal ones the first in the order of tuples."""
    return len(set(course)), inversions(course), repeats(course), course


class Minimiser:
    """Finds the smallest course that shows one kind of failure."""

    def __init__(self, search: Search, kind: Kind, *, budget: int, target: int | None = None) -> None:
        self._search = search
        self._driver = search.driver
        self._kind = kind
        self._steps = 0
        self._repeats = search.repeats
        self._target = target
        """The refused event, for the kind ``refused``."""
        self._reason: str | None = None
        self.of_same_size: list[Course] = []
        """Failing courses of other events, equally many; and pairs that fail without a repeat."""
        self._driver.allow(budget)

    def smallest(self, course: Course) -> tuple[Course, bool]:
        """The smallest course that was found, and whether everything smaller was tried."""
        best = course
        try:
            if self._kind == "refused":
                self._reason = self._refusal(course)
            for smaller in self._shrunk(course):
                best = smaller
            # Sizes come in ascending order, so the first result is the smallest, and the search stops.
            for found in self._smaller_ones(best):
                best = min(best, found, key=size_of)
                break
        except BudgetSpentError:
            return best, False
        with suppress(BudgetSpentError):
            self.of_same_size += self._without_repeats(best)
        return best, repeats(best) <= 1  # _least() tries courses with one repeat only

    def fails(self, course: Course) -> bool:
        """Whether the course shows this kind of failure."""
        places = occurrence(course)
        if self._kind == "refused":
            # Another reason is another failure: without the customer's event an order is refused too, but as unknown.
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

    # Phase 1: shrinking.

    def _shrunk(self, course: Course) -> Iterator[Course]:
        """Smaller and smaller failing courses. From the last one no event can be removed, and no single step undone."""
        best = course
        for best in self._thinned(course):
            yield best
        while smaller := next(
            (one for one in self._one_less(best) if size_of(one) < size_of(best) and self.fails(one)), None
        ):
            yield smaller
            best = smaller

    def _thinned(self, course: Course) -> Iterator[Course]:
        """Large steps first.

        ``(0, 1, ..., 57, 3)``, a late duplicate of a long story: most failing courses have many repeats, and the last
        delivery alone matters. So try: in order plus the last delivery; without repeats; both.

        ``(..., 41, ..., 17, ...)``, two of 57 events in the wrong order: removing one event at a time would take 55
        rounds over the course. So remove halves, then quarters, as delta debugging does: O(log n) rounds.
        """
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
        """The courses that are one step smaller, if the bound allows their order."""
        return filter(self._search.graph.bound.allows, _one_less(course))

    # Phase 2: exhausting.

    def _smaller_ones(self, best: Course) -> Iterator[Course]:
        count = len(self._driver.events)
        for size in range(1, len(set(best)) + 1):
            found = [one for places in combinations(range(count), size) if (one := self._least(places)) is not None]
            if found:
                self.of_same_size = sorted(found, key=size_of)[1:]
                yield min(found, key=size_of)

    def _without_repeats(self, best: Course) -> list[Course]:
        """If the smallest course has a repeat: pairs of events that fail by their order alone, another mistake.

        A receiver that is wrong about both duplicates and order would otherwise be reported for duplicates only.
        """
        if not repeats(best) or self._kind not in {"state", "effects"}:
            return []
        self._repeats = False
        pairs = combinations(range(len(self._driver.events)), 2)
        return sorted((one for pair in pairs if (one := self._least(pair)) is not None), key=size_of)

    def _least(self, places: tuple[int, ...]) -> Course | None:
        """The smallest failing course of exactly these events; None if all their orders end the same.

        A breadth-first search over the graph, one delivery at a time. Of all ways to one node it keeps the one with the
        fewest inversions: what follows depends on the node only, so a worse way to it cannot be part of the smallest
        course. That is why the states are merged, and k! orders cost about k * 2 ** k steps. ``repeated`` and
        ``differs`` are part of the key, because they decide what may follow and what is a failure.
        """
        if self._kind == "refused":
            return places if self.fails(places) else None
        accepted = self._accepted(places) if self._kind == "answer" else {}
        expected = -1 if self._kind == "invariant" else self._ending(places)
        failing: list[Course] = []
        wanted = sum(1 << place for place in places)
        # The key: the node, the event that was repeated, and whether an answer was odd. The value: the inversions so
        # far, and the course.
        front: dict[tuple[GraphNode, int | None, bool], tuple[int, Course]] = {(self._root, None, False): (0, ())}
        while front:
            after: dict[tuple[GraphNode, int | None, bool], tuple[int, Course]] = {}
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
                    if self._is_broken(target.state):  # the run ends here, so there is nothing to follow
                        failing.append(way)
                    elif key not in after or (price, way) < after[key]:
                        after[key] = price, way
            failing += [
                course
                for (node, _, differs), (_, course) in after.items()
                if node.mask.bit_count() == len(places) and self._is_failure(node, expected, differs=differs)
            ]
            front = after
        # A broken invariant may show before all events came; that course is found with its own, smaller set of events.
        exact = [course for course in failing if len(set(course)) == len(places)]
        return min(exact, key=size_of) if exact else None

    def _may_come(self, place: int, node: GraphNode, wanted: int) -> bool:
        """Whether the bound allows the event here, in a course of the wanted events only."""
        return not self._search.graph.bound.before[place] & wanted & ~node.mask

    def _is_broken(self, state: int) -> bool:
        return self._kind == "invariant" and self._driver.broken(state) is not None

    def _differs(self, state: int, expected: int) -> bool:
        """Whether two ends differ in the way of this kind: only in the order of rows, or in more."""
        return state != expected and self._driver.states.same_rows(state, expected) is (self._kind == "order")

    def _is_failure(self, node: GraphNode, expected: int, *, differs: bool) -> bool:
        if self._kind == "answer":
            return differs
        if self._kind == "invariant":
            return self._is_broken(self._settled(node))
        return self._differs(self._settled(node), expected)

    # Lookups, which deliver only what is not known yet.

    @property
    def _root(self) -> GraphNode:
        return self._search.root

    def _ending(self, places: Course) -> int:
        """The final state after these events in the order in which they happened."""
        node = self._root
        for place in places:
            node = self._search.edge(node, place).target
        return self._settled(node)

    def _accepted(self, places: Course) -> dict[int, bool]:
        """Whether each of these events is accepted in the order in which they happened."""
        node, found = self._root, {}
        for place in places:
            edge = self._search.edge(node, place)
            found[place] = edge.accepted
            node = edge.target
        return found

    def _refusal(self, course: Course) -> str | None:
        """Why the course refuses the target event; None if it accepts it, also by a retry, or does not have it."""
        node, reasons = self._root, dict[int, str]()
        for place in course:
            edge = self._search.edge(node, place)
            if not edge.accepted:
                reasons[place] = edge.reason
            node = edge.target
        if node.waiting and self._target not in self._search.refused(node):  # a retry accepts it
            return None
        return None if self._target is None else reasons.get(self._target)

    def _settled(self, node: GraphNode) -> int:
        return self._search.settle(node)

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise BudgetSpentError


def _one_less(course: Course) -> Iterator[Course]:
    """The courses one step smaller: without an event, without a repeat, or with two neighbours put in order."""
    for place in sorted(set(course)):
        yield tuple(one for one in course if one != place)
    for at in range(len(course) - 1, -1, -1):
        if course.count(course[at]) > 1:
            yield course[:at] + course[at + 1 :]
    for at in range(len(course) - 1):
        if course[at] > course[at + 1]:
            yield (*course[:at], course[at + 1], course[at], *course[at + 2 :])
