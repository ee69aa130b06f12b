"""Loads the schema files, and follows their references.

``load_schema`` gives a file as it is, ``resolved`` gives it as one tree without ``$ref``, ``bare`` leaves out what no
validator reads. The schemas of webhooks refer to each other by relative paths and never in a circle, so that each
reference can be replaced by its target; those in ``rest/`` have circles, and are only loaded. One plain tree makes
validation with jsonschema several times faster, and the factory walks it.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from steppay_mock.errors import SteppayMockError

Schema = dict[str, Any]

# Keywords that say nothing about validity. `format` is one of them: it is optional in JSON Schema, and validators
# differ in it, so a LocalDateTime is described by patterns.
_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "examples", "default", "deprecated", "format", "x-means"}
)


@cache
def schema_dir() -> Traversable:
    """The folder of schemas: inside the package in a wheel, beside it in a checkout."""
    packaged = files("steppay_mock") / "schemas"
    if packaged.is_dir():
        return packaged
    beside = Path(__file__).resolve().parents[2] / "schemas"
    if beside.is_dir():
        return beside
    raise SteppayMockError(
        f"The schemas are neither in {packaged} nor in {beside}: the installation is broken. "
        "Reinstall steppay-mock: pip install --force-reinstall steppay-mock"
    )


@cache
def load_schema(path: str) -> dict[str, Any]:
    """The schema file at ``path`` (such as ``objects/Order.schema.json``), parsed once. Do not change what you get."""
    document: dict[str, Any] = json.loads((schema_dir() / path).read_text(encoding="utf-8"))
    return document


@cache
def resolved(path: str, pointer: str = "") -> Schema:
    """The schema at ``path`` (and JSON pointer) with every ``$ref`` replaced by its target. Do not change it."""
    document: Any = load_schema(path)
    for step in filter(None, pointer.split("/")):
        document = document[step]
    followed: Schema = _follow(document, path)
    return followed


def event_schema(event_type: str) -> Schema:
    """The resolved schema of one event type, annotations included."""
    return resolved(f"events/{event_type}.schema.json")


def bare(schema: Schema, *, closed: bool = False) -> Schema:
    """The schema without its annotations; ``closed`` refuses properties that it does not name."""
    slim = {key: _bare_value(key, value, closed=closed) for key, value in schema.items() if key not in _ANNOTATIONS}
    if closed and "properties" in slim:
        slim.setdefault("additionalProperties", False)
    return slim


def locate_ref(ref: str, *, base: str) -> tuple[str, str]:
    """The path and the JSON pointer that a relative ``$ref`` in the file ``base`` names."""
    file, _, pointer = ref.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), file)) if file else base
    return path, pointer


def _bare_value(key: str, value: Any, *, closed: bool) -> Any:
    # Only these keywords of our schemas have schemas in them. Below `properties` the keys are names of fields: a field
    # called `title` or `format` must stay.
    if key == "properties":
        return {name: bare(sub, closed=closed) for name, sub in value.items()}
    if key in {"anyOf", "allOf", "oneOf"}:
        return [bare(sub, closed=closed) for sub in value]
    if key == "items":
        return bare(value, closed=closed)
    return value


def _follow(node: Any, base: str) -> Any:
    if isinstance(node, list):
        return [_follow(item, base) for item in node]
    if not isinstance(node, dict):
        return node
    own = {key: _follow(value, base) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return own
    target = resolved(*locate_ref(node["$ref"], base=base))
    return _merged(target, own)


def _merged(target: Schema, own: Schema) -> Schema:
    """The target of a ``$ref`` with the keywords that stand beside the ``$ref``, property by property."""
    merged = {**target, **own}
    if "properties" in target and "properties" in own:
        # An event's file refers to the envelope and says more of `event` and `data`. What the envelope says stays.
        names: Mapping[str, None] = dict.fromkeys([*target["properties"], *own["properties"]])
        merged["properties"] = {
            name: {**target["properties"].get(name, {}), **own["properties"].get(name, {})} for name in names
        }
    return merged
