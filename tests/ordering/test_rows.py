"""Rows of lists are called by one key in every state, and only their order may differ without being a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from steppay_mock.ordering.state.matching import choose_key
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.rows import by_key, same_rows
from steppay_mock.ordering.state.states import Snapshot, States

PAID, NEW = {"id": 7, "status": "paid", "n": 1}, {"id": 8, "status": "new", "n": 1}


@dataclass
class Payment:
    id: int
    status: str


def test_a_list_of_rows_says_the_same_as_a_dict_of_them() -> None:
    states = [{"rows": []}, {"rows": [PAID]}, {"rows": [NEW, PAID]}, {"rows": [{**PAID, "status": "failed"}]}]
    assert by_key(states) == [
        {"rows": {}},
        {"rows": {"id=7": PAID}},
        {"rows": {"id=7": PAID, "id=8": NEW}},
        {"rows": {"id=7": {**PAID, "status": "failed"}}},
    ]


@pytest.mark.parametrize(
    ("lists", "key"),
    [
        ([[], [{"status": "new", "id": 7}], [{"status": "paid", "id": 7}]], "id"),
        ([[{"status": "new", "reference": 7}], [{"status": "paid", "reference": 7}]], "reference"),
        ([[{"paid": "no", "orderId": 7}], [{"paid": "yes", "orderId": 7}]], "orderId"),
        ([[{"id": 1, "code": "a", "n": 5}], [{"id": 1, "code": "b", "n": 6}, {"id": 2, "code": "a", "n": 5}]], "code"),
        ([[{"table": "a", "no": 1}, {"table": "b", "no": 1}, {"table": "a", "no": 2}]], "no table"),
        ([[{"Order": {"id": 1}, "n": 1}], [{"Order": {"id": 1}, "n": 2}, {"Order": {"id": 2}, "n": 2}]], "Order.id"),
        ([[{"n": 1}, {"n": 1}]], None),
        ([[{"id": None}]], None),
        ([[{"id": 1}], [7]], None),
        ([[{"id": number} for number in range(501)]], None),
    ],
)
def test_the_key_is_what_tells_rows_apart_and_changes_least(lists: list[list[Any]], key: str | None) -> None:
    found = choose_key(lists)
    assert (None if found is None else " ".join(".".join(field) for field in found)) == key


def test_nested_lists_sets_and_tuples_are_read_by_key_too() -> None:
    given = [{"customers": [{"id": 42, "orders": [(1, "paid"), (2, "new")]}]}, {"customers": []}]
    assert by_key(given) == [
        {"customers": {"id=42": {"id": 42, "orders": {"0=1": {0: 1, 1: "paid"}, "0=2": {0: 2, 1: "new"}}}}},
        {"customers": {}},
    ]
    assert by_key([normalise({7, 8}), normalise({1: 7, 2: 7}.values())]) == [{"7": 1, "8": 1}, {"7": 2}]


def test_rows_without_a_key_are_counted_and_lists_of_values_stay_as_they_are() -> None:
    assert by_key([[{"n": 1}, {"n": 1}], [{"n": 1}]]) == [{"{'n': 1}": 2}, {"{'n': 1}": 1}]
    assert by_key([["a", "b"], ["b"], None]) == [["a", "b"], ["b"], None]
    assert by_key([[["a"], ["b"]]]) == [[["a"], ["b"]]]


def test_instances_of_two_classes_are_not_one_row() -> None:
    assert by_key([[Payment(1, "paid")], [{"id": 1, "status": "paid"}]]) != [{"id=1": {"id": 1, "status": "paid"}}] * 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([PAID, NEW], [NEW, PAID]),
        ({"a": {"b": [PAID, NEW]}}, {"a": {"b": [NEW, PAID]}}),
        ([{"id": 1, "rows": [PAID, NEW]}], [{"id": 1, "rows": [NEW, PAID]}]),
        ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")]),
        ([Payment(1, "a"), Payment(2, "a")], [Payment(2, "a"), Payment(1, "a")]),
        ([{1: 2}.values(), {3: 4}.values()], [{1: 2}.values(), {3: 4}.values()]),
    ],
)
def test_rows_in_another_order_are_the_same_rows(one: Any, other: Any) -> None:
    assert same_rows(normalise(one), normalise(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a", "b"], ["b", "a"]),
        ([("a",), ("b",)], [("b",), ("a",)]),
        ([PAID, PAID], [PAID]),
        ([PAID, NEW], [PAID, {**NEW, "status": "paid"}]),
        ({(1, 2): (3, 4)}, {(1, 2): (4, 3)}),
        ([{1, 2}, {3}], [{3}, {1, 2}]),
    ],
)
def test_all_else_is_not(one: Any, other: Any) -> None:
    assert not same_rows(normalise(one), normalise(other))


def test_states_know_which_of_them_have_the_same_rows() -> None:
    states = States()
    one, other, more = (states.number(Snapshot(normalise(rows), None)) for rows in ([PAID, NEW], [NEW, PAID], [PAID]))
    done = states.number(Snapshot(normalise([PAID, NEW]), frozenset({("mail", 1)})))
    assert one != other
    assert states.same_rows(one, one)
    assert states.same_rows(one, other)
    assert not states.same_rows(one, more)
    assert not states.same_rows(one, done)
