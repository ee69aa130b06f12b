"""What was asked, by whom, and for how long will they wait?"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event as Flag


class CallerGoneError(Exception):
    """The caller's patience ended before the answer was there; nobody is left to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of the API."""

    method: str
    path: str
    """Without the query, which no endpoint has; percent signs are undone."""
    token: str | None = field(default=None, repr=False)
    patience: float | None = None
    """After how many seconds the caller hangs up. None: a connection shows it, and nobody has to reckon it."""
    closing: Flag = field(default_factory=Flag, repr=False)
    """Set when the server that took the call stops."""
