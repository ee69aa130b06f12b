"""Measures and fits texts in columns of a terminal, where Hangul is twice as wide as Latin."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

WIDTH = 100
"""The number of columns of a report."""

_CUT = "..."


def columns(text: str) -> int:
    """The number of columns of the text."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def cut(text: str, width: int) -> str:
    """The text, or as much of its beginning as fits, with ``...`` after it."""
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
    """The text filled with blanks to the width, or cut to it."""
    fitting = cut(text, width)
    return fitting + " " * (width - columns(fitting))


def wrap(text: str, *, indent: str = "", width: int = WIDTH) -> Iterator[str]:
    """Lines that fit, each with the indent. A word that is longer than a line, such as a token, is not broken."""
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
    if category(character) in {"Mn", "Me"}:  # an accent takes no column, it is drawn over the letter before
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
