"""Excerpts: the text of a receiver, in one line of a message."""

from __future__ import annotations

from traceback import format_exception_only


def excerpt(text: str | bytes, *, limit: int = 200) -> str:
    """The beginning of the text, at most ``limit`` characters, with control characters escaped."""
    if isinstance(text, bytes):
        text = text[: 4 * (limit + 1)].decode("utf-8", "replace")  # a character has four bytes at most
    begin = "".join(character if character.isprintable() else _escaped(character) for character in text[:limit])
    return begin[:limit] + ("..." if len(text) > limit or len(begin) > limit else "")


def excerpt_of(error: BaseException) -> str:
    """The type and the message of an exception, also if its ``__str__`` raises."""
    return excerpt(format_exception_only(error)[-1].strip())


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
