"""Checks whole numbers: each has a least and a greatest value."""

from __future__ import annotations

from typing import get_args

from steppay_mock.errors import SteppayMockError
from steppay_mock.store.options import Interval
from steppay_mock.values import check_choice


def check_whole(name: str, value: object, *, least: int = 1, most: int) -> int:
    """The number; SteppayMockError unless it is a whole one within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SteppayMockError(f"{name}={value!r}: give a whole number from {least} to {most:,}.")
    return value


def check_quantity(quantity: object) -> int:
    """The quantity; SteppayMockError if nobody can order so many."""
    return check_whole("quantity", quantity, most=100_000)


def check_interval(unit: object, count: object, *, name: str) -> tuple[str, int]:
    """The unit and the number of an interval; ``name`` is that of the number."""
    return check_choice("interval", unit, get_args(Interval)), check_whole(name, count, most=24)
