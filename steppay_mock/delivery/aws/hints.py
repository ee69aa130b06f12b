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
    having = [one for kind in get_args(Kind) if (one := _having(key, call, replace(shape, kind=kind)))]
    if not having:
        return ""
    named = " or ".join(map(_said, having))
    return f" ({key!r} is in an event of {named}, and this one is of {_said(shape)}: which one does AWS send?)"


def _having(key: str, call: Call, shape: Shape) -> Shape | None:
    """The shape of the gateway's event that has the name; a load balancer has two."""
    switches = (False, True) if shape.kind == "alb" else (False,)
    shapes = (replace(shape, multi_value_headers=switch) for switch in switches)
    return next((one for one in shapes if key in _names(make_event(call, one))), None)


def _said(shape: Shape) -> str:
    """What the caller of ``lambda_app`` writes for it."""
    return f"kind={shape.kind!r}" + (" with multi_value_headers=True" if shape.multi_value_headers else "")


def _names(node: Any) -> Iterator[str]:
    """The names in the event, those of headers apart."""
    for name, value in node.items():
        yield name
        if isinstance(value, dict) and name not in {"headers", "multiValueHeaders"}:
            yield from _names(value)
