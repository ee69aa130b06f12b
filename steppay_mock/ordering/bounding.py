"""Reads the options that bound disorder: ``late_by=``, ``distance=`` and ``duplicates=``."""

from __future__ import annotations

import re
from math import isfinite

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.face import option

UNITS = {"d": ("day", 86_400), "h": ("hour", 3_600), "m": ("minute", 60), "s": ("second", 1)}
"""Units of time by their letter, the longest first: the noun, and its seconds."""

_SPAN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([smhd])\s*")
_MOST_PLACES = 100_000


def read_late_by(value: object) -> float | None:
    """Seconds, from seconds or a text such as ``10m``; None for None. SteppayMockError for anything else."""
    if value is None:
        return None
    seconds: object = value
    if isinstance(value, str):
        found = _SPAN.fullmatch(value)
        seconds = None if found is None else float(found[1]) * UNITS[found[2]][1]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isfinite(seconds) or seconds < 0:
        raise SteppayMockError(
            f"{option('late_by', value=value)}: expected seconds, or a text such as 90s, 10m, 2h or 1d. Pass "
            f"{option('late_by', value='10m')}."
        )
    return float(seconds)


def read_distance(value: object) -> int | None:
    """The number of places; None for None. SteppayMockError for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_PLACES:
        raise SteppayMockError(
            f"{option('distance', value=value)}: expected a whole number of places from 1 to {_MOST_PLACES:,}. Pass "
            f"{option('distance', value=3)}."
        )
    return value


def read_duplicates(value: object) -> tuple[bool, bool]:
    """Whether events are repeated, and whether at every later place even where a bound would leave some out."""
    if value == "everywhere":
        return True, True
    if not isinstance(value, bool):
        raise SteppayMockError(
            f"{option('duplicates', value=value)}: expected True, False or 'everywhere'. Pass "
            f"{option('duplicates', value=True)}."
        )
    return value, False
