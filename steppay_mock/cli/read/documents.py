"""The payloads of a file, one by one, and on which line each of them stands.

A file is one payload, an array of payloads, payloads with white space between them, or lines of one payload each
(NDJSON). No more than ``MOST`` bytes of it are kept at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Protocol

from steppay_mock.cli.read.json_text import Document, in_another_encoding, parse_bytes, too_deep, too_long
from steppay_mock.cli.read.source import unreadable
from steppay_mock.cli.read.window import Window
from steppay_mock.contract.text_files import BYTE_ORDER_MARK, other_encoding
from steppay_mock.errors import ContractViolation

MOST = 10_000_000
"""Bytes of one payload, and of a file that is read at once; what is longer is read piece by piece."""

_BLANK = b" \t\r\n"


class _Lines(Protocol):
    """Bytes that can be read once, by lines."""

    def readline(self, limit: int, /) -> bytes:
        """The next line, or the first so many bytes of it."""


class _Again:
    """A stream whose first bytes have been read: they come once more, and then the rest."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._rest = BytesIO(head), stream

    def read(self, size: int, /) -> bytes:
        """At most so many of the next bytes; none at the end."""
        return self._head.read(size) or self._rest.read(size)

    def readline(self, limit: int, /) -> bytes:
        """The next line, or the first so many bytes of it."""
        line = self._head.readline(limit)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._rest.readline(limit - len(line))


def iter_documents(stream: BinaryIO, *, name: str) -> Iterator[Document]:
    """Every payload of the file, in its order; what is not JSON is a document with faults."""
    try:
        yield from _documents(stream)
    except OSError as error:  # from reading: what the taker of a document does is not raised in here
        raise unreadable(name, error) from None


def iter_violations(document: Document, *, strict: bool) -> Iterator[ContractViolation]:
    """What is wrong with a payload, each with its line of the file."""
    from steppay_mock.contract.validate import iter_errors

    yield from document.faults
    if not document.readable:
        return
    lines = None
    try:
        for violation in iter_errors(document.payload, strict=strict):
            lines = lines or document.lines()  # most payloads are fine, and need none
            violation.line = document.line + lines.line_of(violation.path) - 1
            yield violation
    except RecursionError:
        yield too_deep(document.line)


def _documents(stream: BinaryIO) -> Iterator[Document]:
    first, number = _first_line(stream)
    if not first:
        return
    other = other_encoding(first)
    if other is not None:
        yield in_another_encoding(other, number)
        return
    document = parse_bytes(first, number)
    if isinstance(document.payload, dict):
        yield document
        yield from _each_line(stream, number + 1)
        return
    head = first + stream.read(max(MOST + 1 - len(first), 0))
    if len(head) <= MOST:
        yield from _whole(head, number)
    elif head.lstrip(_BLANK).startswith(b"["):
        yield from _array(Window(_Again(head, stream), line=number, most=MOST))
    elif _has_payload_lines(head):
        yield from _each_line(_Again(head, stream), number)
    else:
        yield from _sequence(Window(_Again(head, stream), line=number, most=MOST))


def _first_line(stream: BinaryIO) -> tuple[bytes, int]:
    """The first line that is not blank, and its number; of a very long line the beginning."""
    number, is_first = 1, True
    while line := stream.readline(MOST + 1):
        content = line.removeprefix(BYTE_ORDER_MARK) if is_first else line
        if content.strip(_BLANK):
            return content, number
        is_first = False
        number += line.endswith(b"\n")
    return b"", number


def _each_line(stream: _Lines, number: int) -> Iterator[Document]:
    """The payloads of the lines; of a line that is too long no more than its number is told."""
    while line := stream.readline(MOST + 1):
        if len(line) > MOST:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MOST)
            yield too_long(number, most=MOST)
        elif line.strip(_BLANK):
            yield parse_bytes(line, number)
        number += 1


def _array(window: Window) -> Iterator[Document]:
    """The elements of an array; the first broken one ends it."""
    window.take("[")
    more = not window.take("]")
    while more:
        document = window.value()
        yield document
        if not document.readable:
            return
        more = window.take(",")
        if not more and not window.take("]"):
            yield window.refuse("Expecting ',' delimiter")
            return
    if window.peek() or window.unread:
        yield window.refuse("Extra data")


def _sequence(window: Window) -> Iterator[Document]:
    """Values with white space between them; the first broken one ends it."""
    while window.peek():
        document = window.value()
        yield document
        if not document.readable:
            return
    if window.unread:
        yield window.unread


def _whole(data: bytes, line: int) -> Iterator[Document]:
    """The payloads of a file whose first line is not one by itself."""
    document = parse_bytes(data, line)
    if isinstance(document.payload, list):
        yield from _array(Window(BytesIO(data), line=line, most=MOST))
    elif not document.faults or data.lstrip(_BLANK).startswith(b"["):
        yield document
    elif _has_payload_lines(data):
        yield from _each_line(BytesIO(data), line)
    elif document.text:
        yield from _sequence(Window(BytesIO(data), line=line, most=MOST))
    else:
        yield document


def _has_payload_lines(data: bytes) -> bool:
    """Whether a line holds a whole object, so that the text is NDJSON, one line of which is broken."""
    lines = (line.strip(_BLANK) for line in data.split(b"\n"))
    candidates = (line for line in lines if line.startswith(b"{") and line.endswith(b"}"))
    return any(b'"event"' in line and isinstance(parse_bytes(line, 0).payload, dict) for line in candidates)
