"""Why may a handler have looked in vain for a name: does it expect the event of another gateway, or another case?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from steppay_mock.delivery.aws.call import Kind
from steppay_mock.delivery.aws.events import Shape, make_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.delivery.aws.call import Call


def hint(key: str | None, event: dict[str, Any], *, call: Call, shape: Shape) -> str:
    """What may be wrong, in brackets behind a blank; empty where nothing is known."""
    if key is None:
        return ""
    headers = event.get("headers") or event.get("multiValueHeaders") or {}
    written = next((name for name in headers if name.lower() == key.lower() and name != key), None)
    if written is not None:
        return f" (in this event the header is called {written!r}: look for it in any case)"
    if key in _names(event):
        return ""
    kinds = [kind for kind in get_args(Kind) if key in _names(_of_kind(kind, call, shape))]
    if not kinds:
        return ""
    named = " or ".join(f"kind={kind!r}" for kind in kinds)
    return f" ({key!r} is in an event of {named}, and this one is of kind={shape.kind!r}: which one does AWS send?)"


def _of_kind(kind: Kind, call: Call, shape: Shape) -> dict[str, Any]:
    return make_event(call, replace(shape, kind=kind))


def _names(node: Any) -> Iterator[str]:
    """The names in the event, those of headers apart."""
    for name, value in node.items():
        yield name
        if isinstance(value, dict) and name not in {"headers", "multiValueHeaders"}:
            yield from _names(value)
