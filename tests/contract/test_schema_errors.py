"""One schema error for each faulty place, the most helpful one, in the order of the payload."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from steppay_mock.contract.schema_errors import SchemaError, collect_schema_errors

TEXT = {"type": "string"}


def found(schema: dict[str, Any], body: Any) -> list[SchemaError]:
    return collect_schema_errors(body, Draft202012Validator(schema).iter_errors(body))


def kinds(schema: dict[str, Any], body: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(error.keyword, error.place) for error in found(schema, body)]


PRECEDENCE: dict[str, dict[str, Any]] = {
    "type": {"type": "string"},
    "enum": {"enum": [7]},
    "const": {"const": 8},
    "not": {"not": {"type": "integer"}},
    "minimum": {"minimum": 9},
    "maximum": {"maximum": 1},
    "multipleOf": {"multipleOf": 3},
}


@pytest.mark.parametrize("first", PRECEDENCE)
def test_of_several_errors_in_one_place_the_most_helpful_is_kept(first: str) -> None:
    names = list(PRECEDENCE)
    chosen = names[names.index(first) :]
    for order in (chosen, chosen[::-1]):
        schema = {key: value for name in order for key, value in PRECEDENCE[name].items()}
        assert kinds({"properties": {"x": schema}}, {"x": 5}) == [(first, ("x",))]


def test_each_absent_and_each_unknown_field_has_its_own_place() -> None:
    schema = {"properties": {"a": TEXT, "b": TEXT}, "required": ["a", "b"], "additionalProperties": False}
    body = {"z": 1, "y": 2}
    errors = found(schema, body)
    assert [(error.keyword, error.place) for error in errors] == [
        ("additionalProperties", ("z",)),
        ("additionalProperties", ("y",)),
        ("required", ("a",)),
        ("required", ("b",)),
    ]
    assert {error.fields for error in errors} == {("a", "b")}
    assert all(error.value == body for error in errors)
    assert errors[0].rule is False
    assert errors[2].rule == ["a", "b"]
    assert kinds(schema, {"a": "x", "z": 1, "b": "y"}) == [("additionalProperties", ("z",))]


def test_a_value_that_may_be_null_is_told_what_it_should_be() -> None:
    inner = {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}
    schema = {"properties": {"x": {"anyOf": [inner, {"type": "null"}]}}}
    assert kinds(schema, {"x": 5}) == [("type", ("x",))]
    assert kinds(schema, {"x": {"a": 1}}) == [("type", ("x", "a"))]
    assert kinds(schema, {"x": None}) == []
    [error] = found(schema, {"x": 5})
    assert (error.rule, error.value) == ("object", 5)
    nested = {"properties": {"x": {"anyOf": [{"anyOf": [inner, {"type": "null"}]}, {"type": "null"}]}}}
    assert kinds(nested, {"x": {}}) == [("required", ("x", "a"))]


def test_errors_come_in_the_order_of_the_payload_and_absent_fields_last() -> None:
    line = {"properties": {"a": TEXT, "b": TEXT}, "required": ["c"]}
    schema = {"properties": {"items": {"items": line}, "first": TEXT}, "required": ["none"]}
    body = {"items": [{"b": 1, "a": 2, "c": 3}] * 11 + [{"a": 1}], "first": 5}
    places = [place for _, place in kinds(schema, body)]
    assert places == [
        *((("items", at, name)) for at in range(11) for name in ("b", "a")),
        ("items", 11, "a"),
        ("items", 11, "c"),
        ("first",),
        ("none",),
    ]
    turned = {"first": 5, "items": [{"b": 1, "c": 3}]}
    assert [place for _, place in kinds(schema, turned)] == [("first",), ("items", 0, "b"), ("none",)]
