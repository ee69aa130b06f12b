"""Each place where two states differ is told once, with what was there, and in lines that are not too long."""

from __future__ import annotations

from typing import Any

import pytest

from steppay_mock.ordering.state.difference import describe_differences, differences, show_both
from steppay_mock.ordering.state.normal import normalise, plain
from steppay_mock.ordering.state.reading import Unordered

# Differences in words.


def test_at_most_so_many_differences_are_listed() -> None:
    found = differences({str(at): 0 for at in range(12)}, {str(at): 1 for at in range(12)})
    assert describe_differences(found).splitlines()[-1] == "... and 2 more"
    assert len(describe_differences(found).splitlines()) == 21
    assert "more" not in describe_differences(found[:10])
    assert describe_differences(found[:3], limit=2).splitlines()[-1] == "... and 1 more"


@pytest.mark.parametrize("length", [1, 50, 79, 80, 97, 98, 99, 300])
def test_long_values_are_cut_so_that_the_first_difference_is_seen(length: int) -> None:
    one, other = "x" * length + "1" + "y" * 200, "x" * length + "2" + "y" * 200
    for text, digit in zip(show_both(one, other), "12", strict=True):
        assert digit in text
        assert len(text) <= 100 + 2 * len("...")
        assert text.endswith("...")
    begin = show_both(one, other)[0]
    # The quote stands first; a part is left out at the beginning only if the difference would not be seen otherwise.
    assert begin.startswith("...") is (length + 1 > 80)
    if length + 1 > 80:
        assert begin.startswith("..." + "x" * 20 + "1")


def test_values_of_a_hundred_characters_are_shown_whole() -> None:
    whole, longer = "x" * 98, "x" * 99
    assert show_both(whole, "y") == (repr(whole), "'y'")
    assert show_both(longer, "y")[0] == repr(longer)[:100] + "..."


def test_a_value_that_is_the_beginning_of_the_other_differs_at_its_end() -> None:
    one, other = show_both(["x" * 120], ["x" * 120, 1])
    assert one.startswith("...")
    assert one.endswith("x']")
    assert ", 1]" in other


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ([1, 2, 3], [1, 3], [("$[1]", "missing", 2, None)]),
        ([1, 3], [1, 2, 3], [("$[1]", "unexpected", None, 2)]),
        ([1, 2, 3], [1, 9, 3], [("$[1]", "changed", 2, 9)]),
        ([1, 2, 3], [7, 8, 3], [("$[0]", "changed", 1, 7), ("$[1]", "changed", 2, 8)]),
        ([1], [7, 8], [("$[0]", "changed", 1, 7), ("$[1]", "unexpected", None, 8)]),
        ([1, 2], [2, 1], [("$", "order", [1, 2], [2, 1])]),
        ({1, 2}, {2, 3}, [("$[*]", "missing", 1, None), ("$[*]", "unexpected", None, 3)]),
        ({True: 1}, {1: 1}, [("$[True]", "missing", 1, None), ("$[1]", "unexpected", None, 1)]),
        (
            [{"id": 1, "n": 1}, {"id": 2, "n": 2}],
            [{"id": 2, "n": 2}, {"id": 1, "n": 3}],
            [("$[id=1].n", "changed", 1, 3), ("$", "order", ..., ...)],
        ),
        ([{"id": 1}], [{"id": 1}, {"id": 2}], [("$[id=2]", "unexpected", None, {"id": 2})]),
        ([{"id": 1}, {"id": 2}], [{"id": 1}], [("$[id=2]", "missing", {"id": 2}, None)]),
        ([1], {"a": 1}, [("$", "changed", [1], {"a": 1})]),
        ({"a": None}, {}, [("$.a", "missing", None, None)]),
    ],
)
def test_each_place_is_told_once_with_what_was_there(expected: Any, actual: Any, told: list[Any]) -> None:
    found = differences(normalise(expected), normalise(actual))
    assert [(one.path, one.kind) for one in found] == [(path, kind) for path, kind, _, _ in told]
    for one, (_, _, before, after) in zip(found, told, strict=True):
        assert before is ... or (one.expected, one.actual) == (before, after)
    signs = {"changed": "-+", "missing": "-", "unexpected": "+", "order": "~"}
    assert [line[0] for line in describe_differences(found).splitlines()] == [
        *"".join(signs[one.kind] for one in found)
    ]


def test_a_set_is_shown_in_one_order_and_an_empty_one_as_such() -> None:
    assert repr(plain(normalise({2, 1}))) == "{1, 2}"
    assert repr(Unordered()) == "set()"
    assert plain(normalise({10, 9})) == [9, 10]
    assert plain(normalise({"b", "a"})) == ["a", "b"]
    assert plain(normalise({2, "a", 1})) == [1, 2, "a"]


def test_lists_are_aligned_up_to_a_quarter_of_a_million_pairs() -> None:
    found = differences(list(range(500)), list(range(1, 501)))
    assert [(one.path, one.kind) for one in found] == [("$[0]", "missing"), ("$[499]", "unexpected")]
    longer = differences(list(range(89)), [*range(1000, 1000 + 2809 - 89), *range(89)])
    assert 89 * 2809 == 250_001
    assert len(longer) == 2809  # place by place; aligned, the last 89 would be equal
