"""Compares states of two courses that should be equal, without what may differ: bodies and digests that were kept.

Receivers keep the body that came, or a digest of it, to know a copy (fact 4). The same event in another form has
another body, and is no other event. They also keep when a row was written, by their clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steppay_mock.ordering.state.difference import describe_differences, differences
from steppay_mock.ordering.state.normal import plain
from steppay_mock.ordering.truth.time_formats import read_instant

if TYPE_CHECKING:
    from steppay_mock.ordering.state.difference import Difference

BODY = "<the body>"
DIGEST = "<digest>"
_DIGEST = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{16,}(?![0-9A-Za-z])|(?<![0-9A-Za-z+/=_-])(?=[0-9A-Za-z+/_-]*\d)(?=[0-9A-Za-z+/_-]*[a-z])"
    r"(?=[0-9A-Za-z+/_-]*[A-Z])[0-9A-Za-z+/_-]{40,}={0,2}"
)
_FRACTION = re.compile(r"-?\d{1,20}\.\d{1,20}")
_COURSE = timedelta(minutes=2)
_ENVELOPE = {"event", "data"}
_SHARE = 0.7  # of the fields of an event's object: a mapping that has more of them is a copy of it


def changes(expected: Any, actual: Any, *, copies: tuple[Mapping[str, Any], ...] = ()) -> tuple[str, ...]:
    """The lines that say where two states in normal form differ, at most five; none if they are alike.

    ``copies`` are the objects of the events: a mapping of the state that is a copy of one does not count.
    """
    one, other = without_bodies(plain(expected), copies), without_bodies(plain(actual), copies)
    found = [difference for difference in differences(one, other) if not _is_of_the_clock(difference)]
    return tuple(describe_differences(found, limit=5).splitlines()) if found else ()


def _is_of_the_clock(difference: Difference) -> bool:
    """Whether two instants differ by as much as passes between two courses: when a row was written, by the clock."""
    one, other = read_instant(difference.expected), read_instant(difference.actual)
    return one is not None and other is not None and abs(one.at - other.at) < _COURSE


def without_bodies(value: Any, copies: tuple[Mapping[str, Any], ...] = ()) -> Any:
    """The plain state, in which a mark replaces each body and each digest."""
    if isinstance(value, Mapping):
        if _is_copy(value, copies):
            return BODY
        return {without_digest(key): without_bodies(inner, copies) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_bodies(inner, copies) for inner in value]
    if isinstance(value, bytes) and value.lstrip().startswith(b"{"):
        return BODY
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return BODY if _is_copy(_read(value), copies) else value
    return without_digest(value)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def without_digest(value: Any) -> Any:
    """The value; in a text a mark replaces each digest, and a number loses the zeros at its end."""
    if not isinstance(value, str):
        return value
    return value.rstrip("0").rstrip(".") if _FRACTION.fullmatch(value) else _DIGEST.sub(DIGEST, value)


def _is_copy(value: Any, copies: tuple[Mapping[str, Any], ...]) -> bool:
    if not isinstance(value, Mapping):
        return False
    if value.keys() >= _ENVELOPE:
        return True
    return any(len(value.keys() & one.keys()) > _SHARE * len(one) for one in copies if len(one) > 3)
