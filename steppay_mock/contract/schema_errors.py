"""The schema errors of a payload: jsonschema's errors as plain facts, one for each faulty place.

jsonschema reports each broken keyword, nested errors of ``anyOf``, and several errors for one value. A reader needs one
error for each place, in the order of the payload.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Place = tuple[str | int, ...]

# Where several keywords object to one value, the first of these is the one that helps.
_PRECEDENCE = ("type", "enum", "const", "pattern", "not", "minimum", "maximum", "required", "additionalProperties")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """A keyword of the schema that a value breaks."""

    keyword: str
    rule: Any
    """The value of the keyword: what it demands."""
    value: Any
    place: Place
    """The steps to the value; of a missing field, the steps to where it belongs."""
    fields: tuple[str, ...]
    """The documented fields, where the value is an object."""


def collect_schema_errors(body: Any, errors: Iterable[ValidationError]) -> list[SchemaError]:
    """The schema errors behind jsonschema's errors, one for each place, in the order of the payload."""
    by_place: dict[Place, SchemaError] = {}
    for top in errors:
        for error in _leaves(top):
            for found in _schema_errors(error):
                known = by_place.get(found.place)
                if known is None or _rank(found) < _rank(known):
                    by_place[found.place] = found
    positions = _Positions()
    return [by_place[place] for place in sorted(by_place, key=lambda place: positions.of(place, body))]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that name a faulty value: of an ``anyOf``, those of its first branch.

    The schemas use ``anyOf`` only for a value that may be null: ``[the value's schema, null]``. "Is not null" helps
    nobody, so the second branch is left out.
    """
    if error.validator != "anyOf":
        yield error
        return
    for inner in error.context or ():
        if inner.relative_schema_path[0] == 0:
            yield from _leaves(inner)


def _schema_errors(error: ValidationError) -> Iterator[SchemaError]:
    schema = cast("dict[str, Any]", error.schema)
    rule = cast("Any", error.validator_value)
    keyword, value = str(error.validator), cast("Any", error.instance)
    place: Place = tuple(error.absolute_path)
    fields: tuple[str, ...] = tuple(schema.get("properties", ()))
    if keyword == "additionalProperties":  # jsonschema makes one error for all unknown fields of an object
        for name in value:
            if name not in fields:
                yield SchemaError(keyword, rule, value, (*place, name), fields)
    elif keyword == "required":
        # jsonschema makes one error for each absent field, and names the field in nothing but its message.
        name = next(name for name in rule if error.message.startswith(repr(name)))
        yield SchemaError(keyword, rule, value, (*place, name), fields)
    else:
        yield SchemaError(keyword, rule, value, place, fields)


def _rank(error: SchemaError) -> int:
    return _PRECEDENCE.index(error.keyword) if error.keyword in _PRECEDENCE else len(_PRECEDENCE)


class _Positions:
    """The positions of places in a payload, to sort by.

    The names of each object are numbered once. Numbering them for each place costs the square of the fields, which is
    slow for an object of thousands of faulty ones.
    """

    def __init__(self) -> None:
        self._names: dict[int, dict[Any, int]] = {}
        """By the id of their object. The payload keeps its objects alive, so no id is used twice."""

    def of(self, place: Place, body: Any) -> tuple[float, ...]:
        """The position of the place; an absent field comes after the fields that are there."""
        position: list[float] = []
        for step in place:
            if isinstance(body, dict) and step in body:
                position.append(self._names_in(body)[step])
                body = body[step]
            elif isinstance(body, list | tuple) and isinstance(step, int):
                position.append(step)
                body = body[step]
            else:
                position.append(float("inf"))
        return tuple(position)

    def _names_in(self, body: dict[Any, Any]) -> dict[Any, int]:
        known = self._names.get(id(body))
        if known is None:
            known = self._names[id(body)] = {name: number for number, name in enumerate(body)}
        return known
