"""Takes JSON values from a stream one after the other, with at most one in memory.

Python has no parser of streams. ``raw_decode`` parses a value at the beginning of a text, and raises the same error for
a broken value and for one whose end was not read yet. So a value that fails is parsed again with twice as much text.
"""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import Protocol

from steppay_mock.cli.read.json_text import Document, TolerantReader, broken, not_utf8, parse, too_long

_CHUNK = 100_000  # bytes that are read at least
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_LONGEST_WORD = 10  # characters of a literal of JSON, such as false or -Infinity


class Stream(Protocol):
    """A stream of bytes that is read once."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` of the next bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class _FilePlace:
    """A line of the file, and where in it: by letters for what is wrong in JSON, and by bytes for what is not UTF-8."""

    line: int
    column: int = 1
    byte: int = 1

    def behind(self, text: str) -> _FilePlace:
        """The place behind a text that begins here."""
        lines, last = text.count("\n"), text.rpartition("\n")[2]
        start = _FilePlace(self.line + lines) if lines else self
        return _FilePlace(start.line, start.column + len(last), start.byte + len(last.encode()))


class Window:
    """The part of a stream's text that is in memory. A value may have ``most`` characters."""

    def __init__(self, stream: Stream, *, line: int, most: int) -> None:
        self._stream, self._most = stream, most
        self._decoder = getincrementaldecoder("utf-8")()
        self._text, self._at, self._ended = "", 0, False
        self._place = _FilePlace(line)
        self.unread: Document | None = None
        """The bytes behind the text that are not UTF-8, as a document with that violation."""

    def peek(self) -> str:
        """The next character that is no white space; nothing at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._advance(found.end() if found else self._at)
            if self._at < len(self._text) or not self._read(_CHUNK):
                return self._text[self._at : self._at + 1]

    def take(self, character: str) -> bool:
        """Whether that is the next character; if it is, it is skipped."""
        if self.peek() != character:
            return False
        self._advance(self._at + 1)
        return True

    def value(self) -> Document:
        """The next value; a document with violations if it is broken or too long."""
        self.peek()
        decoder = TolerantReader().decoder
        while True:
            try:
                end, at_fault = decoder.raw_decode(self._text, self._at)[1], 0
            except json.JSONDecodeError as error:
                end, at_fault = None, error.pos
            except RecursionError:
                return parse(self._text[self._at :], self._place.line)
            if end is not None and end < len(self._text):
                return self._up_to(end)
            kept = len(self._text) - self._at
            if kept > self._most or not self._read(max(kept, _CHUNK)):  # doubled: each byte is parsed about twice
                return self._faulty(at_fault) if end is None else self._up_to(end)

    def refuse(self, what: str) -> Document:
        """The document of the text from here on, which is not JSON."""
        place = self._place
        return self.unread or broken(what, self._text[self._at :], 0, line=place.line, column=place.column)

    def _up_to(self, end: int) -> Document:
        document = parse(self._text[self._at : end], self._place.line, self._place.column)
        self._advance(end)
        return document

    def _faulty(self, offset: int) -> Document:
        if self.unread is not None:
            return self.unread
        if not self._ended and self._is_cut_off(offset):
            return too_long(self._place.line, most=self._most)
        return parse(self._text[self._at :], self._place.line, self._place.column)

    def _is_cut_off(self, offset: int) -> bool:
        """Whether the text may fail only because its rest was not read yet: within a string, or within a word."""
        is_open = self._text.startswith('"', offset) and _STRING.match(self._text, offset) is None
        return is_open or offset > len(self._text) - _LONGEST_WORD

    def _advance(self, to: int) -> None:
        self._place = self._place.behind(self._text[self._at : to])
        self._at = to

    def _read(self, size: int) -> bool:
        """Read more, and drop the text that was taken; False at the end."""
        if self._ended:
            return False
        data = self._stream.read(size)
        try:
            more = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            more = error.object[: error.start].decode()
            self.unread = self._not_utf8(error.object[error.start], self._text[self._at :] + more)
        self._ended = not data or self.unread is not None
        self._text, self._at = self._text[self._at :] + more, 0
        return bool(more) or not self._ended  # a few bytes may be the beginning of one letter

    def _not_utf8(self, byte: int, before: str) -> Document:
        place = self._place.behind(before)
        return Document("", self._place.line, None, (not_utf8(byte, place.line, place.byte),))
