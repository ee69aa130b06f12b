"""How is a stranger's text shown in one line of a message?"""

from __future__ import annotations

from traceback import format_exception_only


def excerpt(text: str | bytes, *, limit: int = 200) -> str:
    """Give the beginning of the text, of at most ``limit`` characters, with control characters escaped."""
    if isinstance(text, bytes):
        text = text[: 4 * limit].decode("utf-8", "replace")
    begin = "".join(character if character.isprintable() else _escaped(character) for character in text[:limit])
    return begin[:limit] + ("..." if len(text) > limit or len(begin) > limit else "")


def excerpt_of(error: BaseException) -> str:
    """Give type and message of an exception, even of one whose message cannot be had."""
    return excerpt(format_exception_only(error)[-1].strip())


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
