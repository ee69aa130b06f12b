"""Reads the body of a call: JSON of the type that StepPay documents. A wrong one is refused with each fault's place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from steppay_mock.contract.explain import explain, json_path, shown
from steppay_mock.contract.schema_errors import SchemaError
from steppay_mock.contract.schemas import Schema, resolved
from steppay_mock.contract.validate import body_errors
from steppay_mock.errors import nearest
from steppay_mock.rest.exchange import LONGEST_BODY, ApiRequest, Refusal, RefusedCallError

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
_DEEPEST = 64
_TOLD = 5
"""The faults of a body that its message tells; ``details`` has more."""


@dataclass(frozen=True, slots=True)
class BodyType:
    """The documented type of a body: one object, or a list of them."""

    name: str
    is_list: bool = False

    @property
    def path(self) -> str:
        """The file of its schema."""
        return f"rest/{self.name}.schema.json"

    @property
    def told(self) -> str:
        """What the body must be, in words."""
        return f"a JSON {'list of objects' if self.is_list else 'object'} of the type {self.name}"


def read_body(request: ApiRequest, kind: BodyType, notes: list[str]) -> Any:
    """The body, with the default of each field that is left out. ``notes`` get the fields that are ignored."""
    body = _parsed(request, kind)
    if not isinstance(body, list if kind.is_list else dict):
        _refuse("WRONG_BODY", f"The body is {shown(body)}. Send {kind.told}.", expected=kind.told)
    faults = body_errors(kind.path, body, is_list=kind.is_list)
    unknown = [fault for fault in faults if fault.keyword == "additionalProperties"]
    notes += [f"{json_path(fault.place)} is no field of StepPay's, and is ignored." for fault in unknown]
    wrong = [fault for fault in faults if fault.keyword != "additionalProperties"]
    if wrong:
        _refuse_faults(wrong)
    schema = resolved(kind.path)
    return [_filled(one, schema) for one in body] if kind.is_list else _filled(body, schema)


def refuse_field(place: str, *, expected: str, sent: object, next_step: str) -> NoReturn:
    """Refuse a field whose value cannot be, although its type is right: 400."""
    _refuse_told([_told(place, expected, shown(sent), next_step)])


def is_deep(value: Any) -> bool:
    """Whether a value of JSON has more levels than any body needs: Python cannot check or write many."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _parsed(request: ApiRequest, kind: BodyType) -> Any:
    if len(request.body) > LONGEST_BODY:
        message = f"The body has more than {LONGEST_BODY:,} bytes. Send less."
        raise RefusedCallError(Refusal(status=413, code="BODY_TOO_LARGE", message=message))
    content_type = (request.content_type or "").partition(";")[0].strip()
    if not _JSON.fullmatch(content_type):
        problem = f"is {content_type!r}" if content_type else "is missing"
        message = f"The header Content-Type {problem}. Send {kind.told}, with Content-Type: application/json."
        raise RefusedCallError(Refusal(status=415, code="WRONG_CONTENT_TYPE", message=message))
    if not request.body:
        _refuse("WRONG_BODY", f"The body is empty. Send {kind.told}.", expected=kind.told)
    try:
        body = json.loads(request.body.decode("utf-8"), parse_constant=_no_number)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair would raise where an event is written
        deep = is_deep(body)
    except RecursionError:
        deep = True
    except UnicodeDecodeError as error:
        _refuse("NO_JSON", f"The body is no UTF-8 from byte {error.start} on. Send {kind.told}.", expected=kind.told)
    except UnicodeEncodeError:
        _refuse("NO_JSON", "The body has half a surrogate pair in a text. Send whole characters.", expected=kind.told)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        _refuse("NO_JSON", f"The body is no JSON: {error.msg}, at {place}. Send {kind.told}.", expected=kind.told)
    except ValueError:  # an integer of more than 4,300 digits, or NaN
        _refuse("NO_JSON", f"The body has a number that JSON or a Long cannot hold. Send {kind.told}.", expected="")
    if deep:
        _refuse("NO_JSON", f"The body is too deep. Send {kind.told}.", expected=kind.told)
    return body


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse_faults(faults: list[SchemaError]) -> NoReturn:
    _refuse_told([_told_fault(fault) for fault in faults])


def _told_fault(fault: SchemaError) -> dict[str, str]:
    known = explain("?", fault)
    if fault.keyword != "required":
        return _told(known.path, known.expected, known.sent, _next_step(fault))
    name, present = str(fault.place[-1]), [str(key) for key in fault.value]
    # Only a field that StepPay does not have may be the missing one with another name.
    near = nearest(name, [key for key in present if key not in fault.fields])
    if near is None:
        return _told(known.path, f"the field {name!r}", "nothing", f"Add {name!r}: it is required.")
    return _told(known.path, f"the field {name!r}", near, f"Rename {near!r} to {name!r}.")


def _next_step(fault: SchemaError) -> str:
    if fault.value is None:
        return "Send a value: the field is required, and cannot be null."
    if fault.keyword == "enum":
        return f"Send one of: {', '.join(map(str, fault.rule))}."
    step = explain("?", fault).next_step.partition(": StepPay")[0]
    return f"{step[0].upper()}{step[1:]}."


def _told(path: str, expected: str, sent: str, next_step: str) -> dict[str, str]:
    return {"path": path, "expected": expected, "sent": sent, "next": next_step}


def _refuse_told(faults: list[dict[str, str]]) -> NoReturn:
    lines = [f"{one['path']}: expected {one['expected']}, sent {one['sent']}. {one['next']}" for one in faults]
    more = len(lines) - _TOLD
    told = [*lines[:_TOLD], f"{more} more are in details.faults."] if more > 0 else lines
    details: dict[str, Any] = {"faults": faults}
    raise RefusedCallError(Refusal(status=400, code="WRONG_BODY", message=" ".join(told), details=details))


def _refuse(code: str, message: str, *, expected: str) -> NoReturn:
    raise RefusedCallError(Refusal(status=400, code=code, message=message, details={"expected": expected}))


def _filled(value: Any, schema: Schema) -> Any:
    """The value with defaults, and with whole numbers as integers: JSON may write 2 as 2.0."""
    if "anyOf" in schema:
        return None if value is None else _filled(value, schema["anyOf"][0])
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        defaults = {name: one["default"] for name, one in fields.items() if "default" in one}
        given = {name: _filled(one, fields[name]) for name, one in value.items() if name in fields}
        return {**defaults, **{name: one for name, one in given.items() if one is not None}}
    if isinstance(value, list) and "items" in schema:
        return [_filled(one, schema["items"]) for one in value]
    if schema.get("type") == "integer" and isinstance(value, float):
        return int(value)
    return value
