"""Checks the texts that a user gives: a webhook has them, so UTF-8 must be able to hold them."""

from __future__ import annotations

import json
from typing import Any

from steppay_mock.errors import SteppayMockError


def check_letters(name: str, value: Any) -> None:
    """Raise SteppayMockError if a text in it has half a surrogate pair, with which no body can be written."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise SteppayMockError(
            f"{name} has half a surrogate pair, {error.object[error.start : error.start + 1]!r}, which no webhook can "
            "have. Give whole characters."
        ) from None
