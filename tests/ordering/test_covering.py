from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppay_mock import SteppayMockError
from steppay_mock.ordering.orders.covering import covered, covering_orders

RECORDED = "6bed11a9b9d17ad5605e5f0be85d2bc5886eb181c3b89a964f4979a0d5178325"


def shown(orders: Sequence[tuple[int, ...]], strength: int) -> set[tuple[int, ...]]:
    return {sequence for order in orders for sequence in combinations(order, strength)}


def digest_of(seed: int) -> str:
    rows = [covering_orders(7, strength=strength, seed=seed) for strength in (2, 3, 4)]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("count", "strength"), [(count, strength) for strength in (2, 3, 4) for count in range(max(strength, 3), 13)]
)
def test_every_order_of_any_few_items_is_shown(count: int, strength: int) -> None:
    rows = covering_orders(count, strength=strength, seed=count)
    assert all(sorted(row) == list(range(count)) for row in rows)
    assert rows[:2] == [tuple(range(count)), tuple(range(count))[::-1]]
    assert len(set(rows)) == len(rows)
    assert shown(rows, strength) == set(permutations(range(count), strength))


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("count", "strength", "most"),
    [
        *((count, 2, 2) for count in (2, 9, 40)),
        *((3, 3, 6), (4, 3, 7), (6, 3, 8), (8, 3, 11), (10, 3, 13), (16, 3, 16), (27, 3, 21), (40, 3, 25)),
        *((4, 4, 25), (6, 4, 40), (10, 4, 62), (16, 4, 85)),
    ],
)
def test_the_rows_are_few_and_show_everything(count: int, strength: int, most: int) -> None:
    rows = covering_orders(count, strength=strength, seed=3)
    assert len(rows) <= most
    seen, total = covered(rows, strength=strength)
    assert seen == total


@given(orders=st.integers(2, 7).flatmap(lambda count: st.lists(st.permutations(range(count)), min_size=1, max_size=6)))
def test_what_is_covered_is_counted_as_it_is(orders: list[list[int]]) -> None:
    rows = [tuple(order) for order in orders]
    for strength in range(2, min(4, len(rows[0])) + 1):
        every = set(permutations(range(len(rows[0])), strength))
        assert covered(rows, strength=strength) == (len(shown(rows, strength)), len(every))


def test_one_row_shows_one_order_of_its_items() -> None:
    assert covered([(2, 0, 1)], strength=3) == (1, 6)
    assert covered([(0, 1, 2), (2, 1, 0)], strength=2) == (6, 6)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_a_limit_is_kept_and_the_rest_stays_unseen(limit: int) -> None:
    rows = covering_orders(10, strength=3, seed=1, limit=limit)
    seen, total = covered(rows, strength=3)
    assert len(rows) == limit
    assert rows[0] == tuple(range(10))
    # A row shows C(10, 3) sequences; the first ones have next to none in common.
    assert 0.75 * limit * 120 < seen <= limit * 120 < total


def test_a_limit_that_is_enough_takes_nothing_away() -> None:
    assert len(covering_orders(6, strength=3, seed=1, limit=8)) == 8
    assert covered(covering_orders(6, strength=3, seed=1, limit=8), strength=3) == (120, 120)
    assert covering_orders(5, strength=3, seed=1, limit=1000) == covering_orders(5, strength=3, seed=1)


def test_the_same_seed_gives_the_same_rows_on_every_python() -> None:
    assert digest_of(7) == RECORDED


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_the_same_seed_gives_the_same_rows_in_every_process(hash_seed: str) -> None:
    script = (
        "from steppay_mock.ordering.orders.covering import covering_orders\n"
        "print([covering_orders(6, strength=strength, seed=7) for strength in (2, 3)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str([covering_orders(6, strength=strength, seed=7) for strength in (2, 3)])


def test_another_seed_gives_other_rows_but_the_first_two() -> None:
    one, other = (covering_orders(6, strength=3, seed=seed) for seed in (1, 2))
    assert one[:2] == other[:2]
    assert not set(one[2:]) & set(other[2:])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"strength": 5}, r"strength=5 is not 2, 3 or 4\. Take 3 if in doubt"),
        ({"strength": True}, "strength=True is not 2, 3 or 4"),
        ({"strength": 3.0}, r"strength=3\.0 is not 2, 3 or 4"),
        ({"count": 2}, r"count=2: strength=3 needs 3 items or more\. Add some"),
        ({"count": "ten"}, "count='ten': strength=3 needs 3 items or more"),
        ({"limit": 0}, r"limit=0 is no number of orders\. Give a whole number from 1"),
        ({"limit": True}, "limit=True is no number of orders"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(SteppayMockError, match=told):
        covering_orders(**{"count": 6, "strength": 3, "seed": 1, **options})


@pytest.mark.parametrize("orders", [[(0, 1, 1)], [(1, 2, 3)], [(0, 1, 2), (0, 1)], [(0, 1, "2")]])
def test_only_permutations_cover_anything(orders: list[Any]) -> None:
    with pytest.raises(SteppayMockError, match=r"not permutations of one range\(count\)\. Give those of cov"):
        covered(orders, strength=3)


def test_no_orders_cover_nothing_that_could_be_counted() -> None:
    with pytest.raises(SteppayMockError, match="count=0: strength=2 needs 2 items or more"):
        covered([], strength=2)
