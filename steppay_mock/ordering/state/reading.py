"""Reads objects that a probe returns as dicts, lists, sets and values, one level at a time.

Rows of a query (sqlite3, SQLAlchemy's ``Row``) become dicts. Instances of a user's class (dataclasses, named tuples,
attrs, models of pydantic, SQLAlchemy and Django) become dicts of their fields, and keep the name of the class. Their
libraries are recognised by attributes of the type, so that none of them has to be imported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

Reader = Callable[[Any], Any]
"""Turns an object into a dict, a list, a set or a value, without a look at its members."""

VALUES: frozenset[type] = frozenset({str, int, type(None), bytes, datetime, date, time, timedelta, UUID, Fraction})
"""Types whose values are compared as Python does. bool is not among them, because True equals 1; float and Decimal are
not, because NaN is unequal to itself."""

_KINDS_OF_VALUES = (str, int, bytes, date, time, timedelta, UUID, Fraction, PurePath)


class Unordered(list[Any]):
    """The members of a set with repetitions, in plain form. Their order is always the same."""

    def __repr__(self) -> str:
        return f"{{{', '.join(map(repr, self))}}}" if self else "set()"


class NotANumber(float):
    """A NaN that equals itself; there is only one."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __hash__(self) -> int:
        return id(type(self))

    def __reduce__(self) -> str:
        return "NAN"


NAN = NotANumber("nan")


def reader_of(kind: type) -> Reader | None:
    """The reader of this type; None if no rule knows the type."""
    return next((reader for reader in (rule(kind) for rule in _RULES) if reader is not None), None)


def class_of(kind: type) -> str | None:
    """The full name of a class whose instances differ from those of other classes; None for rows and plain data."""
    rule = next((rule for rule in _RULES if rule(kind) is not None), None)
    return f"{kind.__module__}.{kind.__qualname__}" if rule in _OF_A_CLASS else None


def same(value: Any) -> Any:
    """The value as it is."""
    return value


def number(value: float) -> float:
    """The number, or NAN."""
    return NAN if value != value else value  # noqa: PLR0124 - only NaN is unequal to itself


def member(value: Enum) -> Enum:
    """The member of an enumeration; if its class was defined again, the equal member that was seen first."""
    kind = type(value)
    return _SEEN.setdefault((kind.__module__, kind.__qualname__, value.name, repr(value.value)), value)


_SEEN: dict[tuple[str, ...], Enum] = {}


def decimal(value: Decimal) -> Decimal | float:
    """The number, or NAN."""
    return NAN if value.is_nan() else value


def _value(kind: type) -> Reader | None:
    if issubclass(kind, _KINDS_OF_VALUES):
        return same
    if issubclass(kind, float):
        return number
    if issubclass(kind, Decimal):
        return decimal
    if issubclass(kind, Enum):
        return member
    return bytes if issubclass(kind, bytearray | memoryview) else None


def _mapping(kind: type) -> Reader | None:
    if issubclass(kind, Counter):  # a count of 0 is the same as no count, as in Counter's own ==
        return lambda counted: {thing: count for thing, count in counted.items() if count != 0}
    return dict if issubclass(kind, Mapping) else None


def _sqlalchemy(kind: type) -> Reader | None:
    mapper: Any = getattr(kind, "__mapper__", None)
    if not hasattr(mapper, "column_attrs"):
        return None
    return _fields(attribute.key for attribute in mapper.column_attrs)


def _django(kind: type) -> Reader | None:
    meta: Any = getattr(kind, "_meta", None)
    if not hasattr(meta, "concrete_fields"):
        return None
    return _fields(field.attname for field in meta.concrete_fields)


def _pydantic(kind: type) -> Reader | None:
    return (lambda model: model.model_dump()) if callable(getattr(kind, "model_dump", None)) else None


def _attrs(kind: type) -> Reader | None:
    attributes = getattr(kind, "__attrs_attrs__", None)
    return None if attributes is None else _fields(attribute.name for attribute in attributes)


def _dataclass(kind: type) -> Reader | None:
    return _fields(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _named_tuple(kind: type) -> Reader | None:
    if hasattr(kind, "_fields") and issubclass(kind, Sequence):
        return lambda row: _columns(row._fields, row)
    return None


def _row_of_sqlalchemy(kind: type) -> Reader | None:
    """Read a SQLAlchemy Row: a named tuple whose class belongs to the query, and not to the user."""
    return _named_tuple(kind) if hasattr(kind, "_mapping") else None


def _row(kind: type) -> Reader | None:
    """Read a row of sqlite3 or another driver, which has ``keys()`` and is no Mapping."""
    return _row_as_dict if hasattr(kind, "keys") and hasattr(kind, "__getitem__") else None


def _row_as_dict(row: Any) -> dict[str, Any]:
    names = tuple(row.keys())
    if len(set(names)) == len(names):
        return {name: row[name] for name in names}
    return _columns(names, (row[at] for at in range(len(names))))


def _set(kind: type) -> Reader | None:
    """Read a set, or dict.values(), whose order is that of the keys and means nothing."""
    return Unordered if issubclass(kind, AbstractSet | ValuesView) else None


def _sequence(kind: type) -> Reader | None:
    return list if issubclass(kind, Sequence) else None


# The first rule that knows a type wins. So models come before named tuples and sequences, and rows of SQLAlchemy,
# which are named tuples too, come before those.
_RULES: tuple[Callable[[type], Reader | None], ...] = (
    _value, _mapping, _sqlalchemy, _django, _pydantic, _attrs, _dataclass,
    _row_of_sqlalchemy, _named_tuple, _row, _set, _sequence,
)  # fmt: skip
_OF_A_CLASS = {_sqlalchemy, _django, _pydantic, _attrs, _dataclass, _named_tuple}


def _fields(names: Iterable[str]) -> Reader:
    known = tuple(names)
    return lambda thing: {name: getattr(thing, name) for name in known}


def _columns(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    """The row as a dict. Of two columns with one name (a join without aliases) the second is called ``name (2)``."""
    seen: Counter[str] = Counter()
    row: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        seen[name] += 1
        row[name if seen[name] == 1 else f"{name} ({seen[name]})"] = value
    return row
