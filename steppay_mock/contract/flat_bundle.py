"""Makes flat bundles: one document in the keywords that code generators understand.

A generator reads a schema as the description of a type. Conditions (``if``, ``not``), an object that is described in
two places, and references to other files are no types, and generators skip them or give up. So a flat bundle has one
object schema for each event, with the envelope's fields in it, and ``anyOf`` of these. It accepts what the files
accept, but for one string: see ``_LOCAL_DATE_TIME``.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from steppay_mock.contract.catalogue import EventType, parse_event_type
from steppay_mock.contract.schemas import Schema, load_schema, locate_ref

NAME = "StepPayWebhook"
"""The name of the type of all events."""

_ENVELOPE = "envelope.schema.json"
_LOCAL_DATE_TIME = ("types.schema.json", "/$defs/LocalDateTime")
"""Its ``not`` is left out, because zod has none. It refuses a newline at the end, and only in Python, Java, PHP and
.NET can ``$`` match before that: there a flat bundle accepts it."""

# What says nothing to a generator, or something to a validator that it does not know: ajv refuses unknown formats.
_LEFT_OUT = frozenset({"$schema", "$id", "$comment", "x-means", "format"})


def flat_event(event_type: EventType | str) -> Schema:
    """The flat bundle of one event type; SteppayMockError for an unknown type."""
    definitions = FlatDefinitions()
    root = definitions.event(parse_event_type(event_type))
    return {"$schema": load_schema(_ENVELOPE)["$schema"], **root, "$defs": definitions.schemas}


def flat_all() -> Schema:
    """The flat bundle of all event types: ``anyOf`` of one object schema for each, told apart by ``event``."""
    definitions = FlatDefinitions()
    union = definitions.union()
    return {"$schema": load_schema(_ENVELOPE)["$schema"], **union, "$defs": definitions.schemas}


def event_name(event_type: EventType) -> str:
    """The name of the type of an event: ``PaymentCompletedEvent`` for ``payment.completed``."""
    words = event_type.replace("_", ".").split(".")
    return "".join(map(str.capitalize, words)) + "Event"


class FlatDefinitions:
    """The definitions of one document, collected while its references are rewritten; each has a name of a type."""

    def __init__(self, *, home: str = "#/$defs/", formats: Mapping[str, str] | None = None) -> None:
        """``home`` is where the document has its definitions; ``formats`` are added to the definitions of this name."""
        self.schemas: dict[str, Schema] = {}
        self._home = home
        self._formats = formats or {}
        self._names: dict[tuple[str, str], str] = {}

    def union(self) -> Schema:
        """``anyOf`` of all event types, each of which becomes a definition.

        Only one can fit, because ``event`` differs. Validators stop at it; with ``oneOf`` they try all others too.
        """
        return {
            "title": NAME,
            "description": f"Any of the {len(EventType)} documented webhooks of StepPay. `event` says which one it is.",
            "anyOf": [{"$ref": self.event_reference(event_type)} for event_type in EventType],
        }

    def event_reference(self, event_type: EventType) -> str:
        """The pointer to the object schema of an event type, which becomes a definition."""
        name = event_name(event_type)
        if name not in self.schemas:
            self.schemas[name] = {}  # its place is before the definitions that it mentions
            self.schemas[name] = self.event(event_type)
        return f"{self._home}{name}"

    def event(self, event_type: EventType) -> Schema:
        """The object schema of an event type: the envelope's fields, with its own ``event`` and ``data``."""
        path = f"events/{event_type}.schema.json"
        source, envelope = load_schema(path), load_schema(_ENVELOPE)
        fields = {name: self.rewritten(field, _ENVELOPE) for name, field in envelope["properties"].items()}
        fields["event"] = {**fields["event"], "const": str(event_type)}
        fields["data"] = self.rewritten(source["properties"]["data"], path)
        return {
            "title": event_name(event_type),
            "description": f"{source['title']}. {source['description']}",
            "type": "object",
            "properties": fields,
            "required": list(envelope["required"]),
        }

    def reference(self, path: str, pointer: str = "") -> str:
        """The pointer to the schema at ``path`` and ``pointer``, which becomes a definition."""
        place = (path, pointer)
        if place not in self._names:
            name = self._names[place] = self._free_name(path, pointer)
            self.schemas[name] = {}
            self.schemas[name] = {"title": name, **self._without_title(_target(path, pointer), path)}
            if place == _LOCAL_DATE_TIME:
                del self.schemas[name]["not"]
            if name in self._formats:
                self.schemas[name]["format"] = self._formats[name]
        return f"{self._home}{self._names[place]}"

    def define(self, schema: Mapping[str, Any]) -> str:
        """The pointer to a schema that is in no file; it becomes the definition that its title names."""
        name: str = schema["title"]
        self.schemas[name] = self.rewritten(dict(schema), "")
        return f"{self._home}{name}"

    def rewritten(self, node: Any, base: str) -> Any:
        """A schema of the file ``base`` in the form of this document; what it refers to becomes definitions."""
        if isinstance(node, list):
            return [self.rewritten(item, base) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" not in node:
            return _with_null_apart(
                {
                    key: self._rewritten_fields(value, base) if key == "properties" else self.rewritten(value, base)
                    for key, value in node.items()
                    if key not in _LEFT_OUT
                }
            )
        reference = {"$ref": self.reference(*locate_ref(node["$ref"], base=base))}
        # A generator makes a second type of a reference with words beside it, so the words stand around it.
        beside = {key: deepcopy(value) for key, value in node.items() if key != "$ref" and key not in _LEFT_OUT}
        return {**beside, "allOf": [reference]} if beside else reference

    def _without_title(self, schema: Schema, path: str) -> Schema:
        untitled: Schema = self.rewritten({key: value for key, value in schema.items() if key != "title"}, path)
        return untitled

    def _rewritten_fields(self, fields: dict[str, Any], base: str) -> dict[str, Any]:
        return {name: self.rewritten(field, base) for name, field in fields.items()}

    def _free_name(self, path: str, pointer: str) -> str:
        folder, _, file = path.removesuffix(".schema.json").rpartition("/")
        name = pointer.rpartition("/")[2] or file
        return name if name not in self.schemas else f"{folder.capitalize()}{name}"


def _with_null_apart(schema: Schema) -> Schema:
    """A nullable list or map as ``anyOf`` of it and null.

    datamodel-code-generator reads ``items`` and ``additionalProperties`` only beside a single type.
    """
    inner = {key: schema[key] for key in ("items", "additionalProperties") if key in schema}
    if not inner or not isinstance(schema.get("type"), list):
        return schema
    (only,) = (name for name in schema["type"] if name != "null")
    words = {key: value for key, value in schema.items() if key not in inner and key != "type"}
    return {**words, "anyOf": [{"type": only, **inner}, {"type": "null"}]}


def _target(path: str, pointer: str) -> Schema:
    target: Schema = load_schema(path)
    for step in filter(None, pointer.split("/")):
        target = target[step]
    return target
