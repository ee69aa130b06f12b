"""The body of a webhook v1: JSON or a form (fact 52). Writes one, and reads one that was captured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from steppay_mock.contract.v1 import v1_type_of
from steppay_mock.payload.body import BodyForm, write_body
from steppay_mock.values import ChoiceValue

V1Form = Literal["json", "form"]

DEFAULT_V1_FORM: V1Form = "json"
"""Both are documented; which one a merchant gets is not, so this default is assumed."""

V1_FORM = ChoiceValue(words=get_args(V1Form))

CONTENT_TYPES: Mapping[V1Form, str] = {"json": "application/json", "form": "application/x-www-form-urlencoded"}

_LONGEST = 500
"""A webhook v1 has two short fields. A longer body is not read to find out what it is: nearly all are of v2."""
_NUMBERS = frozenset({"orderId", "id"})


def write_v1_body(payload: Mapping[str, Any], v1_form: V1Form, form: BodyForm) -> bytes:
    """The body: a form, or JSON in the form ``form``."""
    return urlencode(payload).encode() if v1_form == "form" else write_body(dict(payload), form)


def read_v1_body(body: bytes) -> tuple[dict[str, Any], V1Form] | None:
    """The payload and the form of the body of a webhook v1; None for any other body."""
    if len(body) > _LONGEST or b'"event"' in body:
        return None
    try:
        text = body.decode()
        is_json = text.lstrip().startswith("{")
        payload = json.loads(text) if is_json else _read_form(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or v1_type_of(payload) is None:
        return None
    return payload, "json" if is_json else "form"


def v1_content_type(body: bytes) -> str | None:
    """The content type of the body of a webhook v1; None for any other body."""
    found = read_v1_body(body)
    return None if found is None else CONTENT_TYPES[found[1]]


def _read_form(text: str) -> dict[str, Any]:
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    return {name: int(value) if name in _NUMBERS and _is_number(value) else value for name, value in pairs}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20
