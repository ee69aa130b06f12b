"""The examples beside the schemas: the valid are valid, each rejected one has the one fault it is named after."""

import json
from pathlib import Path
from typing import Any

import pytest

from steppay_mock import EventType, iter_errors, validate
from steppay_mock.contract.schemas import schema_dir

EXAMPLES = Path(str(schema_dir())) / "examples"


def name(path: Path) -> str:
    return str(path.relative_to(EXAMPLES))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def valid_examples(event_type: str) -> list[Path]:
    return sorted((EXAMPLES / event_type).glob("*.json"))


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_has_enough_examples(event_type: str) -> None:
    folder = EXAMPLES / event_type
    valid = {path.stem for path in valid_examples(event_type)}
    assert {"typical", "minimal"} <= valid
    assert len(list((folder / "rejected").glob("*.json"))) >= 3


@pytest.mark.parametrize("event_type", EventType)
def test_a_valid_example_is_valid_even_strictly(event_type: str) -> None:
    for path in valid_examples(event_type):
        payload = load(path)
        assert payload["event"] == event_type, name(path)
        validate(payload, strict=True, validator="jsonschema")


@pytest.mark.extra("fast")
def test_a_valid_example_is_valid_to_jsonschema_rs_too() -> None:
    for event_type in EventType:
        for path in valid_examples(event_type):
            validate(load(path), strict=True, validator="jsonschema-rs")


@pytest.mark.parametrize("event_type", EventType)
def test_a_rejected_example_has_the_one_fault_it_is_named_after(event_type: str) -> None:
    for path in sorted((EXAMPLES / event_type / "rejected").glob("*.json")):
        [violation] = iter_errors(load(path))
        assert path.stem.partition("-")[0] == violation.path.rpartition(".")[2], name(path)


def test_the_documented_examples_validate() -> None:
    """The vendor documents an envelope, and the data of subscription.usage.added without deltaQuota (fact 8)."""
    payload = load(EXAMPLES / "subscription.usage.added" / "documented.json")
    assert (payload["timestamp"], payload["version"]) == (1688697915, "v1")
    assert "isTest" not in payload
    assert all("deltaQuota" not in entry for entry in payload["data"]["recordQuotas"])
    validate(payload)
