"""The two webhooks of v1, which StepPay sends beside v2 until they are unlinked (fact 52): their types and schemas.

They have no envelope and name no event type. So ``v1.order`` and ``v1.subscription`` are names of this project, and the
fields of a payload tell which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from steppay_mock.contract.catalogue import EventType, parse_event_types
from steppay_mock.contract.schemas import Schema, resolved

_ENVELOPE = frozenset({"timestamp", "version", "event", "data"})


class V1EventType(StrEnum):
    """The kinds of webhook v1. They are none of the event types of v2."""

    ORDER = "v1.order"
    SUBSCRIPTION = "v1.subscription"


def v1_type_of(payload: Mapping[str, Any]) -> V1EventType | None:
    """The kind of webhook v1 with these fields, which may be wrong; None for anything that is no webhook v1."""
    if not _ENVELOPE.isdisjoint(payload):
        return None
    if "webHookType" in payload or "orderId" in payload:
        return V1EventType.ORDER
    return V1EventType.SUBSCRIPTION if "id" in payload or "status" in payload else None


def v1_schema(event_type: str) -> Schema:
    """The resolved schema of one kind, annotations included."""
    return resolved(f"v1/{event_type.removeprefix('v1.')}.schema.json")


def parse_wanted_types(names: Iterable[object]) -> tuple[EventType | V1EventType, ...]:
    """The types of these names, those of webhook v1 included; ``v1.*`` is both of its kinds.

    An unknown name is a :class:`SteppayMockError` that names the nearest.
    """
    found: dict[EventType | V1EventType, None] = {}
    for name in names:
        if isinstance(name, str) and name in _NAMED:
            found.update(dict.fromkeys(_NAMED[name]))
        else:
            found.update(dict.fromkeys(parse_event_types([name])))
    return tuple(found)


_NAMED: Mapping[str, tuple[V1EventType, ...]] = {
    "v1.*": tuple(V1EventType),
    **{str(one): (one,) for one in V1EventType},
}
