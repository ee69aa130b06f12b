"""A bundle says what the separate files say, and needs nothing else."""

import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from random import Random
from typing import Any

import pytest
from agreement.corpus import examples
from agreement.mutate import mutate
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from steppay_mock import EventType, SteppayMockError, make_events
from steppay_mock.contract.bundle import bundle_all, bundle_envelope, bundle_event
from steppay_mock.contract.schemas import load_schema, schema_dir

pytestmark = pytest.mark.exhaustive  # alike on every Python

BUNDLES: dict[str, Callable[[], dict[str, Any]]] = {
    **{str(name): partial(bundle_event, name) for name in EventType},
    "envelope": bundle_envelope,
    "all": bundle_all,
}
HEADINGS = {"$schema", "$id"}


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


@cache
def files() -> "Registry[Any]":
    """The separate files, by their own addresses."""
    paths = [
        f"{folder}{file.name}"
        for folder in ("", "events/", "objects/")
        for file in (schema_dir() / folder).iterdir()
        if file.name.endswith(".schema.json")
    ]
    return Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in map(load_schema, paths)
    )


@cache
def judges(name: str) -> dict[str, Callable[[Any], bool]]:
    """Whether a payload is valid as that event: by the files, and by the bundles in both libraries."""
    import jsonschema_rs

    one, every = bundle_event(name), bundle_all()
    return {
        "files": Draft202012Validator(load_schema(f"events/{name}.schema.json"), registry=files()).is_valid,
        "bundle, jsonschema": Draft202012Validator(one).is_valid,
        "bundle, jsonschema-rs": jsonschema_rs.Draft202012Validator(one).is_valid,
        "all, jsonschema": Draft202012Validator(every).is_valid,
        "all, jsonschema-rs": jsonschema_rs.Draft202012Validator(every).is_valid,
    }


def verdicts(name: str, payload: Any) -> set[bool]:
    return {judge(payload) for judge in judges(name).values()}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_refers_to_itself_alone_and_leaves_nothing_unused(name: str) -> None:
    bundle = BUNDLES[name]()
    references = {node["$ref"] for node in nodes(bundle) if isinstance(node.get("$ref"), str)}
    assert references == {f"#/$defs/{definition}" for definition in bundle["$defs"]}
    assert [node for node in nodes(bundle["$defs"]) if HEADINGS & node.keys()] == []
    assert not {key for node in nodes(bundle) for key in node} & {"oneOf", "$dynamicRef", "$anchor"}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_a_schema_of_the_draft_it_names(name: str) -> None:
    bundle = BUNDLES[name]()
    assert bundle["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert bundle["$id"] == f"https://steppay-mock.example/schemas/bundles/{name}.schema.json"
    Draft202012Validator.check_schema(bundle)


@pytest.mark.extra("fast")
@pytest.mark.parametrize("name", BUNDLES)
def test_jsonschema_rs_reads_a_bundle(name: str) -> None:
    import jsonschema_rs

    jsonschema_rs.Draft202012Validator(BUNDLES[name]())


def test_no_two_bundles_and_files_have_the_same_address() -> None:
    addresses = [BUNDLES[name]()["$id"] for name in BUNDLES]
    assert len({*addresses, *files()}) == len(BUNDLES) + len(files())


@pytest.mark.parametrize("name", EventType)
def test_a_bundle_keeps_every_word_of_its_files(name: str) -> None:
    bundle = bundle_event(name)
    source = load_schema(f"events/{name}.schema.json")
    order = load_schema(f"objects/{source['properties']['data']['$ref'].rpartition('/')[2]}")
    definition = bundle["$defs"][bundle["properties"]["data"]["$ref"].rpartition("/")[2]]
    assert (bundle["title"], bundle["description"]) == (source["title"], source["description"])
    assert strip(definition) == strip(order)
    assert any("x-means" in node for node in nodes(bundle["$defs"]))


def strip(schema: Any) -> str:
    """The schema as text, without what a bundle changes: addresses and where references lead."""
    plain = {key: value for key, value in schema.items() if key not in HEADINGS}
    for node in nodes(plain := json.loads(json.dumps(plain))):
        if "$ref" in node:
            node["$ref"] = node["$ref"].rpartition("/")[2].removesuffix(".schema.json")
    return json.dumps(plain)


def test_changing_a_bundle_changes_no_other() -> None:
    bundle = bundle_event("order.created")
    for node in list(nodes(bundle)):
        node.clear()
    assert bundle == {}
    assert bundle_event("order.created")["$defs"]["Order"]["required"]
    assert load_schema("objects/Order.schema.json")["required"]


@pytest.mark.extra("fast")
@pytest.mark.parametrize("name", EventType)
def test_what_is_made_is_valid_by_every_bundle(name: str) -> None:
    for event in make_events(name, n=3, seed=7) + make_events(name, seed=8, edge=True, nulls="mixed"):
        assert verdicts(name, event.payload) == {True}


@pytest.mark.extra("fast")
def test_the_shipped_examples_are_judged_alike() -> None:
    valid, rejected = examples(rejected=False), examples(rejected=True)
    assert len(valid) >= len(EventType)
    assert len(rejected) >= len(EventType)
    for case in valid:
        assert verdicts(case.event, case.payload) == {True}, case.name
    for case in rejected:
        assert verdicts(case.event, case.payload) == {False}, case.name


@pytest.mark.extra("fast")
@pytest.mark.parametrize("name", EventType)
def test_mutants_are_judged_alike(name: str) -> None:
    refused = 0
    for number, event in enumerate(make_events(name, n=12, seed=7, nulls="mixed")):
        what, mutant = mutate(event.payload, Random(f"{name}{number}"))
        if isinstance(mutant, dict) and mutant.get("event") != name:
            continue
        found = verdicts(name, mutant)
        assert len(found) == 1, what
        refused += found == {False}
    assert refused


@pytest.mark.extra("fast")
@pytest.mark.parametrize("event", ["order.cretaed", "", None, 5, ["order.created"]])
def test_all_refuses_an_unknown_event(event: Any) -> None:
    import jsonschema_rs

    payload = {**make_events("order.created", seed=7)[0].payload, "event": event}
    errors = list(Draft202012Validator(bundle_all()).iter_errors(payload))
    assert "event" in {error.absolute_path[0] for error in errors if error.absolute_path}
    assert not jsonschema_rs.Draft202012Validator(bundle_all()).is_valid(payload)


@pytest.mark.extra("fast")
def test_all_refuses_a_payload_without_an_event_and_what_is_no_payload() -> None:
    import jsonschema_rs

    payload = dict(make_events("order.created", seed=7)[0].payload)
    del payload["event"]
    empty: tuple[Any, ...] = (payload, {}, [], None, "order.created")
    for nothing in empty:
        assert not Draft202012Validator(bundle_all()).is_valid(nothing)
        assert not jsonschema_rs.Draft202012Validator(bundle_all()).is_valid(nothing)


def test_all_names_the_faulty_field_and_not_every_event() -> None:
    payload = json.loads(make_events("order.created", seed=7)[0].body)
    payload["data"]["paidAmount"] = "free"
    errors = list(Draft202012Validator(bundle_all()).iter_errors(payload))
    assert [error.json_path for error in errors] == ["$.data.paidAmount"]


def test_an_unknown_event_type_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(SteppayMockError, match=r"Did you mean 'order\.created'\?"):
        bundle_event("order.cretaed")
