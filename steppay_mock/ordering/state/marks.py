"""The marks in a normal form: they keep dicts, instances, repeated things and booleans apart from lists and numbers.

Each mark is one object, so comparing and hashing it costs next to nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any


class Members:
    """Stands before the members of a dict."""


class Many:
    """Stands before the things of a set of which some are there more than once: pairs of a thing and how often."""


class Named:
    """Stands before the fields of an instance, and names its class; there is one for each name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return named, (self.name,)


@cache
def named(name: str) -> Named:
    """The mark of a class. A class that was made anew has the same name, and so the same mark."""
    return Named(name)


class Flag:
    """A boolean: unequal to the numbers 0 and 1; there are two."""

    __slots__ = ("value",)

    def __init__(self, *, value: bool) -> None:
        self.value = value

    def __reduce__(self) -> str:
        return "TRUE" if self.value else "FALSE"


TRUE, FALSE = Flag(value=True), Flag(value=False)


def is_marked(form: tuple[Any, ...]) -> bool:
    """Whether a tuple of a normal form is a mark and what it stands before, and no list."""
    return len(form) == 2 and (form[0] is Members or form[0] is Many or type(form[0]) is Named)


class Instance(dict[str, Any]):
    """The fields of an instance in a plain form, with the full name of its class."""

    __slots__ = ("of",)

    def __init__(self, of: str, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.of = of

    def __repr__(self) -> str:
        return f"{self.of.rpartition('.')[2]}({', '.join(f'{name}={value!r}' for name, value in self.items())})"
