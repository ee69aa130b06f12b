"""Recognizes the page of a framework that refuses a webhook before the code of the receiver gets it."""

from __future__ import annotations

from typing import Literal

Refusal = Literal["csrf", "host", "slash"]
"""``csrf``: it wants a CSRF token. ``host``, ``slash``: Django does not allow the host, or appends a slash."""


def refusal_of(status: int | None, body: bytes) -> Refusal | None:
    """The refusal that the page reports; None if it is no such page.

    Django's page for developers (DEBUG) lists all settings, so a single word proves nothing.
    """
    if status == 400 and (b"DisallowedHost" in body or b"<title>Bad Request (400)</title>" in body):
        return "host"
    if status == 500 and b"APPEND_SLASH set" in body:
        return "slash"
    if status in {400, 403} and b"csrf" in body.lower() and b"CSRF_COOKIE_" not in body:
        return "csrf"
    return None
