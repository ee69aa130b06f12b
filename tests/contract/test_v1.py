"""Webhook v1 has its own schemas, is known by its fields, and is none of the 27 event types (fact 52)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steppay_mock import EventType, SteppayMockError, iter_errors, schema_dir, validate
from steppay_mock.contract.v1 import V1EventType, parse_wanted_types, v1_type_of

EXAMPLES = Path(str(schema_dir())) / "v1" / "examples"
KINDS = ("order", "subscription")


def load(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_example_is_valid_even_strictly(kind: str) -> None:
    found = sorted((EXAMPLES / kind).glob("*.json"))
    assert {path.stem for path in found} >= {"documented", "typical"}
    for path in found:
        assert v1_type_of(load(path)) == f"v1.{kind}"
        validate(load(path), strict=True, validator="jsonschema")
        validate(load(path), strict=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_rejected_example_has_the_one_fault_it_is_named_after(kind: str) -> None:
    found = sorted((EXAMPLES / kind / "rejected").glob("*.json"))
    assert len(found) >= 3
    for path in found:
        [violation] = iter_errors(load(path))
        assert violation.event == f"v1.{kind}"
        assert violation.path == f"$.{path.stem.partition('-')[0]}", path.name


def test_a_new_field_is_allowed_and_strictly_reported() -> None:
    payload = {"id": 1, "status": "ACTIVE", "memo": ""}
    validate(payload)
    assert [(one.kind, one.path) for one in iter_errors(payload, strict=True)] == [("unknown-field", "$.memo")]


@pytest.mark.parametrize(
    "payload",
    [
        {"timestamp": 1, "version": "v1", "event": "order.created", "data": {}},
        {"event": "v1.order", "orderId": 1, "webHookType": "PAYMENT"},
        {"data": {"id": 1, "status": "ACTIVE"}},
        {},
    ],
)
def test_what_has_an_envelope_is_of_v2(payload: dict[str, object]) -> None:
    assert v1_type_of(payload) is None
    assert all(not one.event.startswith("v1.") or one.kind == "unknown-event" for one in iter_errors(payload))


def test_the_names_of_v1_are_no_event_types() -> None:
    assert len(EventType) == 27
    assert not {*V1EventType} & {*EventType}


def test_a_receiver_can_want_both_versions() -> None:
    assert parse_wanted_types(["v1.*"]) == (V1EventType.ORDER, V1EventType.SUBSCRIPTION)
    assert parse_wanted_types(["v1.order", "payment.failed", "v1.order"]) == ("v1.order", "payment.failed")
    with pytest.raises(SteppayMockError, match=r"There is no event type 'v1\.payment'"):
        parse_wanted_types(["v1.payment"])
