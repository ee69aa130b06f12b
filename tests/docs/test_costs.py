"""The figures of what a proof costs, on the pages and in README, are those of the formulas."""

from __future__ import annotations

import re

import pytest
from docs.pages import ROOT, rows, section

from steppay_mock import scenario
from steppay_mock.ordering.orders.bound import bound_of
from steppay_mock.ordering.orders.chains import Chains
from steppay_mock.ordering.orders.ideals import FullLattice, find_ideals
from steppay_mock.ordering.orders.lattice import deliveries_with_reset, deliveries_with_restore
from steppay_mock.ordering.search.plan import ProofPlan

PAGES = ("README.md", "README.ko.md", "docs/ordering.md", "docs/ordering-costs.md")


def number(cell: str) -> int:
    return int(cell.replace(",", ""))


@pytest.mark.parametrize("name", PAGES)
def test_the_table_of_a_default_run_is_that_of_the_formulas(name: str) -> None:
    tables = rows((ROOT / name).read_text("utf-8"))
    told = [
        tuple(map(number, row)) for row in tables if len(row) == 5 and all(re.fullmatch(r"[\d,]+", one) for one in row)
    ]
    assert told == [
        (
            count,
            2 * deliveries_with_restore(count),
            deliveries_with_restore(count),
            deliveries_with_reset(count) + deliveries_with_restore(count),
            deliveries_with_reset(count),
        )
        for count in (5, 8, 10, 12)
    ]


@pytest.mark.parametrize("count", [5, 8, 10, 12])
def test_the_formulas_are_what_a_search_plans_with(count: int) -> None:
    bound = bound_of(range(count), late_by=None, distance=None)
    for duplicates in (True, False):
        copies = FullLattice(count, duplicates).copies
        for can_restore, formula in ((True, deliveries_with_restore(count)), (False, deliveries_with_reset(count))):
            plan = ProofPlan(bound, duplicates=duplicates, can_restore=can_restore, budget=20_000)
            assert plan.price == formula + copies
            assert plan.fits == (plan.price <= 20_000)


def test_the_figures_of_a_year_are_those_that_a_search_plans_with() -> None:
    times = [event.timestamp for event in scenario("subscription-renews", renewals=11, seed=7).events[:57]]
    near, everywhere = (bound_of(times, late_by=600, distance=None, everywhere=far) for far in (False, True))
    told = [number(figure) for _, figure in rows(section("ordering-costs", "Bounded disorder"))]
    assert told == [
        ProofPlan(bound, duplicates=True, can_restore=can_restore, budget=20_000).price
        for bound, can_restore in ((near, True), (near, False), (everywhere, True))
    ]
    ideals = find_ideals(near, duplicates=True, most=20_000)
    assert ideals is not None
    assert told[0] == ideals.edges + ideals.copies
    assert told[1] == 57 * len(Chains(ideals)) + ideals.copies
