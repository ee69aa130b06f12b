"""Why a call is not answered with what its path names: it is not there, it is hidden, or its key is no number."""

from __future__ import annotations

from typing import Any

from steppay_mock.rest.exchange import Refusal
from steppay_mock.rest.paths import ApiPath, Keys


def no_number(path: ApiPath, keys: Keys, wrong: str) -> Refusal:
    """The refusal of a path that has a word in the place of a number."""
    message = f"{wrong!r} is no id of {_a(path.noun)}: that is a number of 19 digits at most. Call with {path.key}."
    return Refusal(status=404, code="NOT_A_NUMBER", message=message, details=_named(path, keys))


def nothing_there(path: ApiPath, keys: Keys, *, is_past: bool = False) -> Refusal:
    """The refusal of a path that names something which the store does not have."""
    past = " at the moment that is told of (api.as_of, api.fall_behind)" if is_past else ""
    message = (
        f"There is no {path.noun} {_last(keys)!r}{past}: it was deleted, or it never was. Forget what you know of it; "
        f"if it should be there, call with {path.key}."
    )
    return Refusal(status=404, code="NOT_FOUND", message=message, details=_named(path, keys))


def hidden(path: ApiPath, keys: Keys, *, events: int) -> Refusal:
    """The refusal of what ``hide_new`` hides."""
    message = f"The {path.noun} {_last(keys)!r} is new, and api.hide_new(events={events}) hides it. Ask again later."
    return Refusal(status=404, code="HIDDEN", message=message, details=_named(path, keys))


def _named(path: ApiPath, keys: Keys) -> dict[str, Any]:
    return {"noun": path.noun, **keys}


def _last(keys: Keys) -> str:
    return list(keys.values())[-1]


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
