"""Adds one thing to an event that is not documented: a field, an enumeration value, or an event type.

A receiver that outlives the documentation must take all three. Fields are added at any time (fact 3). The enumeration
values are those that StepPay's REST API has and the webhook tables do not (facts 17 and 56); other ones are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.options import Drift
from steppay_mock.payload.plan import SchemaNode, plan_event

KNOWN_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "OrderItemType": ("INSTANT",),
    "PaymentGateway": ("NAVER", "KCP", "JT", "DAOUDATA", "WELCOME", "KICC"),
    "PaymentStatus": ("CANCEL_PROGRESS",),
    "PriceType": ("VOLUME_BASED",),
    "UsageActor": ("RENEW",),
}

_Place = tuple[dict[str, Any], str, str]

_NEW_FIELDS: tuple[tuple[str, Any], ...] = (
    ("storeCode", "store_5fGh2kQ9x"),
    ("revision", 3),
    ("isMigrated", False),
    ("tags", ["vip", "2026"]),
    ("audit", {"actor": "MANAGER", "ip": "127.0.0.1"}),
    ("archivedAt", "2026-01-01T00:00:00"),
)
_NEW_VERBS = ("archived", "restored", "merged", "locked")


def can_drift(event_type: EventType, drift: Drift | None) -> bool:
    """Whether the event can have this drift: not ``"enum"``, if its object has no enumeration, such as Customer."""
    return drift != "enum" or _has_enumeration(plan_event(event_type, edge=False))


def drift_event(payload: dict[str, Any], drift: Drift, plan: SchemaNode, draw: Draw) -> dict[str, Any]:
    """The payload with one thing in it that is not documented."""
    if drift == "event":
        root = str(payload["event"]).rpartition(".")[0]
        return {**payload, "event": f"{root}.{draw.walk(_NEW_VERBS)}"}
    if drift == "field":
        _add_field(payload, plan, draw)
    else:
        _add_value(payload, plan, draw)
    return payload


def _add_field(payload: dict[str, Any], plan: SchemaNode, draw: Draw) -> None:
    home, node = draw.pick(list(_objects(payload, plan)))
    name, value = draw.walk([(name, value) for name, value in _NEW_FIELDS if name not in node.fields])
    home[name] = deepcopy(value)


def _add_value(payload: dict[str, Any], plan: SchemaNode, draw: Draw) -> None:
    places = list(_enumerations(payload, plan)) or _opened(payload, plan, draw)
    if not places:
        raise SteppayMockError(
            f"{payload['event']} carries no enumeration that could drift. Use drift='field' or drift='event'."
        )
    home, key, name = draw.pick([place for place in places if place[2] in KNOWN_ELSEWHERE] or places)
    new_value = draw.walk(KNOWN_ELSEWHERE.get(name, (f"NEW_{name.upper()}",)))
    home[key] = [*home[key], new_value] if isinstance(home[key], list) else new_value


def _opened(payload: dict[str, Any], plan: SchemaNode, draw: Draw) -> list[_Place]:
    """The enumerations of the payload after one that was null or empty is filled: edge cases may leave none."""
    for home, node in _objects(payload, plan):
        for name, below in node.fields.items():
            if home.get(name) in (None, []) and _has_enumeration(below):
                home[name] = below.make(draw) or ([below.item.make(draw)] if below.item else None)
                return list(_enumerations(payload, plan))
    return []


def _has_enumeration(node: SchemaNode) -> bool:
    below = [*node.fields.values(), *([node.item] if node.item else [])]
    return "enum" in node.schema or any(map(_has_enumeration, below))


def _objects(value: Any, node: SchemaNode) -> Iterator[tuple[dict[str, Any], SchemaNode]]:
    """Each object of the payload whose fields are documented, with its node."""
    if isinstance(value, dict) and node.is_object:
        yield value, node
        for name, below in node.fields.items():
            yield from _objects(value.get(name), below)
    elif isinstance(value, list) and node.item is not None:
        for inner in value:
            yield from _objects(inner, node.item)


def _enumerations(payload: dict[str, Any], plan: SchemaNode) -> Iterator[_Place]:
    """Each value of a documented enumeration: its object, its field, and the name of the enumeration."""
    for home, node in _objects(payload, plan):
        for name, below in node.fields.items():
            schema = below.item.schema if below.item is not None else below.schema
            if "enum" in schema and home.get(name) is not None:
                yield home, name, schema["title"]
