"""Why did a framework refuse a webhook before the receiver's own code had it? Its page says so, in known words."""

from __future__ import annotations

from typing import Literal

Refusal = Literal["csrf", "host", "slash"]
"""It asked for a CSRF token; Django does not know the host; Django wants a slash at the end of the path."""


def refusal_of(status: int | None, body: bytes) -> Refusal | None:
    """What the page of the framework says; None where it is no such page.

    Django's page for developers (DEBUG) lists all settings, so a word alone tells nothing.
    """
    if status == 400 and (b"DisallowedHost" in body or b"<title>Bad Request (400)</title>" in body):
        return "host"
    if status == 500 and b"APPEND_SLASH set" in body:
        return "slash"
    if status in {400, 403} and b"csrf" in body.lower() and b"CSRF_COOKIE_" not in body:
        return "csrf"
    return None
