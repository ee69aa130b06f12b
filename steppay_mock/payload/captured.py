"""Reads the payload of a captured request body. The bytes stay as they are."""

from __future__ import annotations

import json
import sys
from math import isfinite
from typing import Any

from steppay_mock.contract.long_numbers import MOST_DIGITS
from steppay_mock.errors import SteppayMockError

_NEXT = "Give the request body byte for byte as it came, not what was parsed from it."
_SHOWN = 5  # names of members that a message lists


def read_captured(body: object) -> dict[str, Any]:
    """The payload in the bytes of a body; SteppayMockError if they are not a JSON object with an event type.

    Numbers that Python cannot hold are cut in the payload: an integer to its first digits, a float to the largest one.
    """
    if not isinstance(body, bytes):
        raise SteppayMockError(f"A captured body is bytes, not {type(body).__name__}. {_NEXT}")
    payload = _parsed(body)
    if not isinstance(payload, dict):
        raise SteppayMockError(
            f"The captured body is {_kind(payload)}, and a webhook is a JSON object (fact 2). {_NEXT}"
        )
    if "event" not in payload:
        raise SteppayMockError(
            f"The captured body has no member 'event', which says what a webhook is about (fact 2). "
            f"{_members(payload)} Capture a delivery of webhook v2."
        )
    if not _is_name(payload["event"]):
        raise SteppayMockError(
            f"In the captured body 'event' is {_kind(payload['event'])}, and it is the name of an event type (fact 2). "
            "Correct it, such as payment.completed."
        )
    return payload


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SteppayMockError(
            f"The captured body is not UTF-8 (fact 1): byte {error.start + 1} is 0x{body[error.start]:02x}. {_NEXT}"
        ) from None
    if not text.strip():
        raise SteppayMockError(f"The captured body is empty. {_NEXT}")
    try:
        return json.loads(text, parse_int=_int, parse_float=_float, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}, column {error.colno}: {error.msg}"
    except RecursionError:
        what = "it is nested too deeply"
    except ValueError as error:
        what = str(error)
    raise SteppayMockError(f"The captured body is no JSON: {what}. {_NEXT}")


def _int(digits: str) -> int:
    return int(digits[:MOST_DIGITS])


def _float(digits: str) -> float:
    found = float(digits)
    return found if isfinite(found) else sys.float_info.max * (-1 if found < 0 else 1)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no value of JSON")


def _is_name(value: object) -> bool:
    """Whether the value is text that UTF-8 can hold: a lone surrogate, which JSON can escape, cannot be held."""
    return isinstance(value, str) and bool(value) and not any("\ud800" <= one <= "\udfff" for one in value)


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f"the text {value[:60]!r}" if value else "an empty text"
    names = {dict: "an object", list: "an array", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _members(payload: dict[str, Any]) -> str:
    names = [name[:40] for name in list(payload)[:_SHOWN]]
    if not names:
        return "It has no member at all."
    more = ", ..." if len(payload) > _SHOWN else ""
    return f"It has {', '.join(map(repr, names))}{more}."
