"""Which rows of two lists belong together, which order counts, and what two customers may do to one state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steppay_mock.ordering.state.interference import interferences
from steppay_mock.ordering.state.matching import choose_key, match_rows, rows_by
from steppay_mock.ordering.state.normal import normalise
from steppay_mock.ordering.state.rows import agrees, by_key, same_rows

FEW = settings(max_examples=50)


# Rows by a key.


ROWS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 9), "status": st.sampled_from("abc"), "n": st.integers(0, 2)}),
    max_size=5,
    unique_by=lambda row: row["id"],
)


@FEW
@given(ROWS, ROWS)
def test_rows_with_one_id_are_partners(one: list[Any], other: list[Any]) -> None:
    there, came = ({row["id"]: row for row in rows} for rows in (one, other))
    shared = [key for key in there if key in came]
    # Another column may tell the rows apart with fewer changes, but not where rows differ in nothing beside the id.
    assume(choose_key([one, other]) == (("id",),))
    matches = match_rows(one, other)
    if not shared:
        assert matches is None
        return
    assert matches is not None
    assert [name for name, _, _ in matches.pairs] == [f"id={key}" for key in dict.fromkeys([*there, *came])]
    for name, left, right in matches.pairs:
        key = int(name.removeprefix("id="))
        assert left == ([there[key]] if key in there else [])
        assert right == ([came[key]] if key in came else [])
    assert matches.reordered is (shared != [key for key in came if key in there])


@FEW
@given(ROWS, ROWS)
def test_the_key_that_is_chosen_leaves_the_fewest_changes(one: list[Any], other: list[Any]) -> None:
    assume(one or other)

    def changes(columns: tuple[str, ...]) -> int:
        left, right = ({tuple(row[name] for name in columns): row for row in rows} for rows in (one, other))
        alone = 3 * len(left.keys() ^ right.keys())
        both = left.keys() & right.keys()
        return int(alone + sum(left[key][name] != right[key][name] for key in both for name in left[key]))

    singles = [
        (name,)
        for name in ("id", "n", "status")
        if all(len({row[name] for row in rows}) == len(rows) for rows in (one, other))
    ]
    key = choose_key([one, other])
    assert key is not None
    names = tuple(field[0] for field in key)
    least = min(map(changes, singles)) if one != other else 0
    assert changes(names) == least or one == other
    assert names in singles
    if changes(("id",)) == least:
        assert names == ("id",)  # of equal ones the one that looks most like an id


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        (["code", "id"], "id"),
        (["key", "code"], "code"),
        (["uuid", "key"], "key"),
        (["number", "uuid"], "uuid"),
        (["name", "number"], "number"),
        (["email", "name"], "name"),
        (["no", "email"], "email"),
        (["paid", "order_id"], "order_id"),
        (["zip", "orderNo"], "orderNo"),
        (["paid", "void"], "paid"),
        (["a_code", "b_id"], "a_code"),
        (["Total", "EMAIL"], "EMAIL"),
    ],
)
def test_of_columns_that_tell_apart_alike_the_one_that_names_is_taken(columns: list[str], key: str) -> None:
    rows = [dict.fromkeys(columns, number) for number in range(3)]
    assert choose_key([rows]) == ((key,),)
    assert choose_key([rows, rows[::-1]]) == ((key,),)


def test_pairs_of_columns_are_tried_only_where_no_column_alone_is_an_id() -> None:
    by_pair = [{"table": table, "row": row, "text": "same"} for table in "ab" for row in (1, 2)]
    assert choose_key([by_pair]) == (("row",), ("table",))
    assert rows_by((("row",), ("table",)), by_pair[:1]) == {"row=1, table='a'": by_pair[0]}
    assert choose_key([[{**row, "id": at} for at, row in enumerate(by_pair)]]) == (("id",),)
    # Beyond eight columns no pair is tried.
    wide = [{f"c{column}": 0 for column in range(8)} | {"y": y, "z": z} for y in (1, 2) for z in (1, 2)]
    assert choose_key([wide]) is None
    narrow = [{key: value for key, value in row.items() if key not in {"c0", "c1"}} for row in wide]
    assert choose_key([narrow]) == (("y",), ("z",))


@pytest.mark.parametrize("value", [None, True, [1], {}])
def test_what_names_nothing_is_no_key(value: Any) -> None:
    assert choose_key([[{"id": value, "n": 1}]]) == (("n",),)


def test_five_hundred_rows_have_a_key_and_one_more_has_none() -> None:
    rows = [{"id": number} for number in range(501)]
    assert choose_key([rows[:500]]) == (("id",),)
    assert choose_key([rows[:1], rows]) is None
    assert choose_key([[], []]) is None


# The order of rows.


@FEW
@given(st.lists(st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), max_size=2), max_size=4), st.randoms())
def test_rows_may_stand_in_any_order(rows: list[Any], random: Random) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    for shape in (lambda inner: inner, lambda inner: {"rows": inner}, lambda inner: [{"id": 1, "rows": inner}]):
        assert same_rows(normalise(shape(rows)), normalise(shape(shuffled)))
        assert not same_rows(normalise(shape(rows)), normalise(shape([*rows, {"a": 9}])))
        assert not same_rows(normalise(shape([*rows, {"a": 9}])), normalise(shape([*rows, {"a": 8}])))


@FEW
@given(st.lists(st.integers(0, 3), max_size=4), st.randoms())
def test_values_keep_their_order(values: list[int], random: Random) -> None:
    shuffled = values[:]
    random.shuffle(shuffled)
    assert same_rows(normalise(values), normalise(shuffled)) is (values == shuffled)
    wrapped, other = ([[value] for value in one] for one in (values, shuffled))
    assert same_rows(normalise(wrapped), normalise(other)) is (values == shuffled)  # a list of one is no row
    rows, others = ([[value, 0] for value in one] for one in (values, shuffled))
    assert same_rows(normalise(rows), normalise(others))
    mixed, otherwise = ([*rows, [1, 2, 3]], [*others, [1, 2, 3]])
    assert same_rows(normalise(mixed), normalise(otherwise)) is (values == shuffled)  # of two lengths: no table


@dataclass
class Card:
    id: int
    paid: bool


@dataclass
class Ticket:
    id: int
    paid: bool


@pytest.mark.parametrize(
    ("state", "truth", "right"),
    [
        ({"a": 1}, {"a": True}, True),
        ({"a": 0}, {"a": False}, True),
        ({"a": 1}, {"a": False}, False),
        ({"a": 2}, {"a": True}, False),
        ([{"id": 1}, {"id": 2}], [{"id": 2}, {"id": 1}], True),
        ([1, 2], [2, 1], False),
        ([Card(1, paid=True)], [{"id": 1, "paid": True}], True),
        ([Card(1, paid=True)], [{"id": 1, "paid": False}], False),
        ([Card(1, paid=True)], [Card(1, paid=True)], True),
        ([Ticket(1, paid=True)], [Card(1, paid=True)], False),
        ([{"id": 1, "paid": True}], [Card(1, paid=True)], False),
        (
            {"cards": [Card(1, paid=True)], "rest": [{"id": 1, "paid": 1}]},
            {"cards": [Card(1, paid=True)], "rest": [Ticket(1, paid=True)]},
            False,
        ),
        ({1, 2}, {2, 1}, True),
        ({"by": {True: 1}}, {"by": {1: 1}}, True),
    ],
)
def test_a_truth_is_compared_loosely(state: Any, truth: Any, *, right: bool) -> None:
    assert agrees(normalise(state), normalise(truth)) is right


def test_rows_of_several_states_get_one_key_and_what_is_absent_stays_absent() -> None:
    states = [{"rows": [{"id": 1, "n": 1}], "x": 1}, {"rows": [{"id": 1, "n": 2}, {"id": 2, "n": 1}]}, {"y": [7]}]
    assert by_key(states) == [
        {"rows": {"id=1": {"id": 1, "n": 1}}, "x": 1},
        {"rows": {"id=1": {"id": 1, "n": 2}, "id=2": {"id": 2, "n": 1}}},
        {"y": [7]},
    ]
    assert by_key([normalise({"s": {1}}), normalise({"s": set()})]) == [{"s": {"1": 1}}, {"s": {}}]
    shown = by_key([normalise([Card(1, paid=True)]), normalise([Ticket(1, paid=True)])])
    assert [row["(class)"].rpartition(".")[2] for one in shown for row in one.values()] == ["Card", "Ticket"]


# Two customers.


PARTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), max_size=4)


@FEW
@given(PARTS, PARTS, PARTS)
def test_customers_who_change_different_parts_do_not_meet(first: Any, mine: Any, yours: Any) -> None:
    mine, yours = (
        {f"{owner}{key}": value for key, value in part.items()} for owner, part in (("m", mine), ("y", yours))
    )
    one, other, both = {**first, **mine}, {**first, **yours}, {**first, **mine, **yours}
    assert list(interferences(*map(normalise, (first, one, other, both)))) == []
    for key in both:
        wrong = {**both, key: 99}
        assert list(interferences(*map(normalise, (first, one, other, wrong)))) == [f"$.{key}"]
        lost = {name: value for name, value in both.items() if name != key}
        assert list(interferences(*map(normalise, (first, one, other, lost)))) == [f"$.{key}"]


COUNTS = st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))


@FEW
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_rows_of_lists_add_up(first: Any, one: Any, other: Any, both: Any) -> None:
    lists = [[row for row, count in counts.items() for _ in range(count)] for counts in (first, one, other, both)]
    mine, yours, all_of = (Counter(one) - Counter() for one in (one, other, both))
    before = Counter(first)
    fits = True
    for row in "ab":
        changes = mine[row] - before[row], yours[row] - before[row]
        largest = max(changes, key=abs)
        allowed = {*range(min(sum(changes), largest), max(sum(changes), largest) + 1)}
        fits = fits and all_of[row] - before[row] in allowed
    assert (list(interferences(*map(normalise, lists))) == []) is fits
