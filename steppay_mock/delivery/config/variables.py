"""Replaces ``${NAME}`` in the texts of the file by environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from steppay_mock.errors import SteppayMockError

_PART = re.compile(r"\$\$\{|\$\{(?P<inside>[^}]*)(?P<end>\}?)")
_INSIDE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-.*)?", re.DOTALL)


def fill(text: str, *, where: str) -> str:
    """The text with the values of its variables; ``${NAME:-text}`` has a default, and ``$${`` gives ``${``.

    An empty variable counts as not set. Raises SteppayMockError, which names ``where`` and the variable and shows no
    value.
    """
    return _PART.sub(lambda part: _value(part, where), text)


def variables_in(text: str) -> Iterator[str]:
    """The names of the variables in a text."""
    for part in _PART.finditer(text):
        found = _INSIDE.fullmatch(part["inside"] or "")
        if found:
            yield found["name"]


def _value(part: re.Match[str], where: str) -> str:
    if part["inside"] is None:
        return "${"
    found = _INSIDE.fullmatch(part["inside"]) if part["end"] else None
    if found is None:  # the text is not shown: it may be a secret
        raise SteppayMockError(
            f"{where}: after ${{ expected the name of a variable and }}. Write ${{NAME}}, ${{NAME:-text}} with a "
            "default, or $${ for the characters ${."
        )
    value = os.environ.get(found["name"])
    if value:
        return value
    if found["default"] is not None:
        return found["default"].removeprefix(":-")
    raise SteppayMockError(
        f"{where}: the environment variable {found['name']} is not set, or empty. Set it, or write a default: "
        f"${{{found['name']}:-text}}"
    )
