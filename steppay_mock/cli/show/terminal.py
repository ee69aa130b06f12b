"""What goes where? Data to standard output as UTF-8 whatever the locale, words to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from rich.table import Table

# What would move the cursor, turn the text round, or cannot be encoded at all.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_NO_TERMINAL_WIDTH = 200


def say(text: str) -> None:
    """Words for people, on standard error."""
    click.echo(printable(text), err=True)


def write(data: bytes) -> None:
    """Data, byte for byte, on standard output."""
    if sys.stdout is None:
        return
    rest = memoryview(data)
    while rest:
        # Under PYTHONUNBUFFERED a write may be a short one.
        rest = rest[sys.stdout.buffer.write(rest) or 0 :]


def write_text(text: str) -> None:
    """Lines of text on standard output."""
    write(printable(text).encode() + b"\n")


def write_json(value: Any) -> None:
    """The value as indented JSON on standard output, Hangul as it is."""
    write(pretty(value) + b"\n")


def pretty(value: Any) -> bytes:
    """The value as indented JSON in UTF-8."""
    # What UTF-8 has no bytes for, a lone surrogate, becomes the escape that JSON has for it.
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")


def write_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: frozenset[str] = frozenset(),
    wraps: frozenset[str] = frozenset(),
) -> None:
    """A table on standard output, aligned also where letters are wide.

    ``right`` names columns of numbers, ``wraps`` those that give way where the terminal is narrow.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        side: Literal["left", "right"] = "right" if heading in right else "left"
        table.add_column(heading, justify=side, no_wrap=heading not in wraps, overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    show = _show_table if sys.stdout is not None and sys.stdout.isatty() else _write_table
    show(table)


def _show_table(table: Table) -> None:
    from rich.console import Console

    Console(file=sys.stdout, markup=False, highlight=False, emoji=False).print(table)


def _write_table(table: Table) -> None:
    """A table that nobody looks at is not wrapped to a width: a program may read it by lines."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    Console(file=text, width=_NO_TERMINAL_WIDTH, markup=False, highlight=False, emoji=False).print(table)
    write("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()).encode())


def printable(text: str) -> str:
    """The text with what a terminal would obey, and what cannot be encoded, as escapes."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def counted(count: int, noun: str) -> str:
    """How many there are, in words: ``1 payload``, ``2 payloads``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
