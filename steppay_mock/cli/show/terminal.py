"""Writes data to standard output, as UTF-8 in every locale, and messages to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from rich.table import Table

# Control characters, which move the cursor; bidirectional controls, which turn text round; lone surrogates, which
# UTF-8 cannot encode. Payloads and answers may hold all of them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


_GAP = 2  # blanks between two columns
_WRAPPED = 6  # letters: a column that is wrapped can be read down to this width


def say(text: str) -> None:
    """Write a message to standard error."""
    click.echo(printable(text), err=True)


def time_of_day(seconds: float) -> str:
    """The time on the clock of this machine, in its zone, of a moment in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%H:%M:%S")


def write(data: bytes) -> None:
    """Write the bytes to standard output."""
    if sys.stdout is None:
        return
    rest = memoryview(data)
    while rest:
        # With PYTHONUNBUFFERED the stream is raw, and a write may take only a part of the bytes.
        rest = rest[sys.stdout.buffer.write(rest) or 0 :]


def write_text(text: str) -> None:
    """Write lines of text to standard output, at once: a server that goes on has its address read."""
    write(printable(text).encode() + b"\n")
    _flush()


def write_json(value: Any) -> None:
    """Write the value as indented JSON to standard output, at once, with Hangul unescaped."""
    write(pretty(value) + b"\n")
    _flush()


def _flush() -> None:
    # The bytes go past the text layer of the stream, which alone writes each line on a terminal.
    if sys.stdout is not None:
        sys.stdout.flush()


def pretty(value: Any) -> bytes:
    """The value as indented JSON in UTF-8."""
    # UTF-8 has no bytes for a lone surrogate. backslashreplace writes \udXXX, which JSON reads as that surrogate.
    return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")


def write_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: frozenset[str] = frozenset(),
    wraps: frozenset[str] = frozenset(),
) -> None:
    """Write a table to standard output, aligned also with the wide letters of Hangul.

    ``right`` names the columns of numbers, ``wraps`` the columns that are wrapped on a narrow terminal.
    """
    from rich.cells import cell_len
    from rich.table import Table

    shown = [tuple(map(printable, row)) for row in rows]
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
    for heading in headings:
        side: Literal["left", "right"] = "right" if heading in right else "left"
        table.add_column(heading, justify=side, no_wrap=heading not in wraps, overflow="fold")
    for row in shown:
        table.add_row(*row)
    if sys.stdout is None or not sys.stdout.isatty():
        _write_table(table)
        return
    columns = list(zip(headings, *shown, strict=True))
    widths = [_WRAPPED if column[0] in wraps else max(map(cell_len, column)) for column in columns]
    _show_table(table, least=sum(widths) + _GAP * (len(widths) - 1))


def _show_table(table: Table, *, least: int) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    if least > console.width:  # rich would leave out letters and whole columns: rather the terminal breaks the lines
        _write_table(table)
        return
    with console.capture() as shown:  # rich would write it in the encoding of the locale, which may have no Hangul
        console.print(table)
    write(shown.get().encode())


def _write_table(table: Table) -> None:
    """Write each row on one line: a program may read the table."""
    from io import StringIO

    from rich.console import Console

    text = StringIO()
    Console(file=text, width=sys.maxsize, markup=False, highlight=False, emoji=False).print(table)
    write("".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines()).encode())


def printable(text: str) -> str:
    """The text with control characters, and letters that cannot be encoded, as escapes."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def counted(count: int, noun: str) -> str:
    """The count and the noun: ``1 payload``, ``2 payloads``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
