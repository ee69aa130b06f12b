"""How wide is a text in a terminal, and how is it made to fit? Hangul is twice as wide as Latin."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

WIDTH = 100
"""So many columns a report has at most."""

_CUT = "..."


def columns(text: str) -> int:
    """How many columns the text takes."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def cut(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits, with ``...`` behind it."""
    if columns(text) <= width:
        return text
    kept, left = [], width - len(_CUT)
    for character in text:
        left -= _columns_of(character)
        if left < 0:
            break
        kept.append(character)
    return "".join(kept) + _CUT


def pad(text: str, width: int) -> str:
    """The text with blanks behind it, cut if it is too long."""
    fitting = cut(text, width)
    return fitting + " " * (width - columns(fitting))


def wrap(text: str, *, indent: str = "", width: int = WIDTH) -> Iterator[str]:
    """Lines that fit, each with the indent; a word that is longer than a line has one of its own."""
    line = ""
    for word in text.split():
        if line and columns(indent) + columns(line) + 1 + columns(word) > width:
            yield indent + line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield indent + line


def _columns_of(character: str) -> int:
    if category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
