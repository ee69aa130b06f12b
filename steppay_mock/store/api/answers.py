"""What does an answer look like? A status, headers and JSON; a refusal says what the developer needs to do next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API says."""

    status: int
    body: bytes
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """The status in words."""
        return reason_of(self.status)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers, with the length that a GET has: an answer to HEAD tells it too."""
        return [("Content-Type", "application/json"), ("Content-Length", str(len(self.body))), *self.extra]


def telling(data: dict[str, Any]) -> Answer:
    """200 with the object."""
    return Answer(200, _written(data))


def refusal(status: int, message: str, **headers: str) -> Answer:
    """An error as the API words it; ``Retry_After="3"`` is a header."""
    data = {"status": status, "error": reason_of(status), "message": message}
    return Answer(status, _written(data), tuple((name.replace("_", "-"), value) for name, value in headers.items()))


def reason_of(status: int) -> str:
    """What HTTP calls a status; it has no name for most."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _written(data: dict[str, Any]) -> bytes:
    # A path can hold anything, and a message repeats it; half a surrogate pair must not become an exception.
    return _as_json(data).encode("utf-8", "replace")
