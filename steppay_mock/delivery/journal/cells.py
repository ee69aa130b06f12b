"""The cells of a journal's rows as they are shown: what is damaged is left out, so that the rest can still be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Cell = Callable[[Any], Any]

_LATEST = 2.5e11  # seconds, in the year 9892: dates go no further than 9999


def text(value: Any) -> str:
    """A text; what is none is shown as Python writes it."""
    return value if isinstance(value, str) else repr(value)


def perhaps_text(value: Any) -> str | None:
    """A text, or nothing."""
    return None if value is None else text(value)


def whole(value: Any) -> int:
    """A whole number, 0 in the place of something else."""
    return value if isinstance(value, int) else 0


def perhaps_whole(value: Any) -> int | None:
    """A whole number, or nothing."""
    return value if isinstance(value, int) else None


def seconds(value: Any) -> float:
    """Seconds, 0 in the place of something else."""
    return perhaps_seconds(value) or 0.0


def perhaps_seconds(value: Any) -> float | None:
    """Seconds, or nothing."""
    return value if isinstance(value, int | float) and abs(value) < _LATEST else None


def content(value: Any) -> bytes:
    """Bytes, none in the place of something else."""
    return value if isinstance(value, bytes) else b""


def read_row(row: Sequence[Any], cells: Sequence[Cell]) -> list[Any]:
    """The row, each cell read in its way."""
    return [cell(value) for cell, value in zip(cells, row, strict=True)]


def headers_of(stored: str | None) -> dict[str, str]:
    """The headers of an answer; none where they are damaged."""
    try:
        found = json.loads(stored) if stored else {}
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}
