"""Compiles a resolved schema into a tree of functions that make its values.

Nothing here knows an object or a field of StepPay by name. A field that is added to a schema gets a value by its
``x-means``, or by its type if it has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from steppay_mock.contract.schemas import Schema, event_schema
from steppay_mock.payload import edges
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.edges import Edge
from steppay_mock.payload.meanings import MEANINGS, NUMBERS, number, one_of

Maker = Callable[[Draw], Any]

_EDGE_SHARE = 0.4  # of the free texts and numbers of an edge case

# Meanings that keep their form in edge cases: codes and keys refer to each other, the rest is computed.
_STEADY_ENDINGS = ("-code", "-key", "currency", "version", "event-seconds", "image-url")


@dataclass(frozen=True, slots=True)
class SchemaNode:
    """One place of a payload: its schema, the function that makes its value, and the nodes below it."""

    schema: Schema
    make: Maker
    nullable: bool = False
    fields: dict[str, SchemaNode] = field(default_factory=dict)
    item: SchemaNode | None = None

    @property
    def is_text(self) -> bool:
        """Whether only text is valid."""
        return self.schema.get("type") == "string"

    @property
    def is_object(self) -> bool:
        """Whether the fields are known by name."""
        return bool(self.fields)


@cache
def plan_event(event_type: str, *, edge: Edge) -> SchemaNode:
    """The plan of one event type: the envelope with its data."""
    return plan(event_schema(event_type), edge=edge)


def plan(schema: Schema, *, edge: Edge) -> SchemaNode:
    """The plan of any resolved schema."""
    inner, nullable = _without_null(schema)
    node = _plan_value(inner, edge=edge)
    return SchemaNode(inner, node.make, nullable, node.fields, node.item)


def _plan_value(schema: Schema, *, edge: Edge) -> SchemaNode:
    if "const" in schema:
        return SchemaNode(schema, lambda _draw: schema["const"])
    if "enum" in schema:
        values = tuple(schema["enum"])
        return SchemaNode(schema, (lambda draw: draw.walk(values)) if edge else one_of(values))
    if "properties" in schema:
        return _plan_object(schema, edge=edge)
    if schema.get("type") == "array":
        return _plan_array(schema, edge=edge)
    return SchemaNode(schema, _plan_leaf(schema, edge=edge))


def _without_null(schema: Schema) -> tuple[Schema, bool]:
    """The schema without null, and whether null was allowed: as ``anyOf [schema, null]`` or ``type [type, null]``."""
    if "anyOf" in schema:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**schema["anyOf"][0], **rest}, True
    if isinstance(schema.get("type"), list):
        return {**schema, "type": schema["type"][0]}, "null" in schema["type"]
    return schema, False


def _plan_object(schema: Schema, *, edge: Edge) -> SchemaNode:
    fields = {name: plan(sub, edge=edge) for name, sub in schema["properties"].items()}
    makers = tuple((name, node.make) for name, node in fields.items())
    blank = dict.fromkeys(fields)

    def make_object(draw: Draw) -> dict[str, Any]:
        made: dict[str, Any] = blank.copy()  # it has room for all fields; one that grows is moved three times
        for name, make in makers:
            made[name] = make(draw)
        return made

    return SchemaNode(schema, make_object, fields=fields)


def _plan_array(schema: Schema, *, edge: Edge) -> SchemaNode:
    item = plan(schema.get("items", {}), edge=edge)
    make = item.make
    if "enum" in item.schema:
        # A list of enumeration values is a set, as of channels: each value at most once.
        values: list[str] = item.schema["enum"]
        return SchemaNode(schema, lambda draw: _subset(values, draw, edge=edge), item=item)
    if edge:
        return SchemaNode(schema, lambda draw: [make(draw) for _ in range(draw.pick(edges.SIZES))], item=item)
    return SchemaNode(schema, lambda draw: [make(draw) for _ in range(1 if draw.random() < 0.6 else 2)], item=item)


def _subset(values: list[str], draw: Draw, *, edge: Edge) -> list[str]:
    chosen = [value for value in values if draw.chance(0.5)]
    return chosen if chosen or edge else [draw.pick(values)]


def _plan_leaf(schema: Schema, *, edge: Edge) -> Maker:
    kind, means = schema.get("type", "object"), schema.get("x-means")
    make = MEANINGS.get(str(means)) if _fits(str(means), kind) else None
    make = make or _by_type(schema)
    if edge and not str(means).endswith(_STEADY_ENDINGS) and schema.get("format") is None:
        make = _at_the_edge(make, schema, edge=edge)
    if kind == "string" and means in NUMBERS:
        return lambda draw: str(make(draw))  # as the ids in Payment and Cover (fact 14)
    return make


def _fits(means: str, kind: str) -> bool:
    """Whether the meaning has values of that type: a number needs a meaning that makes numbers."""
    return kind not in {"integer", "number"} or means in NUMBERS


def _by_type(schema: Schema) -> Maker:
    kind = schema.get("type")
    if schema.get("format") == "local-date-time":
        return MEANINGS["moment-past"]
    if kind == "string":
        return MEANINGS["plan-name"]
    if kind == "boolean":
        return lambda draw: draw.random() < 0.5
    if kind in {"integer", "number"}:
        low = max(int(schema.get("minimum", 1)), 1)
        high = min(int(schema.get("maximum", low + 99)), low + 99)
        return number(min(low, high), high)
    return MEANINGS["attributes"]


def _at_the_edge(make: Maker, schema: Schema, *, edge: Edge) -> Maker:
    extremes = _extremes(schema, edge=edge)
    if not extremes:
        return make
    means = str(schema.get("x-means", ""))
    if means.endswith("-id"):
        # An id names the same thing in the whole event, so an extreme one is drawn once.
        return lambda draw: draw.same(f"edge {means}", lambda again: _either(make, extremes, again))
    return lambda draw: _either(make, extremes, draw)


def _either(make: Maker, extremes: tuple[Any, ...], draw: Draw) -> Any:
    return draw.pick(extremes) if draw.chance(_EDGE_SHARE) else make(draw)


def _extremes(schema: Schema, *, edge: Edge) -> tuple[Any, ...]:
    kind, means = schema.get("type"), str(schema.get("x-means", ""))
    if means.endswith("-id") or (kind == "integer" and schema.get("maximum", 0) > 2**32):
        return edges.ALL_LONGS if edge == "64-bit" else edges.LONGS
    if kind == "integer":
        return edges.INTS
    if kind == "number":
        return edges.AMOUNTS
    return edges.TEXTS if kind == "string" else ()
