"""The options that bound disorder, ``late_by=`` and ``distance=``, as the caller says them and in words."""

from __future__ import annotations

import re
from math import isfinite

from steppay_mock.errors import SteppayMockError

UNITS = {"d": ("day", 86_400), "h": ("hour", 3_600), "m": ("minute", 60), "s": ("second", 1)}
_SPAN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([smhd])\s*")
_MOST_PLACES = 100_000


def read_late_by(value: object) -> float | None:
    """Seconds, from seconds or a text such as ``10m``; None where nothing was given."""
    if value is None:
        return None
    seconds: object = value
    if isinstance(value, str):
        found = _SPAN.fullmatch(value)
        seconds = None if found is None else float(found[1]) * UNITS[found[2]][1]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isfinite(seconds) or seconds < 0:
        raise SteppayMockError(
            f"late_by={value!r} is no time. Say how many seconds, or write it as 90s, 10m, 2h or 1d: late_by='10m'"
        )
    return float(seconds)


def read_distance(value: object) -> int | None:
    """How many places; None where nothing was given."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_PLACES:
        raise SteppayMockError(f"distance={value!r}: give a whole number of places from 1 to {_MOST_PLACES:,}.")
    return value


def read_duplicates(value: object) -> tuple[bool, bool]:
    """Whether events come once more, and whether they do at every later place where a bound would spare some."""
    if value == "everywhere":
        return True, True
    if not isinstance(value, bool):
        raise SteppayMockError(
            f"duplicates={value!r} is neither True nor False, nor 'everywhere'. Say duplicates=True."
        )
    return value, False
