"""Names the documented type that the schema of a field says."""

from __future__ import annotations

import json
from typing import Any


def type_of(schema: dict[str, Any]) -> str:
    """The documented type, with ``?`` if it may be null, ``[]`` if it is a list, and its default if it has one."""
    default = f" = {json.dumps(schema['default'])}" if "default" in schema else ""
    return _bare_type({key: value for key, value in schema.items() if key != "default"}) + default


def _bare_type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        first, null = schema["anyOf"]
        assert null == {"type": "null"}
        return f"{type_of(first)}?"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].removesuffix(".schema.json")
    kind = schema["type"]
    if isinstance(kind, list):
        assert kind[1:] == ["null"]
        return f"{type_of({**schema, 'type': kind[0]})}?"
    if kind == "array":
        return f"{type_of(schema['items'])}[]"
    if kind == "object" and "additionalProperties" in schema:
        inner = schema["additionalProperties"]
        return f"Map<String,{'Object' if inner is True else type_of(inner)}>"
    plain = {"string": "String", "boolean": "Boolean", "object": "Object"}
    return "Uuid" if schema.get("format") == "uuid" else plain[kind]
