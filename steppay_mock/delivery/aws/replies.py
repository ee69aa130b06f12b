"""The answer that a gateway of AWS makes from the value of a handler, or its own answer if it cannot.

Where AWS documents only the right shape, a value is malformed if every gateway has to refuse it: without a status, with
a status that is no number, with a body that is no text. An unusual value passes.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from steppay_mock.delivery.aws.call import Kind
from steppay_mock.delivery.excerpt import excerpt

_SCALARS = (str, int, float)


class MalformedError(ValueError):
    """The gateway cannot make an answer from the value; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer of the gateway; names of headers are in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


_FAILED = {
    "rest-api": Reply(
        status=502, headers={"content-type": "application/json"}, body=b'{"message": "Internal server error"}'
    ),
    "http-api": Reply(
        status=500, headers={"content-type": "application/json"}, body=b'{"message":"Internal Server Error"}'
    ),
    "function-url": Reply(status=502, headers={"content-type": "text/plain"}, body=b"Internal Server Error"),
    "alb": Reply(
        status=502, headers={"content-type": "text/html"}, body=b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    ),
}


def failed_reply(kind: Kind) -> Reply:
    """The answer of the gateway if the function failed, or returned a malformed value."""
    return _FAILED[kind]


def read_reply(value: Any, kind: Kind, *, multi_value_headers: bool = False) -> Reply:
    """The answer that the gateway makes from a value, which is JSON. Raises MalformedError if it cannot."""
    is_version_2 = kind in {"http-api", "function-url"}
    if is_version_2 and not (isinstance(value, dict) and "statusCode" in value):
        return _inferred(value)
    if not isinstance(value, dict):
        raise MalformedError(f"it is {_shown(value)}, not an object with statusCode, headers and body")
    status = _status(value, takes_text=kind != "alb")
    names = {
        "rest-api": ("headers", "multiValueHeaders"),
        "alb": ("multiValueHeaders" if multi_value_headers else "headers",),
    }
    headers: dict[str, str] = {}
    for name in names.get(kind, ("headers",)):
        headers |= dict(_headers(value.get(name), name))
    if is_version_2:
        headers |= _cookies(value.get("cookies"))
    return Reply(status=status, headers=headers, body=_body(value))


def _inferred(value: Any) -> Reply:
    """The answer in format 2.0 to a value without a status: 200, with the value as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Reply(status=200, headers={"content-type": "application/json"}, body=_encoded(text))


def _status(value: dict[str, Any], *, takes_text: bool) -> int:
    if "statusCode" not in value:
        raise MalformedError(f"it has no statusCode, it is {_shown(value)}")
    status = value["statusCode"]
    if takes_text and isinstance(status, str) and status.isascii() and status.isdecimal():
        status = int(status)
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise MalformedError(f"statusCode is {_shown(status)}, not a number from 200 to 599")
    return status


def _headers(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if not isinstance(value, dict):
        raise MalformedError(f"{name} is {_shown(value)}, not an object")
    for key, given in value.items():
        values = given if name == "multiValueHeaders" else [given]
        if not isinstance(values, list) or not all(one is None or isinstance(one, _SCALARS) for one in values):
            what = "a list of texts" if name == "multiValueHeaders" else "a text"
            raise MalformedError(f"the header {key!r} in {name} is {_shown(given)}, not {what}")
        told = [one if isinstance(one, str) else json.dumps(one) for one in values if one is not None]
        if told:
            yield key.lower(), ", ".join(told)


def _cookies(value: Any) -> dict[str, str]:
    if not value:
        return {}
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise MalformedError(f"cookies is {_shown(value)}, not a list of texts")
    return {"set-cookie": ", ".join(value)}


def _body(value: dict[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedError(f"body is {_shown(body)}, not a text: return json.dumps(...) as the body")
    if value.get("isBase64Encoded") is not True:
        return _encoded(body)
    try:
        return b64decode(body, validate=True)
    except ValueError:
        raise MalformedError(f"isBase64Encoded is true, and body is no base64: {excerpt(body, limit=40)!r}") from None


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # JSON may hold half of a surrogate pair


def _shown(value: Any) -> str:
    return excerpt(json.dumps(value, ensure_ascii=False), limit=80)
