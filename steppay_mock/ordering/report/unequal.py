"""Tells where two states differ that should be equal, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from steppay_mock.ordering.face import option

if TYPE_CHECKING:
    from steppay_mock.ordering.state.difference import Difference

_LAST_NAME = re.compile(r"\.([^.\[\]]+)$")
_ROW = re.compile(r"\[[^\]*]+\]")
_MOST = 5


def suggest_ignore(found: Sequence[Difference]) -> tuple[str, ...]:
    """What ``ignore=`` has to name so that the values that differ do not count; not the rows that come or go."""
    names = [_pattern(one.path) for one in found if one.kind == "changed"]
    return tuple(dict.fromkeys(names))[:_MOST]


def advise(found: Sequence[Difference]) -> Iterator[str]:
    """What to do about states that differ though they should be equal; one sentence each."""
    if names := suggest_ignore(found):
        yield f"If that does not count: {option('ignore', value=list(names))}"
    if any(one.kind in {"missing", "unexpected"} for one in found):
        yield (
            "Rows came or went. Does the receiver go on with its work after it has answered (a thread, a queue, a "
            f"background task)? Then {option('settle', value=0.2)} waits until the state is "
            "unchanged for so many seconds."
        )
    if any(one.kind == "order" for one in found):
        yield "Only the order of rows differs: sort them in the probe (ORDER BY)."


def _pattern(path: str) -> str:
    last = _LAST_NAME.search(path)
    return last[1] if last is not None else _ROW.sub("[*]", path)
