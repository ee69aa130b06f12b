"""Ten thousand payloads of every event type are valid, and between them nothing that is documented fails to occur."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from steppay_mock import EventType, iter_errors, make_events
from steppay_mock.contract.validate import fast_check
from steppay_mock.payload.plan import SchemaNode, plan_event

MODES: list[dict[str, Any]] = [
    {},
    {"nulls": "null"},
    {"nulls": "mixed"},
    {"locale": "en_US"},
    {"edge": True, "nulls": "mixed"},
    {"edge": True, "now": 1709164800},
]
PER_MODE = 1 + 10_000 // len(MODES)

# Documented values that belong to another event of the same object.
STATUSES_OF_EVENT = {
    "payment.completed": {"COMPLETE"},
    "payment.failed": {"FAILED", "CANCELED_FAIL"},
    "payment.canceled": {"CANCELED", "PARTIAL_CANCELED", "USER_CANCELED"},
    "payment.standby": {"STANDBY", "VIRTUAL_BANK_STANDBY", "CMS_STANDBY"},
}


def places(node: SchemaNode, path: str = "") -> Iterator[tuple[str, SchemaNode]]:
    """Every documented place of a payload, lists by ``[]``."""
    yield path, node
    for name, below in node.fields.items():
        yield from places(below, f"{path}.{name}")
    if node.item is not None:
        yield from places(node.item, f"{path}[]")


def occurrences(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every place that occurs in a payload, with its value where that is a scalar."""
    yield path, value if isinstance(value, str) else None
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None:
                yield from occurrences(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from occurrences(inner, f"{path}[]")


@pytest.mark.extra("fast")
@pytest.mark.exhaustive
@pytest.mark.parametrize("event_type", EventType)
@pytest.mark.parametrize("each", [PER_MODE // 5, pytest.param(PER_MODE, marks=pytest.mark.hunt)])
def test_thousands_of_payloads_are_valid(event_type: EventType, each: int) -> None:
    is_valid = fast_check(event_type, closed=True, validator="jsonschema-rs")
    assert is_valid is not None
    for mode in MODES:
        for event in make_events(event_type, n=each, seed=str(event_type), **mode):
            if not is_valid(event.payload):
                pytest.fail(f"{mode}\n{next(iter_errors(event, strict=True))}")


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, set[Any]]]:
    """What occurs in each event type, place by place."""
    found: dict[str, dict[str, set[Any]]] = {}
    for event_type in EventType:
        of_type = found.setdefault(event_type, {})
        for edge in (False, True):
            for event in make_events(event_type, n=400, seed=2, edge=edge):
                for path, value in occurrences(event.payload):
                    of_type.setdefault(path, set()).add(value)
    return found


def test_every_field_occurs_where_its_object_does(seen: dict[str, dict[str, set[Any]]]) -> None:
    by_object: dict[str, set[str]] = {}
    documented: dict[str, set[str]] = {}
    for event_type in EventType:
        key = event_type.split(".")[0] if event_type.count(".") == 1 else event_type.rpartition(".")[0]
        by_object.setdefault(key, set()).update(seen[event_type])
        documented.setdefault(key, set()).update(path for path, _ in places(plan_event(event_type, edge=False)))
    missing = {key: documented[key] - by_object[key] for key in documented if documented[key] - by_object[key]}
    # attributes holds the merchant's own names, so it has no documented field below it
    assert missing == {}


def test_every_documented_value_of_every_enumeration_occurs(seen: dict[str, dict[str, set[Any]]]) -> None:
    wanted: dict[str, set[str]] = {}
    found: Counter[tuple[str, str]] = Counter()
    for event_type in EventType:
        for path, node in places(plan_event(event_type, edge=False)):
            if "enum" in node.schema:
                name = node.schema["title"]
                wanted[name] = set(node.schema["enum"])
                found.update((name, value) for value in seen[event_type].get(path, ()) if value is not None)
    assert len(wanted) == 22
    missing = {(name, value) for name, values in wanted.items() for value in values if not found[name, value]}
    assert missing == set()


@pytest.mark.parametrize(("event_type", "statuses"), STATUSES_OF_EVENT.items())
def test_a_payment_has_only_the_statuses_of_its_event(
    event_type: str, statuses: set[str], seen: dict[str, dict[str, set[Any]]]
) -> None:
    assert seen[event_type][".data.status"] == statuses
