"""The fields of a body as rows of a tree, each with what the schemas say of it; and how two bodies differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.explain import json_path
from steppay_mock.contract.schemas import Schema, event_schema, resolved
from steppay_mock.contract.v1 import v1_schema, v1_type_of
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.errors import ContractViolation

_MOST_ROWS = 2000
_DEEPEST = 30
_EVENTS = frozenset(map(str, EventType))
_FACTS = re.compile(r"\s*\(facts? ([0-9, and]+)\)")
_write = partial(json.dumps, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field, object or list of a body."""

    depth: int
    path: str
    name: str
    value: str
    """As JSON; empty for an object or a list that has members."""
    meaning: str = ""
    facts: str = ""
    """The numbers of the facts, such as ``14, 15``."""
    violation: ContractViolation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that another body has otherwise; None where one of them does not have it."""

    path: str
    before: str | None
    after: str | None


def read_fields(payload: Any, violations: tuple[ContractViolation, ...]) -> list[FieldRow]:
    """The rows of a payload, each field below its object."""
    return _rows(payload, _schema_of(payload), {one.path: one for one in reversed(violations)})


def read_record(name: str, data: Any) -> list[FieldRow]:
    """The rows of an object as a webhook has it, such as a Payment."""
    return _rows(data, resolved(f"objects/{name}.schema.json"), {})


def _rows(payload: Any, schema: Schema, broken: Mapping[str, ContractViolation]) -> list[FieldRow]:
    rows: list[FieldRow] = []
    for path, value, place in _walk(payload, schema, ()):
        if not path:
            continue
        text = json_path(path)
        meaning = _meaning(place)
        facts = _FACTS.search(meaning)
        rows.append(
            FieldRow(
                depth=len(path) - 1,
                path=text,
                name=str(path[-1]),
                value="" if isinstance(value, dict | list) and value else excerpt(_write(value), limit=400),
                meaning=_FACTS.sub("", meaning),
                facts=facts[1] if facts else "",
                violation=broken.get(text),
            )
        )
        if len(rows) == _MOST_ROWS:
            break
    return rows


def differences(before: Any, after: Any) -> list[FieldChange]:
    """The fields in which the second payload is another than the first."""
    old, new = ({json_path(path): value for path, value, _ in _walk(one, {}, ())} for one in (before, after))
    return [
        FieldChange(path=path, before=_shown(old, path), after=_shown(new, path))
        for path in dict.fromkeys((*old, *new))
        if _shown(old, path) != _shown(new, path)
    ]


def _schema_of(payload: Any) -> Schema:
    """The schema of the payload; an empty one for what has none."""
    if not isinstance(payload, dict):
        return {}
    of_v1 = v1_type_of(payload)
    if of_v1 is not None:
        return v1_schema(of_v1)
    name = payload.get("event")
    return event_schema(name) if isinstance(name, str) and name in _EVENTS else {}


def _shown(values: Mapping[str, Any], path: str) -> str | None:
    if path not in values:
        return None
    value = values[path]
    if isinstance(value, dict | list) and value:
        return "{…}" if isinstance(value, dict) else "[…]"
    return excerpt(_write(value), limit=400)


def _walk(
    value: Any, schema: Schema, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any, Schema]]:
    """Each value with its path and its schema, from the outside to the inside."""
    yield path, value, schema
    if len(path) == _DEEPEST:
        return
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _walk(one, _below(schema, "properties").get(name, {}), (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _walk(one, _below(schema, "items"), (*path, place))


def _choices(schema: Schema) -> list[Schema]:
    """The schema and those that it chooses from."""
    return [schema, *(one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ()))]


def _below(schema: Schema, word: str) -> Schema:
    return next((one[word] for one in _choices(schema) if isinstance(one.get(word), dict)), {})


def _meaning(schema: Schema) -> str:
    return next((str(one["description"]) for one in _choices(schema) if "description" in one), "")
