"""The schemas say what StepPay documents, no more and no less.

``documented.json`` is the vendor's contract as plain data: every field's type, with ``?`` where it is nullable.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from contract.type_names import type_of

from steppay_mock.contract.catalogue import EventType, catalogue
from steppay_mock.contract.schemas import load_schema, schema_dir

DOCUMENTED: dict[str, Any] = json.loads((Path(__file__).parent / "documented.json").read_text(encoding="utf-8"))

# Documented as not nullable, left out by the documented example: optional (fact 8).
CONFLICTS = {("RecordQuota", "deltaQuota")}


def fields_of(schema: dict[str, Any]) -> dict[str, str]:
    return {name: type_of(sub) for name, sub in schema["properties"].items()}


def test_the_documented_numbers_are_complete() -> None:
    assert len(DOCUMENTED["events"]) == 27
    assert len(DOCUMENTED["objects"]) == 31
    assert sum(map(len, DOCUMENTED["objects"].values())) == 245
    assert len(DOCUMENTED["enumerations"]) == 22


@pytest.mark.parametrize("name", DOCUMENTED["objects"])
def test_every_object_has_exactly_the_documented_fields(name: str) -> None:
    schema = load_schema(f"objects/{name}.schema.json")
    expected = {
        field: f"{kind}?" if (name, field) in CONFLICTS else kind for field, kind in DOCUMENTED["objects"][name].items()
    }
    assert list(fields_of(schema).items()) == list(expected.items())
    assert set(schema.get("required", [])) == {field for field, kind in expected.items() if not kind.endswith("?")}


def test_there_is_a_file_for_every_object_and_event_and_no_other() -> None:
    root = schema_dir()
    objects = {file.name.removesuffix(".schema.json") for file in (root / "objects").iterdir()}
    events = {file.name.removesuffix(".schema.json") for file in (root / "events").iterdir()}
    assert objects == set(DOCUMENTED["objects"])
    assert events == set(DOCUMENTED["events"]) == set(EventType)


def test_the_envelope_has_the_documented_fields_and_is_test() -> None:
    schema = load_schema("envelope.schema.json")
    assert fields_of(schema) == {**DOCUMENTED["envelope"], "isTest": "Boolean?"}
    assert list(schema["properties"])[-1] == "isTest"
    assert schema["required"] == list(DOCUMENTED["envelope"])


def test_the_enumerations_have_exactly_the_documented_values() -> None:
    assert {
        name: schema["enum"] for name, schema in load_schema("enumerations.schema.json")["$defs"].items()
    } == DOCUMENTED["enumerations"]


@pytest.mark.parametrize("event", DOCUMENTED["events"])
def test_every_event_carries_the_documented_object_under_its_korean_title(event: str) -> None:
    object_name, title_ko = DOCUMENTED["events"][event]
    schema = load_schema(f"events/{event}.schema.json")
    assert schema["properties"]["event"] == {"const": event}
    entry = catalogue()[EventType(event)]
    assert (entry.object_name, entry.title_ko) == (object_name, title_ko)
    assert entry.title.isascii()


def test_the_catalogue_keeps_the_vendors_order() -> None:
    assert [str(event_type) for event_type in EventType] == list(DOCUMENTED["events"])


def test_the_scalar_types_have_the_documented_bounds() -> None:
    types = load_schema("types.schema.json")["$defs"]
    assert (types["Long"]["minimum"], types["Long"]["maximum"]) == (-(2**63), 2**63 - 1)
    assert (types["Int"]["minimum"], types["Int"]["maximum"]) == (-(2**31), 2**31 - 1)
    assert types["Decimal"]["type"] == "number"
    assert set(types["Decimal"]) <= {"title", "description", "type", "examples"}


def test_what_is_only_inferred_is_never_a_reason_to_reject() -> None:
    """Shapes of codes and keys (facts 11 and 12) are annotations: no pattern but that of LocalDateTime."""

    def patterns(node: Any) -> int:
        if isinstance(node, dict):
            return ("pattern" in node) + sum(map(patterns, node.values()))
        return sum(map(patterns, node)) if isinstance(node, list) else 0

    found = {
        path: patterns(load_schema(path))
        for path in ["envelope.schema.json", "enumerations.schema.json", "types.schema.json"]
        + [f"objects/{name}.schema.json" for name in DOCUMENTED["objects"]]
        + [f"events/{name}.schema.json" for name in DOCUMENTED["events"]]
    }
    assert {path for path, count in found.items() if count} == {"types.schema.json"}
