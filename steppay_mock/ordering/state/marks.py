"""Marks in a normal form, which is made of tuples, frozensets and values only.

A mark tells what a tuple was made from: ``(Members, frozenset)`` is a dict, ``(Named("app.Row"), ...)`` an instance,
``(Many, ...)`` a set with counts; a tuple without a mark is a list. Booleans are marks too, because to Python True
equals 1. Each mark is one object, so comparing and hashing it is fast.
"""

from __future__ import annotations

from functools import cache
from typing import Any


class Members:
    """Marks the members of a dict."""


class Many:
    """Marks a set in which something is more than once: pairs of the thing and its count."""


class Named:
    """Marks the fields of an instance with the name of its class; there is one mark for each name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


@cache
def named(name: str) -> Named:
    """The mark of a class. A class that was defined again has the same name, and so the same mark."""
    return Named(name)


class Flag:
    """A boolean, unequal to the numbers 0 and 1; there are two of them."""

    __slots__ = ("value",)

    def __init__(self, *, value: bool) -> None:
        self.value = value

    def __reduce__(self) -> str:
        return "TRUE" if self.value else "FALSE"


TRUE, FALSE = Flag(value=True), Flag(value=False)


def is_marked(form: tuple[Any, ...]) -> bool:
    """Whether a tuple of a normal form begins with a mark; if not, it is a list."""
    return len(form) == 2 and (form[0] is Members or form[0] is Many or type(form[0]) is Named)


class Instance(dict[str, Any]):
    """The fields of an instance in plain form, with the full name of its class."""

    __slots__ = ("of",)

    def __init__(self, of: str, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.of = of

    def __repr__(self) -> str:
        return f"{self.of.rpartition('.')[2]}({', '.join(f'{name}={value!r}' for name, value in self.items())})"
