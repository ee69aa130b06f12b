"""Which places of a payload are faulty? jsonschema's errors as plain facts, one for each place."""

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
class Fault:
    """One keyword of the schema that one value breaks."""

    keyword: str
    rule: Any
    """What the keyword demands."""
    value: Any
    place: Place
    """Where the value stands; for a missing field where it ought to stand."""
    fields: tuple[str, ...]
    """The documented fields, where the value is an object."""


def collect_faults(body: dict[str, Any], errors: Iterable[ValidationError]) -> list[Fault]:
    """The faults behind jsonschema's errors, one for each place, in the order of the payload."""
    by_place: dict[Place, Fault] = {}
    for top in errors:
        for error in _leaves(top):
            for fault in _faults(error):
                known = by_place.get(fault.place)
                if known is None or _rank(fault) < _rank(known):
                    by_place[fault.place] = fault
    positions = _Positions()
    return [by_place[place] for place in sorted(by_place, key=lambda place: positions.of(place, body))]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """A nullable place is written ``anyOf [what it is, null]``: what is wrong with it stands in the first branch."""
    if error.validator != "anyOf":
        yield error
        return
    for inner in error.context or ():
        if inner.relative_schema_path[0] == 0:
            yield from _leaves(inner)


def _faults(error: ValidationError) -> Iterator[Fault]:
    schema = cast("dict[str, Any]", error.schema)
    rule = cast("Any", error.validator_value)
    keyword, value = str(error.validator), cast("Any", error.instance)
    place: Place = tuple(error.absolute_path)
    fields: tuple[str, ...] = tuple(schema.get("properties", ()))
    if keyword == "additionalProperties":  # one error for all that is unknown
        for name in value:
            if name not in fields:
                yield Fault(keyword, rule, value, (*place, name), fields)
    elif keyword == "required":
        # One error for each absent property, which stands in nothing but the message.
        name = next(name for name in rule if error.message.startswith(repr(name)))
        yield Fault(keyword, rule, value, (*place, name), fields)
    else:
        yield Fault(keyword, rule, value, place, fields)


def _rank(fault: Fault) -> int:
    return _PRECEDENCE.index(fault.keyword) if fault.keyword in _PRECEDENCE else len(_PRECEDENCE)


class _Positions:
    """Where places stand in a payload. The names of each object are counted once, not once for each place in it."""

    def __init__(self) -> None:
        self._names: dict[int, dict[Any, int]] = {}
        """By the identity of an object of the payload, which outlives this."""

    def of(self, place: Place, body: Any) -> tuple[float, ...]:
        """Where the place stands in the payload; what is absent comes after what is there."""
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
