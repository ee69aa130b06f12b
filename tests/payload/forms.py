"""Tells in which form a body is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from steppay_mock.payload.body import BodyForm, write_body


def form_of(payload: Mapping[str, Any], body: bytes) -> BodyForm | None:
    """The form in which the payload has these bytes; None if it has them in none."""
    forms: tuple[BodyForm, ...] = get_args(BodyForm)
    return next((form for form in forms if write_body(payload, form) == body), None)
