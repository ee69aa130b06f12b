"""Reads the speed of time as a file and the command line write it: 0, real, or a rate such as 1d=1s."""

from __future__ import annotations

import re

from steppay_mock.errors import SteppayMockError

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_RATE = re.compile(r"(\d+(?:\.\d+)?)([smhd])=(\d+(?:\.\d+)?)(ms|[smhd])")


def read_speed(text: str) -> float:
    """Seconds of waiting for a second of the story: 0, ``real``, or a rate such as ``1d=1s``.

    Raises SteppayMockError for another word.
    """
    if text in {"0", "real"}:
        return float(text == "real")
    found = _RATE.fullmatch(text)
    if found is None or not float(found[1]):
        raise SteppayMockError(f"{text!r} is no speed. Write 0, real, or a rate such as 1d=1s.")
    return float(found[3]) * _UNITS[found[4]] / (float(found[1]) * _UNITS[found[2]])
