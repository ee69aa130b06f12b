"""The differences of two states are where they differ: all of those places, and no other; told in few lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordering.drawn import STATES, VALUES, otherwise

from steppay_mock.ordering.state.difference import Difference, describe_differences, differences
from steppay_mock.ordering.state.normal import normalise


@dataclass
class Payment:
    id: int
    status: str


@dataclass
class Refund:
    id: int
    status: str


def told(expected: Any, actual: Any) -> str:
    return describe_differences(differences(normalise(expected), normalise(actual)))


def lines(*texts: str) -> str:
    return "\n".join(texts)


SORT = "the same things in another order. If their order means nothing, sort them in the probe (ORDER BY)"


@given(STATES, st.randoms(use_true_random=False))
def test_the_same_state_made_otherwise_has_no_differences(state: Any, random: Random) -> None:
    assert differences(normalise(state), normalise(otherwise(state, random))) == []


@given(STATES, STATES)
def test_there_are_differences_if_and_only_if_the_forms_differ(one: Any, other: Any) -> None:
    found = differences(normalise(one), normalise(other))
    assert bool(found) is (normalise(one) != normalise(other))
    assert differences(normalise({"a": [one, other]}), normalise({"a": [one, other]})) == []


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=6), st.data())
def test_a_field_that_was_changed_is_the_one_difference(fields: list[tuple[Any, Any]], data: st.DataObject) -> None:
    rows = [{"id": at, "one": one, "other": other} for at, (one, other) in enumerate(fields)]
    changed = data.draw(st.integers(0, len(rows) - 1))
    after = [{**row, "one": "another value"} if row["id"] == changed else row for row in rows]
    (found,) = differences(normalise({"rows": rows}), normalise({"rows": after}))
    assert (found.kind, found.path) == ("changed", f"$.rows[id={changed}].one")
    assert (normalise(found.expected), found.actual) == (normalise(fields[changed][0]), "another value")


def test_a_value_that_differs_is_told_with_its_path() -> None:
    one = {"subscription": {"status": "ACTIVE", "next": datetime(2025, 1, 1)}, "count": 1, "a b": None}
    other = {"subscription": {"status": "CANCELED", "next": datetime(2025, 1, 1)}, "count": None, "a b": 2}
    assert told(one, other) == lines(
        "- $['a b']: None",
        "+ $['a b']: 2",
        "- $.count: 1",
        "+ $.count: None",
        "- $.subscription.status: 'ACTIVE'",
        "+ $.subscription.status: 'CANCELED'",
    )


def test_what_is_on_one_side_only_has_one_line() -> None:
    assert told({"a": {7: 1}}, {"a": {8: 2}}) == lines("- $.a[7]: 1", "+ $.a[8]: 2")
    missing, unexpected = differences({"a": 1}, {"b": 2})
    assert missing == Difference(path="$.a", kind="missing", expected=1)
    assert unexpected == Difference(path="$.b", kind="unexpected", actual=2)


def test_rows_are_matched_by_their_id_wherever_they_stand() -> None:
    one = [{"id": 7, "status": "paid", "n": 1}, {"id": 8, "status": "paid", "n": 1}, {"id": 9, "status": "new", "n": 1}]
    other = [{"id": 9, "status": "new", "n": 1}, {"id": 7, "status": "failed", "n": 1}]
    assert told({"payments": one}, {"payments": other}) == lines(
        "- $.payments[id=7].status: 'paid'",
        "+ $.payments[id=7].status: 'failed'",
        "- $.payments[id=8]: {'id': 8, 'n': 1, 'status': 'paid'}",
        f"~ $.payments: {SORT}",
    )


def test_an_instance_is_compared_with_a_dict_field_by_field() -> None:
    given, truth = {"a": [Payment(1, "paid")]}, {"a": [{"id": 1, "status": "failed"}]}
    assert told(truth, given) == lines("- $.a[id=1].status: 'failed'", "+ $.a[id=1].status: 'paid'")
    assert told(Payment(1, "paid"), Refund(1, "paid")) == lines(
        "- $: Payment(id=1, status='paid')", "+ $: Refund(id=1, status='paid')"
    )
    assert told({1: True}, {1: 1}) == lines("- $[1]: True", "+ $[1]: 1")
    assert told({True: 1}, {1: 1}) == lines("- $[True]: 1", "+ $[1]: 1")


@pytest.mark.parametrize(
    ("one", "other", "text"),
    [
        pytest.param(
            [{"code": "a", "id": 1, "v": 5, "w": 5}, {"code": "b", "id": 2, "v": 6, "w": 6}],
            [{"code": "a", "id": 2, "v": 5, "w": 5}, {"code": "b", "id": 1, "v": 6, "w": 6}],
            "- $[code='a'].id: 1\n+ $[code='a'].id: 2\n- $[code='b'].id: 2\n+ $[code='b'].id: 1",
            id="surrogate-ids-that-were-given-in-another-order",
        ),
        pytest.param(
            [{"orderId": 1, "n": 1}, {"orderId": 2, "n": 2}],
            [{"orderId": 1, "n": 2}, {"orderId": 2, "n": 1}],
            "- $[orderId=1].n: 1\n+ $[orderId=1].n: 2\n- $[orderId=2].n: 2\n+ $[orderId=2].n: 1",
            id="what-looks-like-an-id-is-one",
        ),
        pytest.param(
            [{"id": 1, "mail": "a"}],
            [{"id": 1, "mail": "a"}, {"id": 2, "mail": "a"}],
            "+ $[id=2]: {'id': 2, 'mail': 'a'}",
            id="one-row-more",
        ),
        pytest.param(
            [{"mail": "a"}, {"mail": "b"}],
            [{"mail": "a"}, {"mail": "a"}, {"mail": "b"}],
            "+ $[0]: {'mail': 'a'}",
            id="a-row-twice",
        ),
        pytest.param(["a", "b", "c"], ["a", "x", "b"], "+ $[1]: 'x'\n- $[2]: 'c'", id="values"),
        pytest.param([[1, 2]], [[1, 3]], "- $[0][1]: 2\n+ $[0][1]: 3", id="lists-in-lists"),
        pytest.param([], [{"id": 1}], "+ $[0]: {'id': 1}", id="an-empty-list"),
        pytest.param([{"id": 1}], [{"id": 2}], "- $[0].id: 1\n+ $[0].id: 2", id="no-row-in-common"),
        pytest.param([{"id": None}], [{"id": None, "a": 1}], "+ $[0].a: 1", id="an-id-that-is-none"),
        pytest.param([1, 2], {1, 2}, "- $: [1, 2]\n+ $: {1, 2}", id="a-list-and-a-set"),
        pytest.param({"a": {1, 2}}, {"a": {2, 3}}, "- $.a[*]: 1\n+ $.a[*]: 3", id="sets"),
        pytest.param([{1: 2}.values()], [{1: 2, 3: 2}.values()], "+ $[0][*]: 2", id="sets-that-count"),
        pytest.param({"a": {1}}, {"a": set()}, "- $.a[*]: 1", id="an-empty-set"),
        pytest.param({"a": {1: {"b": 1}}}, {"a": [1]}, "- $.a: {1: {'b': 1}}\n+ $.a: [1]", id="other-things"),
    ],
)
def test_things_of_a_list_are_told_by_what_tells_them_apart(one: Any, other: Any, text: str) -> None:
    assert told(one, other) == text


def test_another_order_of_the_same_things_is_told_as_that() -> None:
    (found,) = differences({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 2}, {"b": 1}]})
    assert found.kind == "order"
    assert str(found) == f"~ $.a: {SORT}"
    assert told([1, 1, 2], [1, 2, 2]) == lines("- $[0]: 1", "+ $[2]: 2")


def test_the_text_is_short_however_much_differs() -> None:
    one = {f"key{at:04}": "x" * 10_000 for at in range(1_000)}
    other = {f"key{at:04}": "y" * 10_000 for at in range(1_000)}
    text = told(one, other)
    assert text.splitlines()[0] == f"- $.key0000: '{'x' * 99}..."
    assert text.splitlines()[-1] == "... and 990 more"
    assert len(text) < 3_000
    assert describe_differences(differences(one, other), limit=2).count("\n") == 4


def test_a_long_value_is_shown_where_it_begins_to_differ() -> None:
    same = "a" * 500
    assert told({"a": f"{same}1{same}"}, {"a": f"{same}2"}) == lines(
        f"- $.a: ...{'a' * 20}1{'a' * 79}...", f"+ $.a: ...{'a' * 20}2'"
    )


def test_what_would_disturb_a_terminal_is_escaped() -> None:
    assert told({"a\x1b[31m": "b"}, {}) == r"- $['a\x1b[31m']: 'b'"


def test_long_lists_are_compared_place_by_place() -> None:
    one = list(range(2_000))
    assert told(one, [*one[:1_500], -1, *one[1_501:]]) == lines("- $[1500]: 1500", "+ $[1500]: -1")
