"""Checks and cuts numbers that are too long for a float, or for Python to write in decimal digits.

``str`` and ``repr`` of an integer of more than 4,300 digits raise ValueError (``sys.set_int_max_str_digits``), and a
payload under test may have one. An error message about it must not raise, so each place that shows a value uses these.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, TypeGuard

MOST_DIGITS = 4_000
"""The most digits of an integer that is read or written. Python's own limit is 4,300 unless a program changes it."""

_LIMIT: int = 10**MOST_DIGITS


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether the value is a finite number that a float can hold, and not a bool."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # an integer of more than 308 digits
        return False


def is_long(value: int) -> bool:
    """Whether the integer has too many digits to be written."""
    return not -_LIMIT < value < _LIMIT


def written(value: object) -> str:
    """The value as messages show it, even if it holds a number that Python refuses to write."""
    try:
        return repr(value)
    except ValueError:
        return "a number of thousands of digits"


def writable(value: Any) -> Any:
    """The value; of an integer with too many digits, a text that differs for each integer."""
    if isinstance(value, int) and is_long(value):
        return f"an integer of {value.bit_length()} bits: {value:#x}"
    return value


def clipped(value: Any) -> Any:
    """The value with its integers cut to a length that can be written; the same object, if there is nothing to cut.

    For rules, such as a bound of 64 bits, to which all numbers of thousands of digits are alike.
    """
    return _cut(value) if _has_long(value) else value


def _has_long(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_long, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_long, value))
    return isinstance(value, int) and is_long(value)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(inner) for inner in value]
    if isinstance(value, int) and is_long(value):
        return _LIMIT - 1 if value > 0 else 1 - _LIMIT
    return value
