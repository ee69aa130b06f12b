"""The bound of disorder: which orders it allows, which sets of events they pass, and the fewest that pass all ways."""

from __future__ import annotations

from itertools import combinations, islice, permutations
from math import factorial
from random import Random
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.ordering.bounding import read_distance, read_duplicates, read_late_by
from steppay_mock.ordering.orders.bound import Bound, bound_of
from steppay_mock.ordering.orders.chains import Chains, Flow
from steppay_mock.ordering.orders.covering import covering_orders
from steppay_mock.ordering.orders.ideals import Ideals, find_ideals
from steppay_mock.ordering.orders.lattice import chain_count, deliveries_with_restore
from steppay_mock.ordering.report.coverage import bound_text, readable, span
from steppay_mock.ordering.search.graph import Edge, Graph
from steppay_mock.payload.chance import Chance

Order = tuple[int, ...]


def drawn(seed: int, *, most: int = 6) -> tuple[Bound, set[Order]]:
    """A bound by chance, and by brute force the orders that it allows."""
    times, late_by, distance = drawn_options(seed, most=most)
    allowed = {
        order
        for order in permutations(range(len(times)))
        if all(
            (late_by is None or times[early] - times[late] <= late_by)
            and (distance is None or early - late <= distance)
            for early, late in combinations(order, 2)
            if early > late
        )
    }
    return bound_of(times, late_by=late_by, distance=distance), allowed


def drawn_options(seed: int, *, most: int) -> tuple[list[int], int | None, int | None]:
    """Timestamps, and by how much an event may be overtaken."""
    random = Random(seed)
    count, now, times = random.randint(2, most), 0, list[int]()
    for _ in range(count):
        times.append(now)
        now += random.choice((0, 0, 1, 2, 5))
    late_by = random.choice((None, 0, 1, 3))
    distance = random.choice((None, 1, 2, 4)) if late_by is not None else random.choice((1, 2, 4))
    return times, late_by, distance


def ideals_of(bound: Bound) -> Ideals:
    found = find_ideals(bound, duplicates=True, most=10**6)
    assert found is not None
    return found


def edges(orders: set[Order] | Chains) -> set[tuple[frozenset[int], int]]:
    return {(frozenset(order[:place]), item) for order in orders for place, item in enumerate(order)}


@pytest.mark.parametrize("seed", range(40))
def test_orders_sets_and_ways_are_those_of_brute_force(seed: int) -> None:
    bound, allowed = drawn(seed)
    assert list(bound.orders()) == sorted(allowed)
    assert {order for order in permutations(range(bound.count)) if bound.allows(order)} == allowed
    ideals = ideals_of(bound)
    assert (ideals.orders, ideals.edges) == (len(allowed), len(edges(allowed)))
    assert {*ideals.sets} == {sum(1 << one for one in order[:at]) for order in allowed for at in range(len(order) + 1)}


@pytest.mark.parametrize("seed", range(40))
def test_a_part_of_the_events_may_come_as_it_does_in_some_order_of_all(seed: int) -> None:
    bound, allowed = drawn(seed, most=5)
    for size in range(1, bound.count + 1):
        parts = {
            tuple(one for one in order if one in {*part}) for order in allowed for part in combinations(order, size)
        }
        assert {part for part in permutations(range(bound.count), size) if bound.allows(part)} == parts
        assert bound.sequences(size) == len(parts)


@pytest.mark.parametrize("seed", range(40))
def test_the_chains_go_every_way_and_there_are_no_fewer(seed: int) -> None:
    bound, allowed = drawn(seed)
    chains = Chains(ideals_of(bound))
    assert {*chains} <= allowed
    assert edges(chains) == edges(allowed)
    assert len([*chains]) == len(chains)
    assert next(iter(chains)) == tuple(range(bound.count))


@pytest.mark.parametrize("seed", range(40))
def test_as_many_ways_as_chains_can_be_found_of_which_no_order_goes_two(seed: int) -> None:
    times, late_by, distance = drawn_options(seed, most=12)
    bound = bound_of(times, late_by=late_by, distance=distance)
    ideals = ideals_of(bound)
    flow = Flow(len(ideals.sets), [(tail, head) for tail, to in enumerate(ideals.grows) for _, head in to])
    after, waiting = (
        {len(ideals.sets) - 1},
        [len(ideals.sets) - 1],
    )  # what is reached from the end without a detour left
    while waiting:
        node = waiting.pop()
        for number, (tail, head) in enumerate(flow.edges):
            for here, there in ((head, tail), (tail, head)):
                if here == node and there not in after and (here == tail or flow.flow[number] > 1):
                    after.add(there)
                    waiting.append(there)
    cut = [(tail, head) for tail, head in flow.edges if tail not in after and head in after]
    assert len(cut) == flow.paths
    assert all(head in after for tail, head in flow.edges if tail in after)  # so an order goes at most one of the cut
    assert 0 not in after


@pytest.mark.parametrize("count", [4, 7, 9])
def test_without_a_bound_the_numbers_are_those_of_the_formulas(count: int) -> None:
    bound = bound_of(range(count), late_by=None, distance=None)
    ideals = ideals_of(bound)
    assert not bound.restricts
    assert (ideals.edges, ideals.copies) == (deliveries_with_restore(count), deliveries_with_restore(count))
    assert (ideals.orders, len(Chains(ideals))) == (factorial(count), chain_count(count))


def test_sets_are_counted_no_further_than_the_budget() -> None:
    assert find_ideals(bound_of(range(200), late_by=None, distance=100), duplicates=True, most=1_000) is None


def test_copies_come_near_and_then_at_points_of_rest() -> None:
    bound = bound_of([0, 0, 50, 100, 100], late_by=60, distance=None)
    assert bound.rests == (0b00111, 0b11111)
    assert bound.copies(0b00101) == 0b00101
    assert bound.copies(0b00111) == 0b00111  # a point of rest
    assert bound.copies(0b01111) == 0b01100  # the last one came too late for the first two
    assert bound.copies(0b11111) == 0b11111
    assert bound_of([0, 0, 50, 100, 100], late_by=60, distance=None, everywhere=True).copies(0b01111) == 0b01111


def test_a_delivery_that_the_bound_does_not_have_leaves_open_what_is_open() -> None:
    graph = Graph(bound_of(range(4), late_by=None, distance=1), duplicates=True, merging=True)
    root, far = (graph.node(mask=mask, state=mask, course=()) for mask in (0, 0b1000))
    assert root.open == 2
    graph.connect(root, 3, Edge(far, accepted=True, course=(3,)))
    assert root.open == 2
    graph.connect(root, 1, Edge(root, accepted=True, course=(1,)))
    assert root.open == 1


@pytest.mark.parametrize("seed", range(10))
def test_orders_by_chance_are_allowed_and_differ(seed: int) -> None:
    bound, allowed = drawn(seed)
    chance = Chance(seed)
    orders = {bound.draw(chance) for _ in range(50)}
    assert orders <= allowed
    assert len(orders) > 1 or len(allowed) == 1


@pytest.mark.parametrize("strength", [2, 3])
def test_beyond_the_budget_allowed_orders_show_every_allowed_sequence(strength: int) -> None:
    bound = bound_of([0, 0, 5, 5, 9, 20, 21, 25], late_by=8, distance=3)
    orders = covering_orders(8, strength=strength, seed=7, bound=bound)
    assert all(bound.allows(order) for order in orders)
    shown = {part for order in orders for part in combinations(order, strength)}
    assert shown == {part for part in permutations(range(8), strength) if bound.allows(part)}
    assert orders[1] == bound.reverse() == max(islice(bound.orders(), 100_000))


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, None), (0, 0.0), (90, 90.0), (1.5, 1.5), ("90s", 90.0), ("10m", 600.0), ("2h", 7200.0), ("1d", 86400.0)],
)
def test_a_time_is_read(given: Any, seconds: float | None) -> None:
    assert read_late_by(given) == seconds


@pytest.mark.parametrize("given", ["", "10", "m", "10 weeks", "-5m", -1, True, float("nan"), float("inf"), [600]])
def test_what_is_no_time_is_refused(given: Any) -> None:
    with pytest.raises(
        SteppayMockError, match=r"expected seconds, or a text such as 90s, 10m, 2h or 1d\. Pass late_by='10m'\.$"
    ):
        read_late_by(given)


@pytest.mark.parametrize("given", [0, -1, 1.5, True, "3"])
def test_what_are_no_places_is_refused(given: Any) -> None:
    with pytest.raises(
        SteppayMockError, match=r"expected a whole number of places from 1 to 100,000\. Pass distance=3\.$"
    ):
        read_distance(given)


@pytest.mark.parametrize("given", ["anywhere", 1, None])
def test_duplicates_are_all_none_or_everywhere(given: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"expected True, False or 'everywhere'\. Pass duplicates=True\.$"):
        read_duplicates(given)


def test_bounds_and_large_numbers_are_told_in_words() -> None:
    assert [span(one) for one in (600, 90, 1, 3600, 172_800, 0, 1.5)] == [
        *("10 minutes", "90 seconds", "1 second", "1 hour", "2 days", "0 seconds", "1.5 seconds"),
    ]
    assert bound_text(600, 3) == "10 minutes or 3 places"
    assert bound_text(None, None) == ""
    assert readable(120) == "120"
    assert readable(3_628_800) == "3,628,800"
    assert readable(factorial(57)) == "4.1e+76"
    assert readable(factorial(300)).endswith("e+614")
