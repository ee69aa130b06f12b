"""How is a place in a state written? As JSONPath: ``$.payments[0].id``."""

from __future__ import annotations

import re

_NAME = re.compile(r"[^\W\d][\w-]*")


def below(path: str, step: object) -> str:
    """The path one step further: ``.name``, ``[0]``, or the key in brackets where neither will do."""
    if isinstance(step, str):
        return f"{path}.{step}" if _NAME.fullmatch(step) else f"{path}[{step!r}]"
    return f"{path}[{step!r}]"
