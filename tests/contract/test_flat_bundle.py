"""A flat bundle has the form that code generators understand, and accepts what the files accept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from random import Random
from typing import Any

import pytest
from agreement.corpus import Case, examples
from agreement.mutate import mutate
from jsonschema import Draft202012Validator

from steppay_mock import EventType, SteppayMockError, bundle_all, bundle_event, make_event, make_events, validate
from steppay_mock.contract.catalogue import catalogue
from steppay_mock.contract.flat_bundle import FlatDefinitions
from steppay_mock.contract.schemas import load_schema, resolved
from steppay_mock.errors import ContractViolation

BUNDLES: dict[str, Callable[[], dict[str, Any]]] = {
    **{str(name): partial(bundle_event, name, flat=True) for name in EventType},
    "all": partial(bundle_all, flat=True),
}
# What json-schema-to-typescript, zod, datamodel-code-generator and ajv in its strict mode all read alike.
UNDERSTOOD = {
    *("type", "const", "enum", "properties", "required", "items", "additionalProperties", "anyOf", "allOf", "$ref"),
    *("minimum", "maximum", "pattern", "title", "description", "examples"),
}


def schemas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and all schemas in it."""
    yield node
    for key in ("properties", "$defs"):
        for inner in node.get(key, {}).values():
            yield from schemas(inner)
    for inner in (*node.get("anyOf", ()), *node.get("allOf", ())):
        yield from schemas(inner)
    for key in ("items", "additionalProperties"):
        if key in node:
            yield from schemas(node[key])


@cache
def by_name(name: str) -> dict[str, Any]:
    return BUNDLES[name]()


def refused(payload: Any) -> bool:
    try:
        validate(payload)
    except ContractViolation:
        return True
    return False


@pytest.mark.parametrize("name", BUNDLES)
def test_a_flat_bundle_has_only_keywords_that_every_generator_reads(name: str) -> None:
    bundle = by_name(name)
    Draft202012Validator.check_schema(bundle)
    assert bundle["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    for schema in schemas(bundle):
        assert set(schema) - ({"$schema", "$defs"} if schema is bundle else set()) <= UNDERSTOOD


@pytest.mark.parametrize("name", BUNDLES)
def test_a_reference_stands_alone_and_leads_to_a_definition_that_is_named_like_a_type(name: str) -> None:
    bundle = by_name(name)
    references = [schema for schema in schemas(bundle) if "$ref" in schema]
    assert {schema["$ref"] for schema in references} == {f"#/$defs/{definition}" for definition in bundle["$defs"]}
    assert [schema for schema in references if len(schema) > 1] == []
    for definition, schema in bundle["$defs"].items():
        assert re.fullmatch("[A-Z][A-Za-z]*", definition)
        assert schema["title"] == definition
    titles = [schema["title"] for schema in schemas(bundle) if "title" in schema]
    assert len(titles) == len(set(titles)) == len(bundle["$defs"]) + 1


@pytest.mark.parametrize("name", BUNDLES)
def test_a_list_or_a_map_has_one_type(name: str) -> None:
    for schema in schemas(by_name(name)):
        if {"items", "additionalProperties"} & schema.keys():
            assert schema["type"] in {"array", "object"}


def test_all_is_a_choice_of_one_object_for_each_event() -> None:
    bundle = by_name("all")
    chosen = [option["$ref"].rpartition("/")[2] for option in bundle["anyOf"]]
    assert bundle["title"] == "StepPayWebhook"
    assert len(chosen) == len(set(chosen)) == len(EventType)
    for event_type, name in zip(EventType, chosen, strict=True):
        one = by_name(event_type)
        assert bundle["$defs"][name] == {key: one[key] for key in one if key not in {"$schema", "$defs"}}
        for definition, schema in one["$defs"].items():
            assert bundle["$defs"][definition] == schema


@pytest.mark.parametrize("name", EventType)
def test_an_event_has_the_fields_of_the_envelope_with_its_own_event_and_data(name: EventType) -> None:
    bundle, envelope = by_name(name), load_schema("envelope.schema.json")
    source = load_schema(f"events/{name}.schema.json")
    words = re.findall("[a-z]+", name)
    assert bundle["title"] == "".join(word.title() for word in words) + "Event"
    assert bundle["description"] == f"{source['title']}. {source['description']}"
    assert bundle["type"] == "object"
    assert list(bundle["properties"]) == list(envelope["properties"])
    assert bundle["required"] == envelope["required"]
    assert bundle["properties"]["event"]["const"] == name
    assert bundle["properties"]["data"] == {"$ref": f"#/$defs/{catalogue()[name].object_name}"}


def test_every_field_keeps_its_words() -> None:
    bundle = by_name("all")
    objects = {entry.object_name for entry in catalogue().values()}
    for name in objects:
        source = resolved(f"objects/{name}.schema.json")
        flat = bundle["$defs"][name]
        assert flat["description"] == source["description"]
        assert flat.get("required") == source.get("required")
        assert {field: schema["description"] for field, schema in flat["properties"].items()} == {
            field: schema["description"] for field, schema in source["properties"].items()
        }


@pytest.mark.extra("fast")
@pytest.mark.parametrize("name", EventType)
def test_a_flat_bundle_judges_as_the_files_do(name: EventType) -> None:
    import jsonschema_rs

    one, every = (jsonschema_rs.Draft202012Validator(by_name(which)) for which in (str(name), "all"))
    cases: list[Case] = [case for rejected in (False, True) for case in examples(rejected=rejected)]
    payloads = [case.payload for case in cases if case.event == name]
    for number, event in enumerate(make_events(name, n=10, seed=7, nulls="mixed")):
        payloads += [event.payload, mutate(event.payload, Random(f"{name}{number}"))[1]]
    judged = 0
    for payload in payloads:
        if isinstance(payload, dict) and payload.get("event") == name:
            assert one.is_valid(payload) is every.is_valid(payload) is not refused(payload), payload
            judged += 1
    assert judged > len(payloads) / 2


@pytest.mark.extra("fast")
@pytest.mark.parametrize("event", ["order.cretaed", "", None, 5, ["order.created"]])
def test_all_refuses_an_unknown_event(event: Any) -> None:
    import jsonschema_rs

    payload = {**make_event("order.created", seed=7).payload, "event": event}
    for name in ("all", "order.created"):
        assert not jsonschema_rs.Draft202012Validator(by_name(name)).is_valid(payload)


def test_the_one_difference_is_a_newline_behind_a_time_where_a_dollar_sign_passes_over_it() -> None:
    payload = make_event("payment.completed", seed=7).payload
    payload["data"]["paidAt"] = "2023-06-19T06:19:55\n"
    assert refused(payload)
    assert Draft202012Validator(by_name("payment.completed")).is_valid(payload)  # Python's own `re`


@pytest.mark.extra("fast")
def test_a_newline_behind_a_time_is_refused_where_a_dollar_sign_is_the_end() -> None:
    import jsonschema_rs

    payload = make_event("payment.completed", seed=7).payload
    payload["data"]["paidAt"] = "2023-06-19T06:19:55\n"
    assert not jsonschema_rs.Draft202012Validator(by_name("payment.completed")).is_valid(payload)


def test_changing_a_flat_bundle_changes_no_other() -> None:
    before = repr(bundle_all(flat=True))
    bundle = bundle_all(flat=True)
    for schema in list(schemas(bundle)):
        for value in schema.values():
            if isinstance(value, list):
                value.clear()
        schema.clear()
    assert repr(bundle_all(flat=True)) == before
    assert load_schema("objects/Order.schema.json")["required"]


def test_a_schema_of_ones_own_can_refer_to_the_files() -> None:
    definitions = FlatDefinitions(home="#/types/", formats={"Long": "int64"})
    written = {"type": ["array", "null"], "items": {"$ref": "objects/Cancel.schema.json"}, "x-means": "memo"}
    assert definitions.rewritten(written, "") == {
        "anyOf": [{"type": "array", "items": {"$ref": "#/types/Cancel"}}, {"type": "null"}]
    }
    assert list(definitions.schemas) == ["Cancel", "Decimal", "LocalDateTime"]
    assert definitions.reference("types.schema.json", "/$defs/Long") == "#/types/Long"
    assert definitions.schemas["Long"]["format"] == "int64"


def test_a_definition_of_a_name_that_is_taken_is_named_after_its_folder_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"objects/Plan.schema.json": {"type": "object"}, "other/Plan.schema.json": {"type": "string"}}
    monkeypatch.setattr("steppay_mock.contract.flat_bundle.load_schema", files.__getitem__)
    definitions = FlatDefinitions()
    assert [definitions.reference(path) for path in (*files, *files)] == ["#/$defs/Plan", "#/$defs/OtherPlan"] * 2
    assert definitions.schemas == {
        "Plan": {"title": "Plan", "type": "object"},
        "OtherPlan": {"title": "OtherPlan", "type": "string"},
    }


def test_an_unknown_event_type_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(SteppayMockError, match=r"Did you mean 'order\.created'\?"):
        bundle_event("order.cretaed", flat=True)
