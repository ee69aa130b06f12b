"""Bundles a schema and all schemas that it refers to into one document.

Generators, editors and gateways often take one file and fetch no other. A bundle says exactly what the separate files
say, annotations included: each file or definition that is referred to is under ``$defs``, and every ``$ref`` points
there. A flat bundle (``flat_bundle.py``) has the form that code generators understand.
"""

from __future__ import annotations

from typing import Any

from steppay_mock.contract.catalogue import EventType, parse_event_type
from steppay_mock.contract.flat_bundle import flat_all, flat_event
from steppay_mock.contract.schemas import Schema, load_schema, locate_ref

_ENVELOPE = "envelope.schema.json"
_BASE = "https://steppay-mock.example/schemas/bundles"


def bundle_event(event_type: EventType | str, *, flat: bool = False) -> Schema:
    """The schema of one event type as one document; SteppayMockError for an unknown type.

    ``flat`` gives the form for code generators.
    """
    if flat:
        return flat_event(event_type)
    name = parse_event_type(event_type)
    return _Bundle().document(str(name), f"events/{name}.schema.json")


def bundle_envelope() -> Schema:
    """The schema of the envelope (facts 2 and 3) as one document."""
    return _Bundle().document("envelope", _ENVELOPE)


def bundle_all(*, flat: bool = False) -> Schema:
    """One document for all event types: ``event`` chooses the schema of ``data``, and an unknown event is refused.

    The choice is made by ``if`` and ``then``, so that an error names the faulty field. With ``oneOf`` a validator can
    only report that none of 27 schemas matches. Code generators do not understand conditions: ``flat`` gives them
    ``anyOf`` of 27 object schemas, each with its own ``event`` and ``data``.
    """
    if flat:
        return flat_all()
    bundle = _Bundle()
    envelope = bundle.reference(_ENVELOPE, "")
    choices = [
        {
            "if": {"type": "object", "properties": {"event": {"const": str(name)}}, "required": ["event"]},
            "then": {"$ref": bundle.reference(f"events/{name}.schema.json", "")},
        }
        for name in EventType
    ]
    return {
        "$schema": load_schema(_ENVELOPE)["$schema"],
        "$id": f"{_BASE}/all.schema.json",
        "title": "StepPay webhook",
        "description": f"Any of the {len(EventType)} documented webhooks of StepPay.",
        "$ref": envelope,
        "type": "object",
        "properties": {"event": {"enum": [str(name) for name in EventType]}},
        "allOf": choices,
        "$defs": bundle.definitions,
    }


class _Bundle:
    """The definitions of one document, collected while its references are rewritten."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[tuple[str, str], str] = {}

    def document(self, name: str, path: str) -> Schema:
        """The file at ``path`` as the root of the document."""
        source = load_schema(path)
        root = self._rewrite({key: value for key, value in source.items() if key not in {"$schema", "$id"}}, path)
        heading = {"$schema": source["$schema"], "$id": f"{_BASE}/{name}.schema.json"}
        return {**heading, **root, "$defs": self.definitions}

    def reference(self, path: str, pointer: str) -> str:
        """The local pointer to the schema at ``path`` and ``pointer``, which becomes one of the definitions."""
        place = (path, pointer)
        if place not in self._names:
            name = self._names[place] = self._free_name(path, pointer)
            # An empty definition first: it keeps the order of first mention. References never form a circle, so that
            # nothing reads it before it is filled.
            self.definitions[name] = {}
            self.definitions[name] = self._rewrite(_target(path, pointer), path)
        return f"#/$defs/{self._names[place]}"

    def _rewrite(self, node: Any, base: str) -> Any:
        if isinstance(node, list):
            return [self._rewrite(item, base) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            key: self.reference(*locate_ref(value, base=base)) if key == "$ref" else self._rewrite(value, base)
            for key, value in node.items()
        }

    def _free_name(self, path: str, pointer: str) -> str:
        file = path.rpartition("/")[2].removesuffix(".schema.json")
        name = pointer.rpartition("/")[2] or file
        return name if name not in self.definitions else f"{file}.{name}"


def _target(path: str, pointer: str) -> Schema:
    target: Schema = load_schema(path)
    for step in filter(None, pointer.split("/")):
        target = target[step]
    return {key: value for key, value in target.items() if key not in {"$schema", "$id"}}
