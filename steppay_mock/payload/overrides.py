"""Deep overrides of a payload: the values that the user fixed, checked against the plan of the event.

An override is a tree: a dict for an object, a list or a dict by place for a list, anything else for a value. A field
that it names must exist in the schema; a field that it does not name is made as usual. ``Pins`` are the same tree, kept
for the rules of ``coherence``: they must not change a pinned field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isinf
from typing import Any, NoReturn

from steppay_mock.contract.long_numbers import MOST_DIGITS, is_long
from steppay_mock.errors import SteppayMockError, nearest
from steppay_mock.payload.draw import Draw
from steppay_mock.payload.plan import SchemaNode

Override = Any
Pins = dict[Any, Any]
"""An override of an object, made plain."""

NO_PINS: Pins = {}

_LAST_PLACE = 999  # a place in a list makes all places before it too
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


class UnknownPathError(SteppayMockError):
    """A path that the schema does not have."""


def plain_override(override: Override) -> Override:
    """A copy of the override in which each mapping is a dict and each sequence a list."""
    if isinstance(override, Mapping):
        return {name: plain_override(inner) for name, inner in override.items()}
    if isinstance(override, list | tuple):
        return [plain_override(inner) for inner in override]
    return override


def apply_override(override: Override, value: Any, node: SchemaNode, draw: Draw, *, path: str) -> Any:
    """The value with the override applied: objects field by field, lists place by place, the rest replaced."""
    if override == {} and isinstance(value, dict):
        return value
    if isinstance(override, dict) and node.is_object:
        return _apply_to_object(override, value, node, draw, path=path)
    if node.item is not None and _names_places(override, node):
        return _apply_to_list(override, value, node.item, draw, path=path)
    return plain_override(override)  # a copy: the events of a run must not share one list


def pins_below(pins: Pins, step: str | int) -> Pins:
    """The pins below one step, lists by place; empty if there are none."""
    inner = pins.get(step)
    if inner.__class__ is list:
        return dict(enumerate(inner))
    return inner if inner.__class__ is dict else NO_PINS


def parse_settings(settings: Mapping[str, str], root: SchemaNode) -> dict[str, Any]:
    """The override tree of settings such as ``{"data.items.0.paidAmount": "9900"}``.

    A path is written ``data.items.0.x``, ``data.items[0].x`` or ``$.data.items[0].x``. A value is read as JSON; it is
    text if it is not JSON, or if the schema wants text. An unknown path is an error that names the nearest.
    """
    tree: dict[str, Any] = {}
    for path, text in settings.items():
        steps, node = _walk(path, root)
        inner: dict[Any, Any] = tree
        for step in steps[:-1]:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                raise SteppayMockError(
                    f"{path!r} is part of a value that another setting replaces. Set one or the other."
                )
        if steps[-1] in inner:
            raise SteppayMockError(
                f"{path!r} replaces a value of which another setting fixes a part. Set one or the other."
            )
        inner[steps[-1]] = _read_value(text, node, path=path)
    return tree


def known_paths(node: SchemaNode, prefix: str = "") -> Iterator[str]:
    """Every path of a plan, lists by their first place: ``data.items.0.paidAmount``."""
    if prefix:
        yield prefix
    for name, below in node.fields.items():
        yield from known_paths(below, f"{prefix}.{name}" if prefix else name)
    if node.item is not None:
        yield from known_paths(node.item, f"{prefix}.0")


def has_path(path: str, root: SchemaNode) -> bool:
    """Whether the schema has the path, written as for :func:`parse_settings`."""
    try:
        _walk(path, root)
    except UnknownPathError:
        return False
    return True


def unknown_path(path: str, root: SchemaNode) -> UnknownPathError:
    """The error for a path that the schema does not have."""
    plain = re.sub(r"\.\d+(?=\.|$)", ".0", path)
    known = list(known_paths(root))
    home, _, name = plain.rpartition(".")
    there = [one.rpartition(".")[2] for one in known if one.rpartition(".")[0] == home]
    if there == ["0"]:  # a list
        near: str | None = f"{home}.0"
    elif there:
        found = nearest(name, there)
        near = f"{home}.{found}".removeprefix(".") if found else None
    else:
        near = nearest(plain, (one for one in known if not plain.startswith(f"{one}.")))
    step = f"Did you mean {near!r}?" if near else f"The fields there are: {', '.join(there or root.fields)}."
    return UnknownPathError(f"There is no field at {path!r}. {step}")


def _apply_to_object(override: Pins, value: Any, node: SchemaNode, draw: Draw, *, path: str) -> dict[str, Any]:
    made = dict(value) if isinstance(value, dict) else _made(node, draw)
    for name, inner in override.items():
        if name not in node.fields:
            raise _unknown_field(name, node, path=path)
        made[name] = apply_override(inner, made[name], node.fields[name], draw, path=f"{path}.{name}")
    return made


def _names_places(override: Override, node: SchemaNode) -> bool:
    if isinstance(override, dict):
        return True
    return isinstance(override, list) and node.item is not None and node.item.is_object


def _apply_to_list(override: Any, value: Any, item: SchemaNode, draw: Draw, *, path: str) -> list[Any]:
    made = list(value) if isinstance(value, list) else []
    if isinstance(override, dict):
        places = {_place(key, path=path): inner for key, inner in override.items()}
        length = max(len(made), *(place + 1 for place in places), 0) if places else len(made)
    else:
        places, length = dict(enumerate(override)), len(override)
    made = [made[place] if place < len(made) else _made(item, draw) for place in range(length)]
    for place, inner in places.items():
        made[place] = apply_override(inner, made[place], item, draw, path=f"{path}.{place}")
    return made


def _made(node: SchemaNode, draw: Draw) -> Any:
    """A value that is not null, even if the field may be null."""
    if node.is_object:
        return {name: below.make(draw) for name, below in node.fields.items()}
    return node.make(draw)


_LONGEST_PLACE = 20  # digits of a place that are read: more would exceed _LAST_PLACE anyway


def _place(key: object, *, path: str) -> int:
    if isinstance(key, int) and 0 <= key <= _LAST_PLACE:
        return key
    given = "a number of thousands of digits" if isinstance(key, int) and is_long(key) else repr(key)
    raise SteppayMockError(
        f"{path!r} is a list: name its places by numbers from 0 to {_LAST_PLACE}, not {given}, as in '{path}.0'."
    )


def _unknown_field(name: object, node: SchemaNode, *, path: str) -> SteppayMockError:
    near = nearest(name, node.fields)
    step = f"Did you mean '{path}.{near}'?" if near else f"It has: {', '.join(node.fields)}."
    return SteppayMockError(f"There is no field '{path}.{name}'. {step}")


def _walk(path: str, root: SchemaNode) -> tuple[list[str | int], SchemaNode]:
    """The steps of a written path, and the node at its end."""
    plain = path.removeprefix("$").removeprefix(".")
    found = list(_STEP.finditer(plain))
    if not found or "".join(match.group(0) for match in found) != plain:
        raise SteppayMockError(f"{path!r} is not a path. Write it like data.items.0.paidAmount")
    steps: list[str | int] = []
    node = root
    for match in found:
        name = match.group(1) or match.group(2)
        if node.item is not None and name.isdecimal():
            steps.append(int(name[:_LONGEST_PLACE]))
            node = node.item
        elif name in node.fields:
            steps.append(name)
            node = node.fields[name]
        elif "additionalProperties" in node.schema:
            steps.append(name)
            node = SchemaNode(node.schema["additionalProperties"], node.make)
        else:
            raise unknown_path(plain, root)
    return steps, node


def _read_value(text: str, node: SchemaNode, *, path: str) -> Any:
    if node.is_text and text != "null" and not text.startswith('"'):
        return text
    return json_or_text(text, path=path)


def json_or_text(text: str, *, path: str) -> Any:
    """The value of a setting as JSON, or the text where it is none; SteppayMockError for what no JSON can hold."""
    from json import JSONDecodeError, loads

    def refused(number: str) -> NoReturn:
        raise SteppayMockError(
            f"{path}={text[:80]}: no JSON can hold {number[:20]}. Write a finite number, or a text in quotes."
        )

    def finite(digits: str) -> float:
        number = float(digits)
        if isinf(number):
            refused(digits)
        return number

    try:
        return loads(text, parse_int=_integer, parse_float=finite, parse_constant=refused)
    except (JSONDecodeError, RecursionError):
        return text


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise SteppayMockError(
            f"An integer of {len(digits)} digits cannot be sent: at most {MOST_DIGITS} are. Write a shorter one."
        )
    return int(digits)
