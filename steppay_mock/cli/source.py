"""Which payloads does a file hold, and on which line does each thing in them stand?

A file is one payload, an array of payloads, or lines of one payload each (NDJSON), which are read one by one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from steppay_mock.cli.output import say
from steppay_mock.cli.places import column_at, iter_places, line_at, line_of
from steppay_mock.errors import ContractViolation, SteppayMockError

_BLANK = b" \t\r\n"
_SPACE = re.compile(r"[ \t\r\n]*")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_DIGITS = 4000  # Python refuses to read integers of more than 4300
_REPEATED = "repeated-name"
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True, slots=True)
class Document:
    """One payload as it was found: its text, the line on which that begins, and what it says, where it can be read."""

    text: str
    line: int
    payload: Any
    faults: tuple[ContractViolation, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether ``payload`` is what the file says."""
        return all(fault.kind == _REPEATED for fault in self.faults)

    def line_of(self, path: str) -> int:
        """The line of the file on which the value at that JSON path stands."""
        return self.line + line_of(self.text, path) - 1


@contextmanager
def open_source(name: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for ``-``; SteppayMockError where they cannot be had."""
    if name == "-":
        yield _standard_input()
        return
    with ExitStack() as closing:
        try:
            stream = closing.enter_context(Path(name).open("rb"))
        except (OSError, ValueError) as error:
            raise _unreadable(name, error) from None
        yield stream  # outside of the try: what the taker raises is not about the file


def read_body(name: str) -> bytes:
    """All bytes of a file or of standard input; nothing at all is a SteppayMockError."""
    with open_source(name) as stream:
        try:
            body = stream.read()
        except OSError as error:
            raise _unreadable(name, error) from None
    if not body:
        raise empty(name)
    return body


def empty(name: str) -> SteppayMockError:
    """The error for a source in which there is no payload."""
    where = "Standard input" if name == "-" else name
    return SteppayMockError(f"{where} holds no payload. Give one, such as `steppay-mock generate order.created` makes.")


def iter_documents(stream: BinaryIO, *, name: str) -> Iterator[Document]:
    """Every payload of the file, in its order; what is not JSON is a document with faults."""
    try:
        yield from _documents(stream)
    except OSError as error:  # from reading: what the taker of a document does is not raised in here
        raise _unreadable(name, error) from None


def _documents(stream: BinaryIO) -> Iterator[Document]:
    lines = enumerate(stream, start=1)
    for number, line in lines:
        first = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if first.strip(_BLANK):
            break
    else:
        return
    document = _parse_bytes(first, number)
    if isinstance(document.payload, dict):
        yield document
        yield from (_parse_bytes(line, number) for number, line in lines if line.strip(_BLANK))
    else:
        yield from _whole(first + stream.read(), number)


def _whole(data: bytes, line: int) -> Iterator[Document]:
    """The payloads of a file whose first line is not one by itself."""
    document = _parse_bytes(data, line)
    if isinstance(document.payload, list):
        yield from _elements(document.text, line)
    elif not document.faults or data.lstrip(_BLANK).startswith(b"["):
        yield document
    elif _has_payload_lines(data):
        yield from (
            _parse_bytes(one, number) for number, one in enumerate(data.split(b"\n"), line) if one.strip(_BLANK)
        )
    elif document.text:
        yield from _one_after_another(document.text, line)
    else:
        yield document


def _has_payload_lines(data: bytes) -> bool:
    """Whether a line holds a whole object, so that the text is NDJSON, one line of which is broken."""
    lines = (line.strip(_BLANK) for line in data.split(b"\n"))
    candidates = (line for line in lines if line.startswith(b"{") and line.endswith(b"}"))
    return any(b'"event"' in line and isinstance(_parse_bytes(line, 0).payload, dict) for line in candidates)


def _elements(text: str, line: int) -> Iterator[Document]:
    """The elements of an array that is known to be well written."""
    decoder, begun = _Reader().decoder, 0
    at = _skip(text, text.index("[") + 1)
    while text[at] != "]":
        end = decoder.raw_decode(text, at)[1]
        line += text.count("\n", begun, at)
        yield _parse(text[at:end], line)
        begun, at = at, _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _one_after_another(text: str, line: int) -> Iterator[Document]:
    """Values that follow each other with white space between, as jq prints them; the first broken one ends it."""
    decoder, begun = _Reader().decoder, 0
    at = _skip(text, 0)
    while at < len(text):
        try:
            end = decoder.raw_decode(text, at)[1]
        except (ValueError, RecursionError):
            end = len(text)
        line += text.count("\n", begun, at)
        yield _parse(text[at:end], line)
        begun, at = at, _skip(text, end)


def _parse_bytes(data: bytes, line: int) -> Document:
    try:
        return _parse(data.decode().rstrip("\r\n"), line)
    except UnicodeDecodeError as error:
        return _not_utf8(data, error, line)


def _parse(text: str, line: int) -> Document:
    reader = _Reader()
    try:
        payload = reader.decoder.decode(text)
    except json.JSONDecodeError as error:
        return Document(
            text, line, None, (_syntax(error.msg.removesuffix(" at").removesuffix(" starting"), text, error.pos, line),)
        )
    except RecursionError:
        return Document(text, line, None, (too_deep(line),))
    return Document(text, line, payload, tuple(_oddities(text, line)) if reader.odd else ())


class _Reader:
    """Python's parser, with an eye on what it takes and JSON does not have, or has no meaning for."""

    def __init__(self) -> None:
        self.odd = False
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant, parse_int=self._int
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.odd = self.odd or len(made) != len(pairs)
        return made

    def _constant(self, name: str) -> float:
        self.odd = True
        return float(name)

    def _int(self, digits: str) -> int | float:
        return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def _oddities(text: str, line: int) -> Iterator[ContractViolation]:
    for place in iter_places(text):
        if place.written in _NO_NUMBERS:
            yield _syntax(f"{place.written} is no JSON value", text, place.offset, line)
        elif place.repeated:
            yield _violation(
                _REPEATED,
                path=place.path,
                expected="each name once in an object",
                sent="the same name again",
                next_step="remove one of them: which one counts depends on the receiver's language",
                line=line + line_at(text, place.offset) - 1,
            )


def _syntax(what: str, text: str, offset: int, line: int) -> ContractViolation:
    at = line + line_at(text, offset) - 1
    return _violation(
        "syntax",
        expected="JSON",
        sent=f"line {at}, column {column_at(text, offset)}: {what}, {_near(text, offset)}",
        next_step="correct the JSON there",
        line=at,
    )


def _near(text: str, offset: int) -> str:
    rest = text[offset : offset + 30].partition("\n")[0]
    return f"before {rest!r}" if rest else "at the end of it"


def too_deep(line: int) -> ContractViolation:
    """The violation of a payload that no usual parser would follow to its bottom."""
    return _violation(
        "syntax",
        expected="JSON of reasonable depth",
        sent="lists or objects nested so deeply that a parser gives up",
        next_step="use fewer levels",
        line=line,
    )


def _not_utf8(data: bytes, error: UnicodeDecodeError, line: int) -> Document:
    at = line + data.count(b"\n", 0, error.start)
    column = error.start - data.rfind(b"\n", 0, error.start)
    violation = _violation(
        "encoding",
        expected="UTF-8 (fact 1)",
        sent=f"0x{data[error.start]:02x} as byte {column} of line {at}",
        next_step="save it as UTF-8; in Windows PowerShell 5, > writes UTF-16",
        line=at,
    )
    return Document("", line, None, (violation,))


def _violation(kind: str, *, expected: str, sent: str, next_step: str, line: int, path: str = "$") -> ContractViolation:
    return ContractViolation(
        kind=kind, event="?", path=path, expected=expected, sent=sent, next_step=next_step, line=line
    )


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _unreadable(name: str, error: OSError | ValueError) -> SteppayMockError:
    where = "Standard input" if name == "-" else name
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return SteppayMockError(f"{where}: {reason}. Give a file that can be read, or - for standard input.")


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise SteppayMockError("Standard input is closed. Name a file, or pipe a payload in.")
    if sys.stdin.isatty():
        say("reading what you type; end it with Ctrl-D")
    return sys.stdin.buffer
