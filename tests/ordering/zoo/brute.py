"""The truth about a receiver by brute force: every order of every subset, with no repeat and with every one.

This is the judge of the search, so it shares nothing with it, and merges nothing by what a probe shows. What it does
spare is the same delivery to the same receiver twice: what was saved is complete, so it goes on the same way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import islice
from typing import Any

from ordering.zoo.receiver import Receiver
from ordering.zoo.shop import Shop

from steppay_mock import Event

KINDS = ("state", "answer", "effects")


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Places of events in delivery order, whose end is another than that of the same events in occurrence order."""

    order: tuple[int, ...]
    events: int
    inversions: int
    repeats: int

    @property
    def measure(self) -> tuple[int, int, int]:
        """What is to be smallest: distinct events, then inversions, then repeats."""
        return self.events, self.inversions, self.repeats


@dataclass(frozen=True, slots=True)
class Finding:
    """What differs somewhere, of one kind: the smallest counterexample, and how many orders of all events differ."""

    smallest: Counterexample
    orders: int
    late_duplicates: int

    @property
    def shows_in(self) -> str:
        """Where it shows: in an ``order`` of all events, only with a ``repeat``, or only in a ``part`` of them."""
        if self.orders:
            return "order"
        return "repeat" if self.late_duplicates else "part"


@dataclass(slots=True)
class _Tree:
    """All courses of deliveries of ``count`` events with at most one repeat; a node is the course that leads to it."""

    count: int
    parents: list[int]
    events: list[int]
    masks: list[int]
    repeated: list[int]
    inversions: list[int]
    in_order: dict[int, int]

    def course(self, node: int) -> tuple[int, ...]:
        """The events in delivery order."""
        steps = []
        while node:
            steps.append(self.events[node])
            node = self.parents[node]
        return tuple(reversed(steps))


@cache
def _tree(count: int) -> _Tree:
    tree = _Tree(count, [0], [-1], [0], [-1], [0], {0: 0})
    node = 0
    while node < len(tree.parents):
        mask, repeated = tree.masks[node], tree.repeated[node]
        for event in range(count):
            again = bool(mask >> event & 1)
            if again and repeated >= 0:
                continue
            tree.parents.append(node)
            tree.events.append(event)
            tree.masks.append(mask | 1 << event)
            tree.repeated.append(event if again else repeated)
            overtaken = (mask >> event + 1).bit_count() + (repeated > event)
            tree.inversions.append(tree.inversions[node] + overtaken)
            if tree.repeated[-1] < 0 and not tree.inversions[-1]:
                tree.in_order[tree.masks[-1]] = len(tree.parents) - 1
        node += 1
    return tree


class _Lives:
    """All shops that a receiver can become, numbered, and what each shows."""

    def __init__(self, receiver: Receiver, events: Sequence[Event]) -> None:
        self._shop: Shop = receiver.make(events)
        self._bodies = [event.body for event in events]
        self._numbers: dict[str, int] = {}
        self._saved: list[str] = []
        self._looks: dict[str, int] = {}
        self.states: list[int] = []
        self.effects: list[int] = []
        self.first = self._number()

    def step(self, life: int, event: int) -> tuple[int, bool]:
        """What becomes of a shop by one delivery, and whether it answered with a 2xx."""
        self._shop.restore(self._saved[life])
        consumed = post(self._shop, self._bodies[event])
        return self._number(), consumed

    def _number(self) -> int:
        saved = self._shop.save()
        number = self._numbers.setdefault(saved, len(self._saved))
        if number == len(self._saved):
            self._saved.append(saved)
            self.states.append(self._look(self._shop.state()))
            self.effects.append(self._look(sorted(self._shop.effects())))
        return number

    def _look(self, shown: Any) -> int:
        """Equal numbers for what looks the same."""
        return self._looks.setdefault(canonical(shown), len(self._looks))


def _walk(receiver: Receiver, events: Sequence[Event]) -> tuple[_Tree, dict[str, list[int]]]:
    """The whole tree, and what is there to see at each of its nodes, as numbers that are equal for equal things.

    The answers of a node are a set of bits: which events were taken so far, and in the upper half, which were refused.
    Whether the last delivery was taken stands beside them.
    """
    tree, lives, count = _tree(len(events)), _Lives(receiver, events), len(events)
    life, taken, answers = [lives.first], [1], [0]
    steps: dict[tuple[int, int], tuple[int, bool]] = {}
    for parent, event in islice(zip(tree.parents, tree.events, strict=True), 1, None):
        step = life[parent], event
        if step not in steps:
            steps[step] = lives.step(*step)
        number, consumed = steps[step]
        life.append(number)
        taken.append(int(consumed))
        answers.append(answers[parent] | 1 << (event if consumed else event + count))
    states, effects = [lives.states[number] for number in life], [lives.effects[number] for number in life]
    return tree, {"state": states, "answer": answers, "effects": effects, "taken": taken}


def judge(receiver: Receiver, events: Sequence[Event]) -> dict[str, Finding]:
    """What brute force finds, of each kind of which it finds anything; the events in occurrence order."""
    tree, seen = _walk(receiver, events)
    return {kind: found for kind in KINDS if (found := _finding(tree, seen[kind])) is not None}


def _finding(tree: _Tree, seen: list[int]) -> Finding | None:
    """What differs from the same events in occurrence order."""
    expected = {mask: seen[node] for mask, node in tree.in_order.items()}
    differing = [node for node, mask in enumerate(tree.masks) if seen[node] != expected[mask]]
    if not differing:
        return None

    def measure(node: int) -> tuple[int, int, int, int]:
        return tree.masks[node].bit_count(), tree.inversions[node], int(tree.repeated[node] >= 0), node

    events, inversions, repeats, node = min(map(measure, differing))
    repeated = [tree.repeated[node] >= 0 for node in differing if tree.masks[node] == tree.masks[-1]]
    return Finding(
        smallest=Counterexample(tree.course(node), events, inversions, repeats),
        orders=repeated.count(False),
        late_duplicates=repeated.count(True),
    )


def effective(receiver: Receiver, events: Sequence[Event]) -> set[int]:
    """The events that change what is there to see, wherever in a course they come."""
    tree, seen = _walk(receiver, events)
    shown = list(zip(seen["state"], seen["effects"], strict=True))
    return {tree.events[node] for node in range(1, len(shown)) if shown[node] != shown[tree.parents[node]]}


def refused_in_order(receiver: Receiver, events: Sequence[Event], place: int) -> tuple[int, ...]:
    """The fewest events, delivered as they happened, of which that one is refused; empty if it never is."""
    tree, seen = _walk(receiver, events)
    count = len(events)
    refusing = [
        tuple(place for place in range(count) if mask >> place & 1)
        for mask, node in tree.in_order.items()
        if seen["answer"][node] >> count >> place & 1
    ]
    return min(refusing, key=len, default=())


def probe_suffices(receiver: Receiver, events: Sequence[Event]) -> bool:
    """Whether shops that show the same after the same deliveries, in any order, do the same at each further one.

    Where they do not, a search that merges them by what they show can miss something.
    """
    tree, seen = _walk(receiver, events)
    shown = list(zip(seen["state"], seen["effects"], strict=True))
    future: dict[Any, Any] = {}
    for node in range(1, len(shown)):
        parent, became = tree.parents[node], (shown[node], seen["taken"][node])
        present = tree.masks[parent], tree.repeated[parent], shown[parent], tree.events[node]
        if future.setdefault(present, became) != became:
            return False
    return True


def post(shop: Shop, body: bytes) -> bool:
    """Whether the shop answers a delivery with a 2xx; an exception is the server's 500."""
    statuses: list[str] = []
    environ = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "REQUEST_METHOD": "POST"}
    try:
        shop.app(environ, lambda status, _headers: statuses.append(status))
    except Exception:  # noqa: BLE001 - whatever a receiver raises
        return False
    return statuses[0].startswith("2")


def canonical(shown: Any) -> str:
    """What a shop shows, as text that is equal for equal values."""
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)
