"""Writes the bytes of a body: JSON in one of three forms. StepPay probably sends the first, ``pretty`` (fact 34)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any, Literal, get_args

from steppay_mock.errors import SteppayMockError
from steppay_mock.values import check_choice

BodyForm = Literal["pretty", "compact", "escaped"]
"""``pretty`` is indented by two spaces with one field a line, ``compact`` has no white space, ``escaped`` is compact
with ``\\uXXXX`` in the place of each character beyond ASCII."""

DEFAULT_FORM: BodyForm = "pretty"
"""Assumed: the delivery seen was longer than compact JSON can be, and as long as indented JSON (fact 34)."""

_MOST_NAMES = 10_000

# Made once: json.dumps makes an encoder at every call that has options.
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_escaped = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode
_indented = json.JSONEncoder(ensure_ascii=False, indent=2, allow_nan=False).encode


def check_form(name: str, form: object) -> None:
    """Nothing, if the value is a form; a SteppayMockError about the option ``name`` otherwise."""
    if not isinstance(form, str) or form not in _WRITERS:
        check_choice(name, form, get_args(BodyForm))


def write_body(payload: Mapping[str, Any], form: BodyForm) -> bytes:
    """The payload in that form, in UTF-8; what JSON cannot hold is a SteppayMockError."""
    try:
        return _WRITERS[form](payload).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise SteppayMockError(
            f"The payload of {payload.get('event')} cannot be written as JSON: {error}. "
            "Use dicts, lists, text, finite numbers, booleans and None; a datetime as text, a Decimal as float."
        ) from error


def _pretty(payload: Any) -> str:
    """The text of ``json.dumps(payload, indent=2, ensure_ascii=False)``, in half of its time.

    With ``indent``, json does not use its encoder in C: it yields each token from Python. This function joins whole
    objects instead. It takes the exact types of payloads alone; a subclass, or a key that is no text, is left to json.
    """
    try:
        return _object(payload, "\n  ") if payload.__class__ is dict else _indented(payload)
    except _OtherTypeError:
        return _indented(payload)


class _OtherTypeError(Exception):
    """A value of a type that ``_pretty`` does not write."""


class _Names(dict[str, str]):
    """The written form of each field name, kept: there are few names, and each is written often.

    Bounded, because names of captured bodies and of overrides are the user's.
    """

    def __missing__(self, name: object) -> str:
        if name.__class__ is not str:
            raise _OtherTypeError
        written = f"{encode_basestring(name)}: "
        if len(self) < _MOST_NAMES:
            self[name] = written
        return written


_NAMES = _Names()


def _object(fields: dict[Any, Any], line: str) -> str:
    """The object; ``line`` is the line break before each field, with the indentation."""
    if not fields:
        return "{}"
    parts = []
    for name, value in fields.items():
        kind = value.__class__
        if kind is str:  # most are, so this is asked first
            parts.append(_NAMES[name] + encode_basestring(value))
        else:
            parts.append(_NAMES[name] + _value(value, kind, line))
    return f"{{{line}{f',{line}'.join(parts)}{line[:-2]}}}"


def _array(items: list[Any], line: str) -> str:
    if not items:
        return "[]"
    parts = [_value(one, one.__class__, line) for one in items]
    return f"[{line}{f',{line}'.join(parts)}{line[:-2]}]"


def _value(value: Any, kind: type, line: str) -> str:
    if kind is dict:
        return _object(value, line + "  ")
    if kind is list:
        return _array(value, line + "  ")
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    raise _OtherTypeError


def _number(value: float) -> str:
    written = repr(value)
    if written[-1] in "fn":  # inf and nan: json refuses them with the usual message
        raise _OtherTypeError
    return written


_SCALARS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: repr,
    float: _number,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}
_WRITERS: dict[str, Callable[[Any], str]] = {"pretty": _pretty, "compact": _compact, "escaped": _escaped}
