"""Which numbers a column of amounts may hold: an amount of the thing, or a difference of two, in either unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from steppay_mock.ordering.truth.amounts import amount_hints
from steppay_mock.ordering.truth.names import RowPlace
from steppay_mock.ordering.truth.rows import StateRow
from steppay_mock.ordering.truth.things import Thing, ThingEvent

OWN: dict[int, dict[str, Any]] = {
    1: {"paidAmount": 70_000},
    2: {"paidAmount": 70_000, "discountedAmount": 15_000},
    3: {"paidAmount": 70_000, "leftAmount": -15_000, "lines": [{"paidAmount": 3_100}]},
    4: {"paidAmount": 70_000, "leftAmount": 15_000, "lines": [{"paidAmount": 3_100}, {"discountedAmount": "640.00"}]},
}
"""So many amounts of one order, at any depth; what has another name is no amount."""


def order(data: Mapping[str, Any]) -> Thing:
    told = {**data, "quantity": 5, "id": 9}
    return Thing("order", 9, (ThingEvent(1, 0, "order.completed", told),), told)


def is_told(thing: Thing, number: Any, *, column: str = "amount") -> bool:
    row = StateRow("$.orders[0]", RowPlace(), (thing,), (thing,), {column: number}, "$.orders")
    hints = list(amount_hints(row))
    assert [hint.path for hint in hints] == [f"$.orders[0].{column}"] * len(hints)
    return bool(hints)


def amounts_in(data: Any) -> set[int]:
    if isinstance(data, dict):
        return {one for value in data.values() for one in amounts_in(value)}
    if isinstance(data, list):
        return {one for value in data for one in amounts_in(value)}
    return {abs(int(Decimal(data)))}


@pytest.mark.parametrize("count", OWN)
def test_a_difference_of_two_amounts_is_right_and_no_other_number_is(count: int) -> None:
    thing, own = order(OWN[count]), amounts_in(OWN[count])
    assert len(own) == count
    right = own | {abs(one - two) for one, two in combinations(own, 2)}
    for number in right:
        for here in (
            number,
            -number,
            number * 100,
            number * 10_000,
            number * 1_000_000,
            Decimal(number) / 100,
            f"{number}.00",
        ):
            assert not is_told(thing, here)
    for number in {*right, *(one + two for one in own for two in own), 5, 9} - right:
        for here in (number, -number, number + Decimal("0.5"), number * 10, number * 1000):
            assert is_told(thing, here)


@pytest.mark.parametrize("column", ["total", "order_amount", "paid_amount"])
def test_nothing_is_right_only_where_all_may_have_been_paid_back(column: str) -> None:
    data = {"paidAmount": 70_000, "returnedAmount": 0}
    assert is_told(order(data), 0, column=column)
    assert is_told(order(OWN[1]), 0, column=column)
    assert is_told(order({**data, "returnedAmount": 70_000}), 0, column=column) is (column == "paid_amount")
