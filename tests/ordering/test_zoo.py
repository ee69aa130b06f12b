"""Each member of the zoo behaves as it says, by brute force over every order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, permutations
from typing import Any

import pytest
from ordering.zoo.brute import KINDS, Finding, canonical, judge, post, probe_suffices
from ordering.zoo.event_sets import NAMES, events_of
from ordering.zoo.matrix import MATRIX
from ordering.zoo.members import ALIKE, FLAWED, MEMBERS, RIGHT
from ordering.zoo.receiver import Receiver

from steppay_mock import Event, validate

pytestmark = pytest.mark.exhaustive  # alike on every Python


@cache
def judged(receiver: Receiver, name: str) -> dict[str, Finding]:
    return judge(receiver, events_of(name))


def by_name(receivers: Sequence[Receiver]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("receiver", receivers, ids=str)


def seen(receiver: Receiver, events: Sequence[Event], order: Sequence[int]) -> dict[str, Any]:
    """What a fresh receiver has to show after those deliveries: nothing is saved, and nothing restored."""
    shop = receiver.make(events)
    answers = {(place, post(shop, events[place].body)) for place in order}
    return {"state": canonical(shop.state()), "answer": answers, "effects": sorted(shop.effects())}


def measure(order: Sequence[int]) -> tuple[int, int, int]:
    """Distinct events, inversions and repeats."""
    count = len(set(order))
    return count, sum(first > second for first, second in combinations(order, 2)), len(order) - count


def once_more(order: Sequence[int]) -> list[tuple[int, ...]]:
    """The order with each of its deliveries repeated at each later place."""
    return [(*order[:at], order[one], *order[at:]) for one, at in combinations(range(len(order) + 1), 2)]


@by_name(FLAWED)
def test_a_flaw_shows_where_the_matrix_says_and_nowhere_smaller(receiver: Receiver) -> None:
    found = {
        (name, kind): (finding.smallest.measure, finding.shows_in)
        for name in (*receiver.shows_on, *receiver.heals_on)
        for kind, finding in judged(receiver, name).items()
    }
    assert found == {
        (row.events, row.kind): (row.measure, row.shows_in) for row in MATRIX if row.receiver == receiver.name
    }


@by_name(FLAWED)
def test_all_events_of_a_set_show_the_flaw_unless_it_is_said_that_they_heal_it(receiver: Receiver) -> None:
    rows = [row for row in MATRIX if row.receiver == receiver.name]
    shown = {row.events for row in rows if row.shows_in != "part"}
    assert receiver.shows_on
    assert shown == set(receiver.shows_on)
    assert {row.events for row in rows} - shown == set(receiver.heals_on)


@by_name(FLAWED)
def test_a_witness_is_what_it_is_measured_to_be(receiver: Receiver) -> None:
    events = events_of(receiver.shows_on[0])
    found = judged(receiver, receiver.shows_on[0])
    assert found
    for kind, finding in found.items():
        order = finding.smallest.order
        assert finding.smallest.measure == measure(order)
        assert seen(receiver, events, order)[kind] != seen(receiver, events, sorted(set(order)))[kind]


def courses(places: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every order of the places, and each with every late duplicate."""
    for order in permutations(places):
        yield order
        yield from once_more(order)


@by_name([receiver for receiver in FLAWED if min(len(events_of(name)) for name in receiver.shows_on) < 5])
def test_findings_are_those_of_running_everything_from_the_start(receiver: Receiver) -> None:
    name = min(receiver.shows_on, key=lambda name: len(events_of(name)))
    events = events_of(name)
    differing: dict[str, list[tuple[int, int, int]]] = {kind: [] for kind in KINDS}
    for count in range(1, len(events) + 1):
        for places in combinations(range(len(events)), count):
            expected = seen(receiver, events, places)
            for course in courses(places):
                end = seen(receiver, events, course)
                for kind in KINDS:
                    if end[kind] != expected[kind]:
                        differing[kind].append(measure(course))
    findings = judged(receiver, name)
    assert findings.keys() == {kind for kind in KINDS if differing[kind]}
    for kind, finding in findings.items():
        assert finding.smallest.measure == min(differing[kind])
        whole = [repeats for count, _, repeats in differing[kind] if count == len(events)]
        assert (finding.orders, finding.late_duplicates) == (whole.count(0), whole.count(1))


@by_name(RIGHT)
def test_a_right_one_ends_the_same_in_every_order_of_all_that_happens(receiver: Receiver) -> None:
    assert receiver.flaw is None
    assert {name: found for name in NAMES if (found := judged(receiver, name))} == {}


@by_name(RIGHT)
def test_a_right_one_takes_everything_and_has_something_to_show(receiver: Receiver) -> None:
    shown = set()
    for events in map(events_of, NAMES):
        end = seen(receiver, events, range(len(events)))
        assert end["answer"] == {(place, True) for place in range(len(events))}
        shown.add(end["state"])
    assert len(shown) > 2


@by_name(ALIKE)
def test_one_that_is_always_wrong_depends_on_no_order_and_disagrees_with_what_is_true(receiver: Receiver) -> None:
    assert receiver.shows_on
    for name in receiver.shows_on:
        events = events_of(name)
        assert judge(receiver, events) == {}
        truth = seen(MEMBERS["reads-back"], events, range(len(events)))
        assert seen(receiver, events, range(len(events)))["state"] != truth["state"]


@by_name(FLAWED)
def test_what_hides_says_is_hidden_from_a_search_that_merges_what_looks_the_same(receiver: Receiver) -> None:
    suffices = [probe_suffices(receiver, events_of(name)) for name in receiver.shows_on]
    assert all(suffices) == (receiver.hides is None)


@pytest.mark.parametrize("name", NAMES)
def test_events_are_valid_small_and_in_the_order_in_which_they_happened(name: str) -> None:
    events = events_of(name)
    assert 3 <= len(events) <= 6
    assert [event.timestamp for event in events] == sorted(event.timestamp for event in events)
    assert len({event.body for event in events}) == len(events)
    for event in events:
        validate(event.payload)


def test_the_zoo_has_all_kinds_and_sizes() -> None:
    assert (len(FLAWED), len(ALIKE), len(RIGHT), len(MEMBERS)) == (57, 3, 17, 77)
    assert {row.receiver for row in MATRIX} == {receiver.name for receiver in FLAWED}
    assert {row.kind for row in MATRIX} == set(KINDS)
    assert {row.measure[0] for row in MATRIX} == {1, 2, 3, 4, 5}
    assert {row.shows_in for row in MATRIX} == {"order", "repeat", "part"}
    assert {receiver.flaw for receiver in FLAWED} == {
        "stale overwrite",
        "resurrection",
        "orphan update lost",
        "double effect",
        "false dedupe",
        "tie flip",
        "order-dependent rejection",
    }
    assert all(receiver.why.endswith(".") for receiver in MEMBERS.values())
