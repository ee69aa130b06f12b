"""A bundle with its references followed is the file with its references followed, for every event type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from steppay_mock import EventType, SteppayMockError, bundle_all, bundle_event
from steppay_mock.contract.bundle import bundle_envelope
from steppay_mock.contract.schemas import bare, event_schema, load_schema, locate_ref, resolved

BASE = "https://steppay-mock.example/schemas/bundles/"
HEADINGS = ("$schema", "$id")


def target(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[step]
    return document


def followed(node: Any, path: str, bundle: dict[str, Any] | None = None) -> Any:
    """The schema with each reference replaced by what it names: in the bundle, or in the files."""
    if isinstance(node, list):
        return [followed(inner, path, bundle) for inner in node]
    if not isinstance(node, dict):
        return node
    made = {key: followed(inner, path, bundle) for key, inner in node.items() if key not in (*HEADINGS, "$defs")}
    if "$ref" in node:
        file, pointer = locate_ref(node["$ref"], base=path)
        named = target(load_schema(file) if bundle is None else bundle, pointer)
        made["$ref"] = followed(named, file, bundle)
    return made


def mentioned(node: Any, bundle: dict[str, Any], seen: dict[str, None]) -> Iterator[str]:
    """The definitions in the order in which a reader meets them."""
    if isinstance(node, list):
        for inner in node:
            yield from mentioned(inner, bundle, seen)
    elif isinstance(node, dict):
        for key, inner in node.items():
            if key == "$ref":
                name = inner.rpartition("/")[2]
                if name not in seen:
                    seen[name] = None
                    yield name
                    yield from mentioned(bundle["$defs"][name], bundle, seen)
            elif key != "$defs":
                yield from mentioned(inner, bundle, seen)


def check(bundle: dict[str, Any], path: str, name: str) -> None:
    source = load_schema(path)
    assert list(bundle)[:2] == list(HEADINGS)
    assert list(bundle)[-1] == "$defs"
    assert (bundle["$schema"], bundle["$id"]) == (source["$schema"], f"{BASE}{name}.schema.json")
    assert followed(bundle, path, bundle) == followed(source, path)
    assert list(mentioned(bundle, bundle, {})) == list(bundle["$defs"])


@pytest.mark.parametrize("name", EventType)
def test_the_bundle_of_an_event_is_its_file(name: EventType) -> None:
    check(bundle_event(name), f"events/{name}.schema.json", str(name))
    assert bundle_event(str(name)) == bundle_event(name)


def test_the_bundle_of_the_envelope_is_its_file() -> None:
    check(bundle_envelope(), "envelope.schema.json", "envelope")


def test_the_bundle_of_all_chooses_the_schema_by_the_event() -> None:
    bundle = bundle_all()
    assert bundle["$id"] == f"{BASE}all.schema.json"
    assert bundle["$schema"] == load_schema("envelope.schema.json")["$schema"]
    assert bundle["title"] == "StepPay webhook"
    assert bundle["description"] == "Any of the 27 documented webhooks of StepPay."
    assert bundle["type"] == "object"
    assert bundle["properties"] == {"event": {"enum": [str(name) for name in EventType]}}
    assert followed(target(bundle, bundle["$ref"].removeprefix("#")), "", bundle) == followed(
        load_schema("envelope.schema.json"), "envelope.schema.json"
    )
    for name, choice in zip(EventType, bundle["allOf"], strict=True):
        assert choice["if"] == {
            "type": "object",
            "properties": {"event": {"const": str(name)}},
            "required": ["event"],
        }
        path = f"events/{name}.schema.json"
        chosen = target(bundle, choice["then"]["$ref"].removeprefix("#"))
        assert followed(chosen, "", bundle) == followed(load_schema(path), path)


def test_a_definition_is_named_after_what_it_is_and_after_its_file_if_that_name_is_taken() -> None:
    for bundle in (bundle_all(), *map(bundle_event, EventType)):
        for name, schema in bundle["$defs"].items():
            assert not set(HEADINGS) & schema.keys(), name
    assert {"Order", "Payment", "LocalDateTime", "envelope", "order.created"} <= bundle_all()["$defs"].keys()


def test_the_bundle_of_an_unknown_event_is_an_error() -> None:
    with pytest.raises(SteppayMockError, match=r"There is no event type 'order\.create'"):
        bundle_event("order.create")


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        ("#/$defs/Long", ("objects/Order.schema.json", "/$defs/Long")),
        ("#", ("objects/Order.schema.json", "")),
        ("Price.schema.json", ("objects/Price.schema.json", "")),
        ("../types.schema.json#/$defs/Long", ("types.schema.json", "/$defs/Long")),
    ],
)
def test_a_reference_is_relative_to_its_file(ref: str, found: tuple[str, str]) -> None:
    assert locate_ref(ref, base="objects/Order.schema.json") == found


def test_a_resolved_schema_has_no_reference_and_keeps_what_stands_beside_one() -> None:
    def references(node: Any) -> list[Any]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        here = [node["$ref"]] if isinstance(node, dict) and "$ref" in node else []
        return here + [one for child in inner for one in references(child)]

    for name in EventType:
        schema = event_schema(name)
        assert references(schema) == []
        own, envelope = load_schema(f"events/{name}.schema.json"), resolved("envelope.schema.json")
        assert schema["title"] == own["title"]
        assert schema["required"] == own.get("required", envelope["required"])
        assert list(schema["properties"]) == list(envelope["properties"])
        assert schema["properties"]["event"]["const"] == name
        for field, said in envelope["properties"].items():
            assert said.items() <= {**schema["properties"][field], **said}.items()
            assert said.keys() <= schema["properties"][field].keys()
    assert resolved("types.schema.json", "/$defs/Long")["type"] == "integer"


def test_a_bare_schema_has_no_annotation_and_a_closed_one_refuses_other_fields() -> None:
    note = {"title": "t", "description": "d", "x-means": "memo", "format": "f", "$comment": "c"}
    inner = {"type": "object", "properties": {"title": {"type": "string", **note}}, **note}
    schema = {
        "properties": {"format": inner, "items": {"type": "array", "items": inner}},
        "anyOf": [inner],
        "allOf": [inner],
        "oneOf": [inner],
        "enum": [{"title": "kept"}],
        **note,
    }
    for closed in (False, True):
        shut = {"additionalProperties": False} if closed else {}
        slim = {"type": "object", "properties": {"title": {"type": "string"}}, **shut}
        assert bare(schema, closed=closed) == {
            "properties": {"format": slim, "items": {"type": "array", "items": slim}},
            "anyOf": [slim],
            "allOf": [slim],
            "oneOf": [slim],
            "enum": [{"title": "kept"}],
            **shut,
        }
    assert bare(schema) == bare(schema, closed=False)
    open_map = {"properties": {}, "additionalProperties": {"type": "string"}}
    assert bare(open_map, closed=True) == open_map
    assert bare({"type": "object"}, closed=True) == {"type": "object"}
