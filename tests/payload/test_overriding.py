"""What an override does to each kind of place: objects field by field, lists place by place, the rest replaced."""

from collections import UserDict
from typing import Any

import pytest
from payload.settled import draw_of

from steppay_mock import SteppayMockError, make_event
from steppay_mock.payload.overrides import (
    UnknownPathError,
    apply_override,
    has_path,
    known_paths,
    parse_settings,
    pins_below,
    plain_override,
    unknown_path,
)
from steppay_mock.payload.plan import plan, plan_event

FIELDS = {"a": {"const": "A"}, "b": {"const": "B"}}
OBJECT = {"type": "object", "properties": FIELDS}
NODE = plan(
    {
        "properties": {
            "text": {"type": "string"},
            "inner": OBJECT,
            "items": {"type": "array", "items": OBJECT},
            "ids": {"type": "array", "items": {"type": "integer"}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    },
    edge=False,
)
MADE = {"a": "A", "b": "B"}
VALUE: dict[str, Any] = {"text": "t", "inner": MADE, "items": [MADE], "ids": [7], "map": {"x": "y"}}


def applied(override: Any, value: Any = None) -> Any:
    return apply_override(override, VALUE if value is None else value, NODE, draw_of(), path="data")


def test_an_object_is_overridden_field_by_field_and_the_given_value_is_not_changed() -> None:
    assert applied({"inner": {"a": 1}}) == {**VALUE, "inner": {"a": 1, "b": "B"}}
    assert applied({"inner": {}}) == applied({}) == VALUE
    assert applied({"inner": None}) == {**VALUE, "inner": None}
    assert VALUE["inner"] == MADE == {"a": "A", "b": "B"}


def test_an_object_that_is_null_is_made_when_a_part_of_it_is_fixed() -> None:
    null = {**VALUE, "inner": None, "items": None}
    assert applied({"inner": {"a": 1}}, null)["inner"] == {"a": 1, "b": "B"}
    assert applied({"inner": {}}, null)["inner"] == MADE
    assert applied({"items": [{"a": 1}]}, null)["items"] == [{"a": 1, "b": "B"}]
    assert applied({"items": {}}, null)["items"] == []


@pytest.mark.parametrize(
    ("override", "items"),
    [
        ([{"a": 1}], [{"a": 1, "b": "B"}]),
        ([], []),
        ([{}, {}], [MADE, MADE]),
        ({0: {"a": 1}}, [{"a": 1, "b": "B"}]),
        ({2: {"a": 1}}, [MADE, MADE, {"a": 1, "b": "B"}]),
        ({}, [MADE]),
        ({0: None}, [None]),
        (None, None),
        ("x", "x"),
    ],
)
def test_a_list_is_overridden_place_by_place(override: Any, items: Any) -> None:
    assert applied({"items": override})["items"] == items
    assert VALUE["items"] == [MADE]


def test_a_list_of_plain_values_is_replaced_unless_places_are_named() -> None:
    assert applied({"ids": [1, 2, 3]})["ids"] == [1, 2, 3]
    assert applied({"ids": {0: 9}})["ids"] == [9]
    [first, second] = applied({"ids": {1: 9}})["ids"]
    assert (first, second) == (7, 9)
    assert len(applied({"ids": {999: 9}})["ids"]) == 1000
    assert applied({"map": {"z": "w"}})["map"] == {"z": "w"}
    mine = [1]
    assert applied({"ids": mine})["ids"] is not mine


@pytest.mark.parametrize("place", [-1, 1000, "first", 1.5, None, pytest.param(10**5000, id="long")])
def test_a_place_is_a_number_from_0_to_999(place: Any) -> None:
    shown = "a number of thousands of digits" if place == 10**5000 else repr(place)
    with pytest.raises(SteppayMockError) as failed:
        applied({"items": {place: {}}})
    assert str(failed.value) == (
        f"'data.items' is a list: name its places by numbers from 0 to 999, not {shown}, as in 'data.items.0'."
    )


def test_an_unknown_field_is_told_with_its_whole_path() -> None:
    for override, path in (({"txt": 1}, "data.txt"), ({"items": [{}, {"aa": 1}]}, "data.items.1.aa")):
        with pytest.raises(SteppayMockError, match=f"There is no field '{path}'. Did you mean"):
            applied(override)
    with pytest.raises(SteppayMockError, match=r"There is no field 'data.inner.zzz'. It has: a, b\."):
        applied({"inner": {"zzz": 1}})


def test_a_plain_override_is_a_copy_of_dicts_and_lists() -> None:
    given: Any = UserDict({"a": ({"b": 1},), "c": UserDict({"d": "ab"})})
    plain = plain_override(given)
    assert plain == {"a": [{"b": 1}], "c": {"d": "ab"}}
    assert [type(one) for one in (plain, plain["a"], plain["c"])] == [dict, list, dict]


def test_pins_below_a_step_are_those_of_that_place() -> None:
    pins = {"a": {"b": 1}, "items": [{"c": 1}, 5], "x": 7, "none": None}
    assert pins_below(pins, "a") == {"b": 1}
    assert pins_below(pins, "items") == {0: {"c": 1}, 1: 5}
    assert pins_below(pins, "x") == pins_below(pins, "none") == pins_below(pins, "absent") == {}


def test_the_paths_of_a_plan_are_known() -> None:
    wanted = [
        "text",
        "inner",
        "inner.a",
        "inner.b",
        "items",
        "items.0",
        "items.0.a",
        "items.0.b",
        "ids",
        "ids.0",
        "map",
    ]
    assert list(known_paths(NODE)) == wanted
    assert all(has_path(path, NODE) for path in wanted)
    assert all(has_path(path, NODE) for path in ("$.items[3].a", "items[3]", "items.12.a", "$items.0", "map.any"))
    for path in ("itms", "items.a", "items.0.c", "inner.0", "text.0", "map.any.more"):
        assert not has_path(path, NODE)
    for path in ("", "..", "items..a", "items.0.", "items[x", "$"):
        with pytest.raises(SteppayMockError, match="is not a path"):
            has_path(path, NODE)


def test_an_unknown_path_is_told_with_the_nearest_or_with_what_is_there() -> None:
    assert "Did you mean 'items.0.a'?" in str(unknown_path("items.17.aa", NODE))
    assert "Did you mean 'items.0'?" in str(unknown_path("itms.17", NODE))
    assert str(unknown_path("zzzzzz", NODE)) == (
        "There is no field at 'zzzzzz'. The fields there are: text, inner, items, ids, map."
    )
    assert isinstance(unknown_path("x", NODE), UnknownPathError)


@pytest.mark.parametrize(
    ("path", "text", "tree"),
    [
        ("text", "5", {"text": "5"}),
        ("text", "null", {"text": None}),
        ("text", '"5"', {"text": "5"}),
        ("text", '"5', {"text": '"5'}),
        ("ids.0", "5", {"ids": {0: 5}}),
        ("ids[1]", "five", {"ids": {1: "five"}}),
        ("ids.00000000000000000000000000000007", "5", {"ids": {0: 5}}),
        ("items[2].a", "[1, 2.5]", {"items": {2: {"a": [1, 2.5]}}}),
        ("map.x", "7", {"map": {"x": "7"}}),
        ("ids", "[1,2]", {"ids": [1, 2]}),
    ],
)
def test_a_setting_is_read_by_the_type_of_its_field(path: str, text: str, tree: dict[str, Any]) -> None:
    assert parse_settings({path: text}, NODE) == tree


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "[1, NaN]"])
def test_a_number_that_no_json_can_hold_is_refused_but_for_a_text(text: str) -> None:
    with pytest.raises(SteppayMockError, match=r"^ids.0=.*: no JSON can hold .* Write a finite number, or a text in q"):
        parse_settings({"ids.0": text}, NODE)
    assert parse_settings({"text": text, "ids.0": f'"{text}"'}, NODE) == {"text": text, "ids": {0: text}}


def test_settings_of_one_thing_go_together_and_not_into_each_other() -> None:
    assert parse_settings({"inner.a": "1", "inner.b": "2"}, NODE) == {"inner": {"a": 1, "b": 2}}
    for pair in (("inner", "inner.a"), ("items", "items.0.a")):
        with pytest.raises(SteppayMockError, match=f"'{pair[1]}' is part of a value that another setting replaces"):
            parse_settings(dict.fromkeys(pair, "5"), NODE)
        with pytest.raises(SteppayMockError, match=f"'{pair[0]}' replaces a value of which another setting fixes"):
            parse_settings(dict.fromkeys(pair[::-1], "5"), NODE)


def test_an_integer_has_at_most_four_thousand_digits() -> None:
    assert parse_settings({"ids.0": "9" * 4000}, NODE)["ids"][0] == 10**4000 - 1
    with pytest.raises(SteppayMockError, match="An integer of 4001 digits cannot be sent: at most 4000 are"):
        parse_settings({"ids.0": "9" * 4001}, NODE)


def test_the_plan_of_an_event_is_made_once_for_each_mode() -> None:
    assert plan_event("order.created", edge=False) is plan_event("order.created", edge=False)
    assert plan_event("order.created", edge=True) is not plan_event("order.created", edge=False)


def test_what_is_fixed_is_in_the_event_whatever_the_mode() -> None:
    fixed = {"items": [{"paidAmount": 500, "type": "SKU"}], "type": "ONE_TIME", "idKey": "k"}
    for edge in (False, True, "64-bit"):
        for seed in range(10):
            event = make_event("order.updated", seed=seed, edge=edge, data=fixed)
            assert (event.data["items"][0]["paidAmount"], event.data["paidAmount"]) == (500, 500)
            assert (event.data["type"], event.data["idKey"]) == ("ONE_TIME", "k")
