"""The words of the contract that handlers use: event types, values of enumerations, fields."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.schemas import load_schema, schema_dir


@cache
def event_types() -> frozenset[str]:
    """The event types."""
    return frozenset(map(str, EventType))


@cache
def enumeration_values() -> frozenset[str]:
    """The values of all enumerations, such as ``PARTIAL_CANCELED``."""
    kinds = load_schema("enumerations.schema.json")["$defs"].values()
    return frozenset(value for kind in kinds for value in kind.get("enum", ()))


@cache
def fields() -> frozenset[str]:
    """The fields of all objects."""
    return frozenset(name for schema in _objects() for name in schema["properties"])


@cache
def fields_never_absent() -> frozenset[str]:
    """The fields that every object that has them always has."""
    required: set[str] = set()
    optional: set[str] = set()
    for schema in _objects():
        names = set(schema["required"])
        required |= names
        optional |= schema["properties"].keys() - names
    return frozenset(required - optional)


@cache
def whole_number_ids() -> frozenset[str]:
    """The ids that are whole numbers of 64 bits in every object that has them."""
    whole: set[str] = set()
    others: set[str] = set()
    for schema in _objects():
        for name, field in schema["properties"].items():
            (whole if name.endswith("Id") and "#/$defs/Long" in str(field) else others).add(name)
    return frozenset(whole - others)


def _objects() -> Iterator[dict[str, Any]]:
    for file in sorted((schema_dir() / "objects").iterdir(), key=lambda one: one.name):
        schema = load_schema(f"objects/{file.name}")
        if "properties" in schema:
            yield {"required": (), **schema}
