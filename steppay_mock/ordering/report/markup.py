"""Writes HTML and SVG in which every text is escaped, so that events and answers cannot add markup."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

# Characters that XML cannot contain, and those that change the direction of the text after them.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is markup already and is not escaped again; every other text is."""

    __slots__ = ()


def tag(name: str, *inside: str, **attributes: object) -> Markup:
    """An element. ``class_`` is the attribute ``class``, and every other ``_`` is a dash."""
    written = "".join(f" {_named(key)}={quoteattr(fit(str(value)))}" for key, value in attributes.items())
    content = "".join(one if isinstance(one, Markup) else text(one) for one in inside)
    return Markup(f"<{name}{written}>{content}</{name}>")


def text(given: str) -> Markup:
    """The text, escaped."""
    return Markup(escape(fit(given)))


def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-") if key.islower() else key


def fit(given: str) -> str:
    """The text, without what XML cannot hold."""
    return UNFIT.sub("\ufffd", given)
