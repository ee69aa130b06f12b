"""The schemas of the REST API say what the vendor publishes, no more and no less, and the observed answers validate."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from contract.type_names import type_of
from rest_types import DOCUMENTED, differences, schema_errors, schema_of

from steppay_mock.contract.schemas import load_schema, schema_dir

TYPES: dict[str, dict[str, str]] = DOCUMENTED["types"]
OBSERVED: dict[str, Any] = DOCUMENTED["observed"]


def test_the_documented_numbers_are_complete() -> None:
    assert len(DOCUMENTED["calls"]) == 17
    assert len(DOCUMENTED["writes"]) == 30
    assert len(TYPES) == 139
    assert sum(map(len, TYPES.values())) == 1103
    assert len(DOCUMENTED["enumerations"]) == 29
    assert len(OBSERVED) == 5
    assert set(DOCUMENTED["evidence"].values()) <= set("DWAIU")


def test_there_is_a_file_for_every_type_and_no_other() -> None:
    folder = Path(str(schema_dir())) / "rest"
    assert {file.name.removesuffix(".schema.json") for file in folder.iterdir()} == {*TYPES, "enumerations"}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_exactly_the_documented_fields(name: str) -> None:
    schema = load_schema(f"rest/{name}.schema.json")
    found = {field: type_of(one) for field, one in schema.get("properties", {}).items()}
    assert list(found.items()) == list(TYPES[name].items())
    # A field with a default can be left out.
    required = {field for field, kind in TYPES[name].items() if not kind.endswith("?") and " = " not in kind}
    assert set(schema.get("required", [])) == required
    assert (schema["title"], schema["type"]) == (name, "object")


@pytest.mark.parametrize("name", TYPES)
def test_every_type_and_every_field_is_described(name: str) -> None:
    schema = schema_of(name)
    assert schema["description"].endswith(".")
    for field, one in schema.get("properties", {}).items():
        assert one["description"].endswith("."), field


def test_the_enumerations_have_exactly_the_documented_values() -> None:
    definitions = load_schema("rest/enumerations.schema.json")["$defs"]
    assert {name: one["enum"] for name, one in definitions.items()} == DOCUMENTED["enumerations"]
    assert all(one["description"].endswith(".") for one in definitions.values())


def test_the_enumerations_are_those_of_the_webhooks_or_have_more() -> None:
    """Fact 17: only these have values that the webhook tables do not have."""
    webhooks = {name: set(one["enum"]) for name, one in load_schema("enumerations.schema.json")["$defs"].items()}
    more = {
        name: set(values) - webhooks[name]
        for name, values in DOCUMENTED["enumerations"].items()
        if name in webhooks and set(values) != webhooks[name]
    }
    assert more == {
        "OrderItemType": {"INSTANT"},
        "PaymentGateway": {"NAVER", "KCP", "JT", "DAOUDATA", "WELCOME", "KICC"},
        "PriceType": {"VOLUME_BASED"},
    }


@pytest.mark.parametrize("call", OBSERVED)
def test_every_observed_answer_is_valid_and_has_no_other_field(call: str) -> None:
    kind, answer = OBSERVED[call]["type"], OBSERVED[call]["answer"]
    if kind == "ProductListPageDTO":  # only its content was published
        kind, answer = "ProductListDTO", answer["content"][0]
    assert schema_errors(kind, answer) == []
    # What was added to the types later, and a customer that was published without its content.
    later = ("usageFormula", "maximumQuantity", "customer")
    assert [one for one in differences(kind, answer) if not one.split(":")[0].endswith(later)] == []


@pytest.mark.parametrize("call", OBSERVED)
def test_an_answer_without_a_required_field_is_refused_by_both(call: str) -> None:
    kind, answer = OBSERVED[call]["type"], OBSERVED[call]["answer"]
    if kind == "ProductListPageDTO":
        kind, answer = "ProductListDTO", answer["content"][0]
    for name in schema_of(kind)["required"]:
        broken = copy.deepcopy(answer)
        del broken[name]
        assert schema_errors(kind, broken), name
        assert any(f"$.{name}: " in one for one in differences(kind, broken)), name
