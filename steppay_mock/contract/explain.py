"""What is wrong, where, what was expected, what came, and what to do next?

One builder for each kind of violation. jsonschema says that something is wrong; these say it to a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.faults import Fault
from steppay_mock.errors import ContractViolation, did_you_mean, nearest

_SHOWN = 80  # characters of a value that a message shows
_LISTED = 12  # enumeration values that a message lists


def not_an_object(body: object) -> ContractViolation:
    """The violation of a payload that is no JSON object at all."""
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


def explain(event: str, fault: Fault) -> ContractViolation:
    """The violation that a fault in an event of this type is."""
    return _BUILDERS.get(fault.keyword, _other)(event, fault)


def json_path(steps: Iterable[str | int]) -> str:
    """The steps as JSONPath: ``$.data.items[0].paidAmount``."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def shown(value: object) -> str:
    """The value as JSON with its type, cut to a line."""
    return f"{_cut(_as_json(value))} ({_type_name(value)})"


def _as_json(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
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
    kind: str, event: str, fault: Fault, *, expected: str, next_step: str, sent: str | None = None
) -> ContractViolation:
    return ContractViolation(
        kind=kind,
        event=event,
        path=json_path(fault.place),
        expected=expected,
        sent=shown(fault.value) if sent is None else sent,
        next_step=next_step,
    )


def _wrong_type(event: str, fault: Fault) -> ContractViolation:
    types: list[str] = [fault.rule] if isinstance(fault.rule, str) else fault.rule
    expected = " or ".join(_WANTED.get(name, name) for name in types)
    return _violation("type", event, fault, expected=expected, next_step=_cure_for_type(types[0], fault.value))


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


def _missing(event: str, fault: Fault) -> ContractViolation:
    name, present = str(fault.place[-1]), [str(key) for key in fault.value]
    near = nearest(name, [key for key in present if key not in fault.fields])
    listed = ", ".join(map(_cut, present[:6])) + (", …" if len(present) > 6 else "")
    return _violation(
        "missing",
        event,
        fault,
        expected=f"the field {name!r}",
        sent=f"an object with {listed or 'nothing in it'}",
        next_step=f"rename {near!r} to {name!r}" if near else f"add {name!r}: StepPay always sends it",
    )


def _not_in_enumeration(event: str, fault: Fault) -> ContractViolation:
    values: list[str] = fault.rule
    more = f", … ({len(values)} values)" if len(values) > _LISTED else ""
    near = did_you_mean(fault.value, values).strip()
    return _violation(
        "enum",
        event,
        fault,
        expected=f"one of {', '.join(values[:_LISTED])}{more}",
        next_step=near or "use a documented value; if StepPay really sent this one, the vendor has added it",
    )


def _out_of_range(event: str, fault: Fault) -> ContractViolation:
    bits = 64 if abs(fault.rule) > 2**32 else 32
    name = "a Long" if bits == 64 else "an Int"
    return _violation(
        "range", event, fault, expected=f"{name}: a {bits}-bit integer", next_step=f"keep it within {bits} bits"
    )


def _wrong_format(event: str, fault: Fault) -> ContractViolation:
    text = str(fault.value)
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
    return _violation("format", event, fault, expected=expected, next_step=step)


def _unknown_field(event: str, fault: Fault) -> ContractViolation:
    name = str(fault.place[-1])
    near = did_you_mean(name, [field for field in fault.fields if field not in fault.value]).strip()
    return _violation(
        "unknown-field",
        event,
        fault,
        expected="only documented fields, in strict mode",
        sent=shown(fault.value[name]),
        next_step=near or "remove it, or validate without strict mode",
    )


def _other(event: str, fault: Fault) -> ContractViolation:
    expected = f"{fault.keyword}: {json.dumps(fault.rule, ensure_ascii=False)}"
    return _violation(fault.keyword, event, fault, expected=expected, next_step="compare it with the schema")


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

_BUILDERS: dict[str, Callable[[str, Fault], ContractViolation]] = {
    "type": _wrong_type,
    "required": _missing,
    "enum": _not_in_enumeration,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "pattern": _wrong_format,
    "not": _wrong_format,
    "additionalProperties": _unknown_field,
}
