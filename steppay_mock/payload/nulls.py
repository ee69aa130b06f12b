"""Which fields are null, and how is a null written? Left out, as seen on the wire (fact 7), spelled out, or either."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.draw import Draw
from steppay_mock.payload.options import Nulls
from steppay_mock.payload.overrides import Pins, pins_below
from steppay_mock.payload.plan import Node

_CONTAINERS = frozenset({dict, list})
_NULL_SHARE = 0.2  # of the nullable fields of an edge case


def make_some_null(value: Any, node: Node, draw: Draw, *, pins: Pins) -> None:
    """Null some nullable fields in place, but neither what the user fixed nor what the event makes no sense without."""
    if isinstance(value, list) and node.item is not None:
        for at, inner in enumerate(value):
            make_some_null(inner, node.item, draw, pins=pins_below(pins, at))
    if not isinstance(value, dict) or not node.is_object:
        return
    for name, below in node.fields.items():
        if below.nullable and name not in pins and (id(value), name) not in draw.needed and draw.chance(_NULL_SHARE):
            value[name] = None
        else:
            make_some_null(value[name], below, draw, pins=pins_below(pins, name))


def write_nulls(value: Any, nulls: Nulls, draw: Draw) -> Any:
    """The value with its null fields left out, kept, or either by chance."""
    if nulls == "null":
        return value
    if isinstance(value, dict):
        return {
            name: write_nulls(inner, nulls, draw) if inner.__class__ in _CONTAINERS else inner
            for name, inner in value.items()
            if inner is not None or (nulls == "mixed" and draw.chance(0.5))
        }
    if isinstance(value, list):
        return [write_nulls(inner, nulls, draw) for inner in value]
    return value
