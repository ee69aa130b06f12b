"""Makes fields of edge cases null, and writes nulls: left out as on the wire (fact 7), as ``null``, or mixed."""

from __future__ import annotations

from typing import Any

from steppay_mock.payload.chance import Chance
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.options import Nulls
from steppay_mock.payload.overrides import Pins, pins_below
from steppay_mock.payload.plan import SchemaNode

_CONTAINERS = frozenset({dict, list})
_NULL_SHARE = 0.2  # of the nullable fields of an edge case


def make_some_null(value: Any, node: SchemaNode, draw: Draw, *, pins: Pins) -> None:
    """Make some nullable fields null and some lists empty, in place.

    Fields that the user fixed, and those that the event needs (``Draw.needed``), stay.
    """
    if isinstance(value, list) and node.item is not None:
        for at, inner in enumerate(value):
            make_some_null(inner, node.item, draw, pins=pins_below(pins, at))
    if not isinstance(value, dict) or not node.is_object:
        return
    for name, below in node.fields.items():
        free = name not in pins and (id(value), name) not in draw.needed
        if free and below.nullable and draw.chance(_NULL_SHARE):
            value[name] = None
        elif free and below.item is not None and draw.chance(_NULL_SHARE):
            value[name] = []
        else:
            make_some_null(value[name], below, draw, pins=pins_below(pins, name))


def write_nulls(value: Any, nulls: Nulls, chance: Chance | None) -> None:
    """Remove the null fields from the value in place, keep them, or decide for each by ``chance``."""
    if nulls != "null":
        _leave_out(value, chance if nulls == "mixed" else None)


def _leave_out(value: Any, chance: Chance | None) -> None:
    if value.__class__ is list:
        below = [inner for inner in value if inner.__class__ in _CONTAINERS]
    else:
        null, below = [], []
        for name, inner in value.items():  # once: every field of every event passes here
            if inner is None:
                null.append(name)
            elif inner.__class__ in _CONTAINERS:
                below.append(inner)
        for name in null:
            if chance is None or chance.chance(0.5):
                del value[name]
    for inner in below:
        _leave_out(inner, chance)
