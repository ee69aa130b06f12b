from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from math import comb
from typing import Any

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.ordering.orders.covering import covered
from steppay_mock.ordering.orders.lattice import (
    MOST,
    chain_count,
    covering_chains,
    deliveries_with_reset,
    deliveries_with_restore,
)

RECORDED = "f5bf14c84f771d8b1df85418eebea937ef5fc629e3b877fdb96f8aa6e334aa49"


def edges(chains: Iterable[tuple[int, ...]]) -> Counter[tuple[frozenset[int], int]]:
    return Counter((frozenset(chain[:place]), item) for chain in chains for place, item in enumerate(chain))


@pytest.mark.parametrize("count", range(1, 10))
def test_every_item_comes_after_every_set_of_others_in_the_fewest_orders(count: int) -> None:
    chains = list(covering_chains(count))
    assert all(sorted(chain) == list(range(count)) for chain in chains)
    assert len(chains) == len(set(chains)) == chain_count(count) == count * comb(count - 1, (count - 1) // 2)
    taken = edges(chains)
    assert len(taken) == count * 2 ** (count - 1)
    # Fewer are impossible: a chain takes one edge of the middle, and here none of these is taken twice.
    assert {times for (below, _), times in taken.items() if len(below) == (count - 1) // 2} == {1}


@pytest.mark.parametrize("count", range(2, MOST + 1))
def test_the_order_of_occurrence_comes_first_and_then_its_reverse(count: int) -> None:
    assert list(islice(covering_chains(count), 2)) == [tuple(range(count)), tuple(range(count))[::-1]]


def test_orders_far_from_one_another_come_early() -> None:
    chains = list(islice(covering_chains(10), 40))
    assert covered(chains[:15], strength=3)[0] > 0.85 * 720
    assert covered(chains, strength=3) == (720, 720)


def test_the_chains_are_the_same_on_every_python() -> None:
    assert hashlib.sha256(repr(list(covering_chains(8))).encode()).hexdigest() == RECORDED


@pytest.mark.parametrize(
    ("count", "reset", "restore"), [(1, 1, 1), (2, 4, 4), (3, 18, 12), (9, 5_670, 2_304), (12, 66_528, 24_576)]
)
def test_what_it_costs_is_known_beforehand(count: int, reset: int, restore: int) -> None:
    assert deliveries_with_reset(count) == reset
    assert deliveries_with_restore(count) == restore


@pytest.mark.parametrize("count", [0, -1, True, 2.0, "3"])
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    for ask in (covering_chains, chain_count, deliveries_with_reset, deliveries_with_restore):
        with pytest.raises(SteppayMockError, match=r"is no number of items\. Give a whole number from 1"):
            ask(count)


def test_more_chains_than_anyone_would_deliver_are_refused_before_the_first() -> None:
    with pytest.raises(SteppayMockError, match=r"count=21 needs 3,879,876 chains; 20 items .* Take covering_orders"):
        covering_chains(21)
    assert deliveries_with_restore(21) == 21 * 2**20
