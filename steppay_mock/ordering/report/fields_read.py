"""Finds the fields that the receiver read in the line that raised, and those that the webhook does not have.

It reads the source of the innermost frame of the receiver itself: not of an installed package, not of Python.
"""

from __future__ import annotations

import ast
import linecache
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.schemas import Schema, event_schema
from steppay_mock.delivery.excerpt import excerpt

Steps = tuple[str | int, ...]
"""A path into a payload: ``("data", "items", 0, "code")``."""

_NOT_THE_RECEIVER = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(__file__).parents[2])}  # steppay_mock itself
)
_INSTALLED = {"site-packages", "dist-packages"}
_ELSEWHERE = {"environ", "headers", "META", "session", "config", "settings", "cookies", "args", "query_params"}
_MISTAKEN = {"eventType": "event", "event_type": "event", "orderCode": "orderId"}  # seen in the wild (fact 2)
_BY_OBJECT = {"subscription": "subscriptionId", "payment": "paymentId", "product": "code", "order": "id"}


def fields_read(exception: BaseException, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """A sentence for each field that the line read; none if there is no source, or it read none."""
    found = _own_frame(exception)
    if found is None:
        return ()
    file, line = found
    try:
        paths = _paths_in_line("".join(linecache.getlines(file)), line)
    except (SyntaxError, ValueError, RecursionError):  # the file changed since it was imported
        return ()
    where = f"{excerpt(Path(file).name, limit=60)}:{line}"
    blamed = exception.args[0] if isinstance(exception, KeyError) and exception.args else None
    sentences = (_sentence(path, payload, blamed) for path in paths)
    return tuple(dict.fromkeys(f"{where} reads {sentence}" for sentence in sentences if sentence))


def _own_frame(exception: BaseException) -> tuple[str, int] | None:
    """The file and the line of the innermost frame that is the receiver's."""
    while isinstance(exception, BaseExceptionGroup):  # ASGI frameworks with task groups wrap the error
        exception = exception.exceptions[0]
    own = [place for place in _frames(exception.__traceback__) if _is_own(place[0])]
    return own[-1] if own else None


def _frames(traceback: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next


def _is_own(file: str) -> bool:
    if file.startswith("<"):
        return False
    return not file.startswith(_NOT_THE_RECEIVER) and _INSTALLED.isdisjoint(Path(file).parts)


def _paths_in_line(source: str, line: int) -> list[Steps]:
    """The keys that the line reads by subscript or ``get``, as paths; of one expression only the longest path."""
    nodes = [node for node in ast.walk(ast.parse(source)) if _reads(node) and _is_at(node, line)]
    # data["items"][0]["code"] holds three reads, of which only the whole one says which field is meant.
    parts = {part for node in nodes for part in _bases(node)}
    whole = sorted((node for node in nodes if node not in parts), key=_where)
    paths = [_path(node) for node in whole]
    return [path for path in paths if path]


def _is_at(node: Any, line: int) -> bool:
    return bool(node.lineno <= line <= (node.end_lineno or node.lineno))


def _where(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _bases(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions from which this one reads, the nearest first."""
    while (read := _read_of(node)) is not None:
        node = read[0]
        yield node


def _reads(node: ast.AST) -> bool:
    return _read_of(node) is not None


def _read_of(node: ast.AST) -> tuple[ast.expr, str | int] | None:
    """The expression from which a subscript or a ``get`` reads, and the key."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        base, key = node.value, node.slice.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        base, key = node.func.value, getattr(node.args[0], "value", None)
    else:
        return None
    if type(key) not in (str, int) or _name(base) in _ELSEWHERE:
        return None
    return base, key  # type: ignore[return-value]


def _name(base: ast.expr) -> str:
    return getattr(base, "attr", "") or getattr(base, "id", "")


def _path(node: ast.AST) -> Steps:
    steps: list[str | int] = []
    while (read := _read_of(node)) is not None:
        node, key = read
        steps.insert(0, key)
    while steps and isinstance(steps[0], int):  # an index into a list of the receiver, not of the payload
        del steps[0]
    return tuple(steps)


# The sentence about a path, after a look into the payload.


def _sentence(path: Steps, payload: Mapping[str, Any], blamed: object) -> str:
    """The field, and whether the event has it; empty if the key may belong to data of the receiver.

    ``blamed`` is the key that a KeyError names.
    """
    far, reached = max((_reached(path, start, prefix) for start, prefix in _starts(payload)), key=_how_far)
    if far == len(path):
        has = "is not where it was read: this event has" if blamed in path else "this event has:"
        return f'"{_field(path)}", which {has} $.{_field(reached)}.'
    missing = path[far]
    if isinstance(missing, int):
        return f'"{_field(path[: far + 1])}", but this event has fewer.'
    why = _why_missing(missing, payload)
    if not why and missing != blamed:
        return ""
    return f'"{excerpt(missing)}", which {why or "no event of this type has."}'


def _starts(payload: Mapping[str, Any]) -> Iterator[tuple[Any, Steps]]:
    """The objects in which a path may begin: the envelope, and every object in it."""
    waiting: list[tuple[Any, Steps]] = [(payload, ())]
    while waiting:
        value, prefix = waiting.pop(0)
        if isinstance(value, Mapping):
            yield value, prefix
            waiting += [(inner, (*prefix, name)) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(inner, (*prefix, at)) for at, inner in enumerate(value)]


def _reached(path: Steps, value: Any, prefix: Steps) -> tuple[int, Steps]:
    """How many steps of the path exist from there, and the place in the payload that they reach."""
    for far, step in enumerate(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return far, (*prefix, *path[:far])
    return len(path), (*prefix, *path)


def _how_far(reached: tuple[int, Steps]) -> int:
    return reached[0]


def _field(path: Steps) -> str:
    return ".".join(excerpt(str(step)) for step in path)


def _why_missing(name: str, payload: Mapping[str, Any]) -> str:
    """Why a field does not exist, as far as that is known; empty for a name that is not the vendor's."""
    kind = str(payload.get("event"))
    if kind in set(EventType) and name in _documented(event_schema(kind)):
        return "this event does not have: fields that are null are left out (fact 7)."
    meant = _BY_OBJECT.get(kind.partition(".")[0]) if name == "id" else _MISTAKEN.get(name)
    return f'no event of this type has: read "{meant}".' if meant else ""


def _documented(schema: Schema) -> frozenset[str]:
    """The names of all fields of a schema, at any depth."""
    names: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        one = waiting.pop()
        names |= one.get("properties", {}).keys()
        waiting += [*one.get("properties", {}).values(), *one.get("anyOf", ()), *filter(None, [one.get("items")])]
    return frozenset(names)
