"""Reads the payloads of a file one by one, each with its line.

A file is one payload, an array of payloads, payloads with white space between them, or lines of one payload each
(NDJSON). Which of them it is, is decided by the first line, and by the first ``MOST`` bytes if that is no payload. At
most ``MOST`` bytes are in memory at once.
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
"""The most bytes of one payload, and of a file that is read at once. A longer file is read in pieces."""

_BLANK = b" \t\r\n"


class _LineStream(Protocol):
    """A stream of bytes that is read once, by lines."""

    def readline(self, limit: int, /) -> bytes:
        """The next line, or its first ``limit`` bytes."""


class _Rewound:
    """A stream whose first bytes were read already: it gives them again, and then the rest. A pipe cannot seek."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._rest = BytesIO(head), stream

    def read(self, size: int, /) -> bytes:
        """At most ``size`` of the next bytes; none at the end."""
        return self._head.read(size) or self._rest.read(size)

    def readline(self, limit: int, /) -> bytes:
        """The next line, or its first ``limit`` bytes."""
        line = self._head.readline(limit)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._rest.readline(limit - len(line))


def iter_documents(stream: BinaryIO, *, name: str) -> Iterator[Document]:
    """The payloads of the file, in their order. Text that is not JSON is a document with violations."""
    try:
        yield from _documents(stream)
    except OSError as error:  # of reading: an error of the caller, which takes the documents, is not raised in here
        raise unreadable(name, error) from None


def iter_violations(document: Document, *, strict: bool) -> Iterator[ContractViolation]:
    """The contract violations of a payload, each with its line of the file."""
    from steppay_mock.contract.validate import iter_errors

    yield from document.violations
    if not document.readable:
        return
    lines = None
    try:
        for violation in iter_errors(document.payload, strict=strict):
            lines = lines or document.lines()  # made at the first violation: most payloads have none
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
        yield from _array(Window(_Rewound(head, stream), line=number, most=MOST))
    elif _has_payload_lines(head):
        yield from _each_line(_Rewound(head, stream), number)
    else:
        yield from _sequence(Window(_Rewound(head, stream), line=number, most=MOST))


def _first_line(stream: BinaryIO) -> tuple[bytes, int]:
    """The first line that is not blank, and its number; of a line longer than ``MOST`` the beginning."""
    number, is_first = 1, True
    while line := stream.readline(MOST + 1):
        content = line.removeprefix(BYTE_ORDER_MARK) if is_first else line
        if content.strip(_BLANK):
            return content, number
        is_first = False
        number += line.endswith(b"\n")
    return b"", number


def _each_line(stream: _LineStream, number: int) -> Iterator[Document]:
    """The payloads of the lines. A line that is too long is one violation with its number."""
    while line := stream.readline(MOST + 1):
        if len(line) > MOST:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MOST)
            yield too_long(number, most=MOST)
        elif line.strip(_BLANK):
            yield parse_bytes(line, number)
        number += 1


def _array(window: Window) -> Iterator[Document]:
    """The elements of an array, up to the first that is broken: behind it nothing shows where the next one begins."""
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
    """Values with white space between them, up to the first that is broken."""
    while window.peek():
        document = window.value()
        yield document
        if not document.readable:
            return
    if window.unread:
        yield window.unread


def _whole(data: bytes, line: int) -> Iterator[Document]:
    """The payloads of a file whose first line is not a payload."""
    document = parse_bytes(data, line)
    if isinstance(document.payload, list):
        yield from _array(Window(BytesIO(data), line=line, most=MOST))
    elif not document.violations or data.lstrip(_BLANK).startswith(b"["):
        yield document
    elif _has_payload_lines(data):
        yield from _each_line(BytesIO(data), line)
    elif document.text:
        yield from _sequence(Window(BytesIO(data), line=line, most=MOST))
    else:
        yield document


def _has_payload_lines(data: bytes) -> bool:
    """Whether one line is a whole payload: then the text is NDJSON of which another line is broken."""
    lines = (line for line in data.split(b"\n") if b'"event"' in line)
    return any(isinstance(parse_bytes(line, 0).payload, dict) for line in lines)
