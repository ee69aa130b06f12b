"""What a schema is made into: values of each type, lists, enumerations, and the extremes of edge cases."""

from typing import Any

import pytest
from payload.settled import LEAST, MOST, draw_of

from steppay_mock.payload.draw import Draw
from steppay_mock.payload.edges import ALL_LONGS, AMOUNTS, INTS, LONGS, TEXTS, Edge
from steppay_mock.payload.meanings import MEANINGS
from steppay_mock.payload.plan import plan

TEXT = {"type": "string"}


def values(schema: dict[str, Any], *, edge: Edge = False, runs: int = 60) -> list[Any]:
    node = plan(schema, edge=edge)
    return [node.make(draw_of(seed=seed, turn=seed, edge=edge)) for seed in range(runs)]


def ends(schema: dict[str, Any]) -> tuple[Any, Any]:
    make = plan(schema, edge=False).make
    return make(draw_of(chance=LEAST)), make(draw_of(chance=MOST))


@pytest.mark.parametrize(
    ("schema", "nullable"),
    [
        (TEXT, False),
        ({"type": ["string", "null"]}, True),
        ({"type": ["string"]}, False),
        ({"anyOf": [TEXT, {"type": "null"}], "x-means": "memo"}, True),
    ],
)
def test_a_schema_says_whether_its_value_may_be_null(schema: dict[str, Any], *, nullable: bool) -> None:
    node = plan(schema, edge=False)
    assert (node.nullable, node.is_text, node.is_object, node.item) == (nullable, True, False, None)
    assert node.schema.get("x-means") == schema.get("x-means")
    assert set(values(schema)) <= set(draw_of().pool.goods[schema.get("x-means", "plan-name")])


def test_an_object_has_all_its_fields_and_a_constant_its_value() -> None:
    node = plan({"properties": {"a": {"const": "A"}, "b": {"const": 2}}, "type": "object"}, edge=False)
    assert node.make(draw_of()) == {"a": "A", "b": 2}
    assert list(node.fields) == ["a", "b"]
    assert (node.is_object, node.is_text) == (True, False)


def test_an_enumeration_has_all_its_values() -> None:
    schema = {"type": "string", "enum": ["a", "b", "c"]}
    assert set(values(schema)) == {"a", "b", "c"}
    assert values(schema, edge=True, runs=4) == ["a", "b", "c", "a"]
    assert ends(schema) == ("a", "c")


def test_a_list_has_one_item_or_two_and_an_edge_case_up_to_five() -> None:
    schema = {"type": "array", "items": TEXT}
    sizes = [len(one) for one in values(schema, runs=500)]
    assert set(sizes) == {1, 2}
    assert 250 < sizes.count(1) < 350
    assert {len(one) for one in values(schema, edge=True)} == {1, 2, 5}
    assert {type(item) for item in values({"type": "array"})[0]} == {dict}


def test_a_list_of_an_enumeration_has_each_value_at_most_once_and_is_empty_in_edge_cases_alone() -> None:
    schema = {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}
    assert {tuple(one) for one in values(schema, runs=100)} == {("a",), ("b",), ("a", "b")}
    assert {tuple(one) for one in values(schema, runs=100, edge=True)} == {(), ("a",), ("b",), ("a", "b")}


@pytest.mark.parametrize(
    ("bounds", "low", "high"),
    [
        ({}, 1, 100),
        ({"minimum": 0}, 1, 100),
        ({"minimum": -(2**63), "maximum": 2**63 - 1}, 1, 100),
        ({"minimum": 5}, 5, 104),
        ({"minimum": 500}, 500, 599),
        ({"minimum": 50, "maximum": 60}, 50, 60),
        ({"minimum": 1, "maximum": 50}, 1, 50),
        ({"minimum": 0, "maximum": 0}, 0, 0),
        ({"maximum": -5}, -5, -5),
    ],
)
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_number_without_a_meaning_is_small_and_within_its_bounds(
    bounds: dict[str, int], low: int, high: int, kind: str
) -> None:
    assert ends({"type": kind, **bounds}) == (low, high)


def test_what_has_no_meaning_is_made_by_its_type() -> None:
    assert set(values({"type": "boolean"})) == {True, False}
    assert 20 < values({"type": "boolean"}, runs=80).count(True) < 60
    assert isinstance(values({"type": "object"})[0], dict)
    assert isinstance(values({})[0], dict)
    dates = values({"type": "string", "format": "local-date-time"})
    assert all("T" in date and date < "2025-01-16" for date in dates)


def test_a_meaning_fits_its_type() -> None:
    assert all(isinstance(value, int) for value in values({"type": "integer", "x-means": "person-name"}))
    assert all(value in range(1, 101) for value in values({"type": "integer", "x-means": "nothing"}))
    assert all(1 <= value <= 28 for value in values({"type": "integer", "x-means": "day-of-month"}))
    assert all(value.isdecimal() for value in values({"type": "string", "x-means": "order-id"}))
    assert set(values({"type": "string", "x-means": "nothing"})) <= set(draw_of().pool.goods["plan-name"])


LONG = {"type": "integer", "maximum": 2**63 - 1}


@pytest.mark.parametrize(
    ("schema", "extremes"),
    [
        (TEXT, TEXTS),
        ({"type": "integer"}, INTS),
        ({"type": "integer", "maximum": 2**31 - 1}, INTS),
        ({"type": "integer", "maximum": 2**32}, INTS),
        ({"type": "integer", "maximum": 2**32 + 1}, LONGS),
        (LONG, LONGS),
        ({"type": "integer", "x-means": "order-id"}, LONGS),
        ({"type": "number"}, AMOUNTS),
    ],
)
def test_two_fifths_of_an_edge_case_are_extremes_and_all_of_them_occur(
    schema: dict[str, Any], extremes: tuple[Any, ...]
) -> None:
    found = values(schema, edge=True, runs=700)
    usual = values(schema, runs=300)
    assert set(extremes) <= set(found)
    assert set(found) - set(extremes) <= set(range(10_000, 1_000_000)) | set(range(1, 101)) | set(usual)
    beyond = [value for value in found if value in extremes]
    assert 0.33 < len(beyond) / len(found) < 0.47


def test_only_the_mode_of_64_bits_has_integers_beyond_a_double() -> None:
    for schema in (LONG, {"type": "integer", "x-means": "order-id"}):
        assert set(values(schema, edge="64-bit", runs=300)) >= set(ALL_LONGS)
    assert LONGS == (0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**53 - 1)
    assert ALL_LONGS == (0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**53, 2**53 + 1, 2**63 - 1)


@pytest.mark.parametrize("means", ["order-code", "id-key", "currency", "version", "image-url", "attributes"])
def test_what_other_fields_refer_to_keeps_its_form_in_edge_cases(means: str) -> None:
    schema = {"type": "object" if means == "attributes" else "string", "x-means": means}
    for seed in range(30):
        made = plan(schema, edge=True).make(draw_of(seed=seed, edge=True))
        assert made == MEANINGS[means](draw_of(seed=seed, edge=True))
    seconds = {"type": "integer", "x-means": "event-seconds"}
    assert set(values(seconds, edge=True)) == set(values(seconds))
    dates = {"type": "string", "format": "local-date-time", "x-means": "moment-past"}
    assert all("T" in date for date in values(dates, edge=True))


def test_an_extreme_id_is_the_same_in_the_whole_event() -> None:
    number = plan({"type": "integer", "x-means": "order-id"}, edge=True).make
    text = plan({"type": "string", "x-means": "order-id"}, edge=True).make

    def both(draw: Draw) -> tuple[int, str]:
        return number(draw), text(draw)

    found = [both(draw_of(seed=seed, edge=True)) for seed in range(200)]
    assert all(str(first) == second for first, second in found)
    assert {0, 2**53 - 1} <= {first for first, _ in found}
