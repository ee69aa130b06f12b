"""Makes a contract violation of a schema error: where it is, what was expected, what was sent, what to do next.

There is one builder for each keyword of the schemas (``_BUILDERS``, at the end). jsonschema's own messages are written
for authors of schemas; these are written for authors of payloads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.schema_errors import SchemaError
from steppay_mock.errors import ContractViolation, did_you_mean, nearest

_SHOWN = 80  # characters of a value that a message shows
_LISTED = 12  # enumeration values that a message lists


def not_an_object(body: object) -> ContractViolation:
    """The violation of a payload that is not a JSON object."""
    if isinstance(body, str | bytes | bytearray):
        step = "parse it first: validate(json.loads(body))"
    else:
        step = "send one JSON object with timestamp, version, event and data"
    expected = "a JSON object, the envelope"
    return ContractViolation(
        kind="not-an-object", event="?", path="$", expected=expected, sent=shown(body), next_step=step
    )


def unknown_event(name: str) -> ContractViolation:
    """The violation of an event type that StepPay does not document."""
    return ContractViolation(
        kind="unknown-event",
        event=_cut(name),
        path="$.event",
        expected=f"one of the {len(EventType)} documented event types",
        sent=shown(name),
        next_step=did_you_mean(name, EventType).strip() or "`steppay-mock events` lists them",
    )


def explain(event: str, error: SchemaError) -> ContractViolation:
    """The contract violation that reports this error in an event of this type."""
    return _BUILDERS.get(error.keyword, _other)(event, error)


def json_path(steps: Iterable[str | int]) -> str:
    """The steps as JSONPath: ``$.data.items[0].paidAmount``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def shown(value: object) -> str:
    """The value as JSON with its type, cut to a line."""
    return f"{_cut(_as_json(value))} ({_type_name(value)})"


def _as_json(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()  # a lone surrogate would raise later, where the message is printed
    except (RecursionError, TypeError, ValueError):
        return _as_ascii(value)
    return text


def _as_ascii(value: object) -> str:
    try:
        return ascii(value)
    except (RecursionError, ValueError):
        return "too deep or too long to show"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _violation(
    kind: str, event: str, error: SchemaError, *, expected: str, next_step: str, sent: str | None = None
) -> ContractViolation:
    return ContractViolation(
        kind=kind,
        event=event,
        path=json_path(error.place),
        expected=expected,
        sent=shown(error.value) if sent is None else sent,
        next_step=next_step,
    )


def _wrong_type(event: str, error: SchemaError) -> ContractViolation:
    types: list[str] = [error.rule] if isinstance(error.rule, str) else error.rule
    expected = " or ".join(_WANTED.get(name, name) for name in types)
    return _violation("type", event, error, expected=expected, next_step=_cure_for_type(types[0], error.value))


def _cure_for_type(wanted: str, value: Any) -> str:
    if value is None:
        return "send a value: StepPay documents this field as never null"
    if wanted == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'send it as a string: "{value}"'
    if wanted in {"integer", "number"} and isinstance(value, str) and value.replace(".", "", 1).isdecimal():
        return f"send it without the quotes: {value}"
    if wanted == "integer" and isinstance(value, float):
        return "send a whole number"
    return f"send {_WANTED.get(wanted, wanted)} here"


def _missing(event: str, error: SchemaError) -> ContractViolation:
    name, present = str(error.place[-1]), [str(key) for key in error.value]
    # Only a field that is not documented may be the absent one with a typing error.
    near = nearest(name, [key for key in present if key not in error.fields])
    listed = ", ".join(map(_cut, present[:6])) + (", …" if len(present) > 6 else "")
    return _violation(
        "missing",
        event,
        error,
        expected=f"the field {name!r}",
        sent=f"an object with {listed or 'nothing in it'}",
        next_step=f"rename {near!r} to {name!r}" if near else f"add {name!r}: StepPay always sends it",
    )


def _not_in_enumeration(event: str, error: SchemaError) -> ContractViolation:
    values: list[str] = error.rule
    more = f", … ({len(values)} values)" if len(values) > _LISTED else ""
    near = did_you_mean(error.value, values).strip()
    return _violation(
        "enum",
        event,
        error,
        expected=f"one of {', '.join(values[:_LISTED])}{more}",
        next_step=near or "use a documented value; if StepPay really sent this one, the vendor has added it",
    )


def _out_of_range(event: str, error: SchemaError) -> ContractViolation:
    # The documented integers are Java's Int and Long (fact 13), so the bound itself says which of the two it is.
    bits = 64 if abs(error.rule) > 2**32 else 32
    name = "a Long" if bits == 64 else "an Int"
    return _violation(
        "range", event, error, expected=f"{name}: a {bits}-bit integer", next_step=f"keep it within {bits} bits"
    )


def _wrong_format(event: str, error: SchemaError) -> ContractViolation:
    # LocalDateTime is the one format of the contract (fact 9). Its usual mistakes, the most likely first.
    text = str(error.value)
    if text.endswith("Z") or "+" in text:
        step = "leave the zone out: StepPay sends UTC without saying so (facts 9 and 10)"
    elif text != text.strip():
        step = "remove the white space around it"
    elif " " in text:
        step = "put a T between date and time"
    elif len(text) == len("2023-06-19T06:19"):
        step = "add the seconds: they are always there (fact 9)"
    else:
        step = "check that such a date and time exists, and write it as in the example"
    expected = "a LocalDateTime such as 2023-06-19T06:19:55.403711: no zone, 0 to 9 fraction digits"
    return _violation("format", event, error, expected=expected, next_step=step)


def _unknown_field(event: str, error: SchemaError) -> ContractViolation:
    name = str(error.place[-1])
    near = did_you_mean(name, [field for field in error.fields if field not in error.value]).strip()
    return _violation(
        "unknown-field",
        event,
        error,
        expected="only documented fields, in strict mode",
        sent=shown(error.value[name]),
        next_step=near or "remove it, or validate without strict mode",
    )


def _other(event: str, error: SchemaError) -> ContractViolation:
    expected = f"{error.keyword}: {json.dumps(error.rule, ensure_ascii=False)}"
    return _violation(error.keyword, event, error, expected=expected, next_step="compare it with the schema")


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    return _TYPE_NAMES.get(type(value), type(value).__name__)


_TYPE_NAMES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}

_WANTED = {
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}

_BUILDERS: dict[str, Callable[[str, SchemaError], ContractViolation]] = {
    "type": _wrong_type,
    "required": _missing,
    "enum": _not_in_enumeration,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "pattern": _wrong_format,
    "not": _wrong_format,
    "additionalProperties": _unknown_field,
}
