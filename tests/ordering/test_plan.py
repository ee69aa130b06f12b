"""The price of a proof, the budgets, and what is delivered where a budget is too small, with exact counts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from typing import Any

import pytest
from ordering.automata import Automaton, Course
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_newest
from ordering.test_bound import drawn, edges
from ordering.witnessed import Witness

from steppay_mock import Event, Exploration, explore, make_event
from steppay_mock.ordering.orders.bound import Bound, bound_of
from steppay_mock.ordering.orders.chains import Chains
from steppay_mock.ordering.orders.ideals import find_ideals
from steppay_mock.ordering.orders.lattice import chain_count, deliveries_with_restore
from steppay_mock.ordering.search.plan import ProofPlan, budget_beyond, least_beyond

START = datetime(2025, 1, 15, tzinfo=UTC)
EVENTS = tuple(
    make_event("payment.completed", seed=7, now=START + timedelta(days=day), data={"paymentId": day})
    for day in range(16)
)


def plan_of(bound: Bound, *, budget: int, duplicates: bool = False, can_restore: bool = False) -> ProofPlan:
    return ProofPlan(bound, duplicates=duplicates, can_restore=can_restore, budget=budget)


def free(count: int) -> Bound:
    return bound_of([0.0] * count, late_by=None, distance=None)


def rests_of(bound: Bound) -> set[frozenset[int]]:
    """The points of rest, by definition: one begins where an event may not overtake the first since the last."""
    first, rests = 0, {frozenset(range(bound.count))}
    for place in range(bound.count):
        if bound.before[place] >> first & 1:
            first = place
            rests.add(frozenset(range(place)))
    return rests


def copies_of(bound: Bound, allowed: set[Course]) -> set[tuple[frozenset[int], int]]:
    """Each repeat within the bound: near the first delivery, or at a point of rest."""
    rests = rests_of(bound)
    return {
        (frozenset(order[:length]), place)
        for order in allowed
        for length in range(1, len(order) + 1)
        for place in order[:length]
        if frozenset(order[:length]) in rests or not bound.before[max(order[:length])] >> place & 1
    }


@pytest.mark.parametrize("seed", [seed for seed in range(25) if drawn(seed, most=5)[0].restricts])
def test_the_price_within_a_bound_is_that_of_brute_force(seed: int) -> None:
    bound, allowed = drawn(seed, most=5)
    ways, copies = len(edges(allowed)), len(copies_of(bound, allowed))
    assert {frozenset(place for place in range(bound.count) if rest >> place & 1) for rest in bound.rests} == rests_of(
        bound
    )
    ideals = find_ideals(bound, duplicates=True, most=ways + copies)
    assert ideals is not None
    assert (ideals.edges, ideals.copies) == (ways, copies)
    assert find_ideals(bound, duplicates=True, most=ways + copies - 1) is None
    levels = Counter(len(below) for below, _ in edges(allowed))
    assert ideals.widest == max(levels.values())
    for can_restore in (True, False):
        once = ways if can_restore else bound.count * len(Chains(ideals))
        for duplicates in (True, False):
            price = once + copies * duplicates
            plan = plan_of(bound, budget=price, duplicates=duplicates, can_restore=can_restore)
            assert (plan.price, plan.orders, plan.fits) == (price, len(allowed), True)
            assert not plan_of(bound, budget=price - 1, duplicates=duplicates, can_restore=can_restore).fits


@pytest.mark.parametrize("count", [2, 5, 14])
def test_the_price_without_a_bound_is_that_of_the_formulas(count: int) -> None:
    for duplicates in (True, False):
        copies = deliveries_with_restore(count) * duplicates
        restored = plan_of(free(count), budget=10**9, duplicates=duplicates, can_restore=True)
        reset = plan_of(free(count), budget=10**9, duplicates=duplicates)
        assert restored.price == deliveries_with_restore(count) + copies
        assert reset.price == count * chain_count(count) + copies
        assert plan_of(free(count), budget=int(reset.price), duplicates=duplicates).fits
        assert not plan_of(free(count), budget=int(reset.price) - 1, duplicates=duplicates).fits


def test_more_than_fourteen_events_without_a_bound_are_never_worth_a_proof() -> None:
    plan = plan_of(free(15), budget=10**9, can_restore=True)
    assert (plan.price, plan.orders, plan.fits) == (float("inf"), 0, False)


def test_a_bound_that_costs_too_much_even_at_the_least_is_not_counted_to_the_end() -> None:
    bound = bound_of([0.0] * 9, late_by=None, distance=5)
    ideals = find_ideals(bound, duplicates=False, most=10**6)
    assert ideals is not None
    least = 9 * ideals.widest
    cheap = plan_of(bound, budget=least - 1)
    assert (cheap.price, cheap.fits) == (least, False)
    assert plan_of(bound, budget=least).price == 9 * len(Chains(ideals)) >= least


@pytest.mark.parametrize(("budget", "count", "beyond"), [(1_000, 2, 500), (1_001, 2, 500), (100, 2, 80), (1, 57, 2280)])
def test_beyond_the_budget_half_of_it_is_allowed_and_always_forty_times_the_events(
    budget: int, count: int, beyond: int
) -> None:
    assert budget_beyond(budget, count=count) == beyond
    assert least_beyond(count) == 40 * count


def keeper(count: int) -> Witness:
    """A right receiver that keeps which events came."""
    names = range(1 << count)
    return Witness(
        Automaton(
            ways={(one, place): (one | 1 << place, True) for one in names for place in range(count)},
            shows=list(names),
            does=[[] for _ in names],
            broken=frozenset(),
            places={event.body: place for place, event in enumerate(EVENTS[:count])},
        )
    )


def covered(witness: Witness, count: int, **options: Any) -> Exploration:
    return explore(
        EVENTS[:count], witness, state=witness.show_alone, reset=witness.reset, losses=False, seed=7, **options
    )


@pytest.mark.parametrize("distance", [None, 2])
@pytest.mark.parametrize("duplicates", [True, False])
@pytest.mark.parametrize(("strength", "count", "budget"), [(2, 7, 150), (3, 6, 120), (3, 7, 190), (4, 6, 150)])
def test_what_is_covered_is_counted_order_by_order(
    *, strength: int, count: int, budget: int, duplicates: bool, distance: int | None
) -> None:
    witness, budget = keeper(count), budget if distance is None else 5 * count + 1
    found = covered(witness, count, strength=strength, budget=budget, duplicates=duplicates, distance=distance)
    coverage, places = found.coverage, tuple(range(count))
    assert (found.verdict, coverage.strength, coverage.effective) == ("covered", strength, count)
    assert coverage.deliveries == budget
    first, *runs, _cut, _end = [[one.place for one in run] for run in witness.runs]
    orders = [tuple(dict.fromkeys(run)) for run in runs]
    assert first == [*places]
    assert coverage.runs == len(runs)
    assert coverage.orders == len(set(orders))
    allowed = {
        order
        for order in permutations(places)
        if distance is None or all(one - two <= distance for one, two in combinations(order, 2))
    }
    assert {*orders} <= allowed
    every = {part for order in allowed for part in combinations(order, strength)}
    shown = {part for order in orders for part in combinations(order, strength)}
    assert (coverage.covered, coverage.of) == (len(shown), len(every))
    if distance is None:
        planned = [run for run in runs if len(run) == (2 if duplicates else 1) * count]
        assert len({len(run) for run in runs[len(planned) :]} | {count + duplicates}) == 1
        assert orders[: min(2, len(orders))] == [places, places[::-1]][: len(orders)]
        assert duplicates is False or coverage.random == len(runs) - len(planned)
        assert all(Counter(run) == Counter(places) + Counter(places * duplicates) for run in planned)


def test_a_random_order_beyond_the_plan_repeats_any_event_at_any_later_place() -> None:
    witness = keeper(5)
    found = covered(witness, 5, budget=229, strength=2)
    _, *runs, _cut, _end = [tuple(one.place for one in run) for run in witness.runs]
    again = [run for run in runs if len(run) == 6]
    assert len(again) == found.coverage.random
    twice = [next(place for place, times in Counter(run).items() if times == 2) for run in again]
    firsts = [run.index(place) for run, place in zip(again, twice, strict=True)]
    lasts = [5 - run[::-1].index(place) for run, place in zip(again, twice, strict=True)]
    assert {*firsts} == {0, 1, 2, 3, 4}
    assert {*lasts} == {1, 2, 3, 4, 5}
    assert 1 in {last - first for first, last in zip(firsts, lasts, strict=True)}


def test_watch_hears_of_each_delivery_and_of_the_budget(make_life: MakeLife) -> None:
    ledger, heard = Ledger(keep_newest), list[tuple[int, int]]()
    found = explore(
        make_life(3),
        ledger,
        state=ledger.state,
        reset=ledger.reset,
        budget=999,
        watch=lambda made, budget: heard.append((made, budget)),
    )
    assert heard == [(made, 999) for made in range(1, found.coverage.deliveries + 1)]


def test_what_is_given_before_each_order_costs_nothing_of_the_budget(make_life: MakeLife) -> None:
    life: tuple[Event, ...] = make_life(6)
    ledger, came = Ledger(keep_newest), list[int]()

    def keep(rows: Any, envelope: Any) -> None:
        came.append(envelope["timestamp"])
        keep_newest(rows, envelope)

    ledger = Ledger(keep)
    how: dict[str, Any] = {"state": ledger.state, "reset": ledger.reset, "losses": False, "duplicates": False}
    found = explore(life, ledger, **how, given=2, budget=120)
    begun = came.count(int(life[0].timestamp))
    assert found.verdict == "proved"
    assert found.coverage.deliveries == len(came)
    assert came.count(int(life[1].timestamp)) == begun
    assert len(came) - 2 * begun <= 120
