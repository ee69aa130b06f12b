"""What does a text of the file mean? ``${NAME}`` in it stands for an environment variable."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from steppay_mock.errors import SteppayMockError

_PART = re.compile(r"\$\$\{|\$\{(?P<inside>[^}]*)(?P<end>\}?)")
_INSIDE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-.*)?", re.DOTALL)


def fill(text: str, *, where: str) -> str:
    """The text with the values of its variables; ``${NAME:-text}`` has a default, and ``$${`` is ``${`` itself.

    A variable that is empty counts as not set. Raises SteppayMockError, which names ``where`` and the variable, and
    no value.
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
    if found is None:  # what stands there is not repeated: it may be a secret
        raise SteppayMockError(
            f"{where}: after ${{ comes no name of a variable, with }} behind it. Write ${{NAME}}, ${{NAME:-text}} with "
            "a default, or $${ for the characters themselves."
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
