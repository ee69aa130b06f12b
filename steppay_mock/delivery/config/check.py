"""Checks a file by its JSON Schema: what is wrong, where, what was expected, what came, and what to do next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any, cast

from steppay_mock.contract.schemas import load_schema
from steppay_mock.delivery.options.schema import config_schema
from steppay_mock.errors import SteppayMockError, choices, did_you_mean

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_NAMES = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
_SHOWN = ("name", "events", "enabled")  # what else an endpoint has may hold a secret


Steps = list[str | int]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a file is checked by: its schema, or the name of one in ``schemas/``, and where a value may be shown."""

    schema: str | Callable[[], dict[str, Any]]
    is_open: Callable[[Steps], bool]

    def document(self) -> dict[str, Any]:
        """The schema."""
        return load_schema(self.schema) if isinstance(self.schema, str) else self.schema()


CONFIG = Rules(
    config_schema,
    lambda steps: len(steps) > 1 and (steps[0] in {"sender", "events"} or steps[2:3] in [[one] for one in _SHOWN]),
)


def check_document(document: dict[str, Any], *, file: str, rules: Rules = CONFIG) -> None:
    """Check the document by the schema; a SteppayMockError names every wrong key."""
    faults = [fault for error in _errors(document, rules) for fault in _told(error, rules)]
    if faults:
        raise SteppayMockError("\n".join(f"{file}: {fault}" for fault in dict.fromkeys(faults)))


def key_path(steps: Iterable[str | int]) -> str:
    """The steps as a path of keys: ``endpoints[0].url``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _errors(document: dict[str, Any], rules: Rules) -> list[ValidationError]:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    # To JSON Schema 8.0 is an integer; to those who take the value it is none.
    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int)
    made: Any = extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call]
    errors: Iterable[ValidationError] = made(rules.document()).iter_errors(document)
    return sorted(errors, key=lambda error: list(map(str, error.absolute_path)))


def _told(error: ValidationError, rules: Rules) -> Iterator[str]:
    steps = list(error.absolute_path)
    schema, value = cast("dict[str, Any]", error.schema), cast("Any", error.instance)
    known = list(schema.get("properties", ()))
    if error.validator == "additionalProperties":
        for name in value:
            if name not in known:
                near = did_you_mean(name, known).strip()
                yield _fault([*steps, name], f"one of {choices(known)}", "an unknown key", near or "Take it out.")
    elif error.validator == "required":
        for name in schema["required"]:
            if name not in value:
                key = _Key(schema["properties"][name], name)
                yield _fault([*steps, name], key.expected, "nothing", f"Add it: {key.example}")
    else:
        key = _key_at(steps, rules)
        near = did_you_mean(value, _words(schema)).strip()
        came = _came(value, is_open=rules.is_open(steps))
        yield _fault(steps, key.expected, came, near or f"Write it like {key.example}")


def _fault(steps: Steps, expected: str, came: str, step: str) -> str:
    return f"{key_path(steps)}\n  expected: {expected}\n  came:     {came}\n  next:     {step}"


class _Key:
    """The words and the example of a key in the schema."""

    def __init__(self, schema: dict[str, Any], name: str) -> None:
        described = str(schema["description"])
        self.expected = described[0].lower() + described[1:].rstrip(".")
        shown = [f"{name} = {json.dumps(example, ensure_ascii=False)}" for example in schema.get("examples", ())]
        self.example = " or ".join(shown) or described.rstrip(".").rpartition(" ")[2]


def _key_at(steps: Steps, rules: Rules) -> _Key:
    """The key at the place, or the nearest one around it that has a description."""
    schema = rules.document()
    found = "", schema
    for step in steps:
        named = schema.get("properties", {}).get(step) or schema.get("additionalProperties", {})
        schema = schema.get("items", {}) if isinstance(step, int) else named
        if "description" in schema:
            found = str(step), schema
    return _Key(found[1], found[0])


def _words(schema: dict[str, Any]) -> list[str]:
    """The words of the schema, if the value is one of some words."""
    return [word for branch in (schema, *schema.get("anyOf", ())) for word in branch.get("enum", ())]


def _came(value: Any, *, is_open: bool) -> str:
    """The type of the value in words; the value itself only where no secret can be."""
    kind = "a date or time" if isinstance(value, date | time) else _NAMES.get(type(value), type(value).__name__)
    if not is_open or isinstance(value, list | dict):
        return kind
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text} ({kind})"
