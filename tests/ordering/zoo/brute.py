"""What is true of a receiver, if nothing is spared? Every order of every subset, with no repeat and with every one.

This is the judge of the search, so it shares nothing with it, and merges nothing by what a probe shows. What it does
spare is the same delivery to the same receiver twice: what was saved is complete, so it goes on the same way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What brute force found. ``findings`` has those kinds that differ in some order of some of the events."""

    findings: dict[str, Finding]
    orders: int
    late_duplicates: int
    probe_suffices: bool
    """Of equal deliveries that show equal states and effects, does each further one do the same?"""


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
        self._steps: dict[tuple[int, int], tuple[int, bool]] = {}
        self.shown: dict[str, list[str]] = {"state": [], "effects": []}
        self.first = self._number()

    def step(self, life: int, event: int) -> tuple[int, bool]:
        """What becomes of a shop by one delivery, and whether it answered with a 2xx."""
        known = self._steps.get((life, event))
        if known is None:
            self._shop.restore(self._saved[life])
            consumed = post(self._shop, self._bodies[event])
            known = self._steps[life, event] = self._number(), consumed
        return known

    def _number(self) -> int:
        saved = self._shop.save()
        number = self._numbers.setdefault(saved, len(self._saved))
        if number == len(self._saved):
            self._saved.append(saved)
            self.shown["state"].append(canonical(self._shop.state()))
            self.shown["effects"].append(canonical(sorted(self._shop.effects())))
        return number


def judge(receiver: Receiver, events: Sequence[Event]) -> Judgement:
    """What brute force finds of a receiver; the events in occurrence order."""
    tree, lives = _tree(len(events)), _Lives(receiver, events)
    life, consumed, answers = [lives.first], [True], [(0, 0)]
    for parent, event in _steps(tree):
        number, good = lives.step(life[parent], event)
        life.append(number)
        consumed.append(good)
        taken, refused = answers[parent]
        bit = 1 << event
        answers.append((taken | bit, refused) if good else (taken, refused | bit))
    shown: dict[str, list[Any]] = {
        "state": [lives.shown["state"][number] for number in life],
        "answer": answers,
        "effects": [lives.shown["effects"][number] for number in life],
    }
    whole = (1 << len(events)) - 1
    whole_once = [tree.masks[node] == whole and tree.repeated[node] < 0 for node in range(len(life))]
    orders, all_whole = sum(whole_once), tree.masks.count(whole)
    return Judgement(
        findings={kind: found for kind in KINDS if (found := _finding(tree, shown[kind])) is not None},
        orders=orders,
        late_duplicates=all_whole - orders,
        probe_suffices=_probe_suffices(tree, list(zip(shown["state"], shown["effects"], strict=True)), consumed),
    )


def _steps(tree: _Tree) -> Iterator[tuple[int, int]]:
    steps = zip(tree.parents, tree.events, strict=True)
    next(steps)
    return steps


def _finding(tree: _Tree, shown: list[Any]) -> Finding | None:
    """What differs from the same events in occurrence order."""
    expected = {mask: shown[node] for mask, node in tree.in_order.items()}
    differing = [node for node, mask in enumerate(tree.masks) if shown[node] != expected[mask]]
    if not differing:
        return None

    def measure(node: int) -> tuple[int, int, int, int]:
        return tree.masks[node].bit_count(), tree.inversions[node], int(tree.repeated[node] >= 0), node

    events, inversions, repeats, node = min(map(measure, differing))
    whole = (1 << tree.count) - 1
    late = [tree.repeated[node] >= 0 for node in differing if tree.masks[node] == whole]
    return Finding(
        smallest=Counterexample(tree.course(node), events, inversions, repeats),
        orders=late.count(False),
        late_duplicates=late.count(True),
    )


def _probe_suffices(tree: _Tree, shown: list[Any], consumed: list[bool]) -> bool:
    """Whether what a shop shows, and what was delivered to it, decides what each further delivery does."""
    future: dict[Any, Any] = {}
    for node in range(1, len(shown)):
        parent = tree.parents[node]
        present = tree.masks[parent], tree.repeated[parent], shown[parent], tree.events[node]
        if future.setdefault(present, (shown[node], consumed[node])) != (shown[node], consumed[node]):
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
