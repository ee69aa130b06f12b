"""Parses the text of one payload: its value, or the violations of its JSON, each with line and column of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from steppay_mock.cli.read.json_places import LineIndex, PathLines, iter_places
from steppay_mock.contract.long_numbers import MOST_DIGITS
from steppay_mock.errors import ContractViolation

_REPEATED = "repeated-name"
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True, slots=True)
class Document:
    """One payload of a file: its text, the line on which it begins, and its value if the text is JSON."""

    text: str
    line: int
    payload: Any
    violations: tuple[ContractViolation, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether ``payload`` is the value of the text. A repeated name is a violation, and still has a value."""
        return all(violation.kind == _REPEATED for violation in self.violations)

    def lines(self) -> PathLines:
        """The lines of its text by JSON path, counted from 1; line 1 is ``line`` of the file."""
        return PathLines(self.text)


def parse_bytes(data: bytes, line: int) -> Document:
    """The payload in these bytes, which begin on that line of a file."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        at = line + data.count(b"\n", 0, error.start)
        column = error.start - data.rfind(b"\n", 0, error.start)
        return Document("", line, None, (not_utf8(data[error.start], at, column),))
    return parse(text.rstrip("\r\n"), line)


def parse(text: str, line: int, column: int = 1) -> Document:
    """The payload in the text, which begins in that line and column of a file."""
    reader = TolerantReader()
    try:
        payload = reader.decoder.decode(text)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at").removesuffix(" starting")
        return broken(what, text, error.pos, line=line, column=column)
    except RecursionError:
        return Document(text, line, None, (too_deep(line),))
    violations = tuple(_oddities(_TextOfFile(text, line=line, column=column))) if reader.odd else ()
    return Document(text, line, payload, violations)


def broken(what: str, text: str, offset: int, *, line: int, column: int) -> Document:
    """The document of a text that is not JSON from that offset on."""
    return Document(text, line, None, (_syntax(what, _TextOfFile(text, line=line, column=column), offset),))


class TolerantReader:
    """Python's parser, which notes what it accepts and JSON does not: NaN, Infinity, repeated names (``odd``)."""

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

    def _int(self, digits: str) -> int:
        # Python refuses more than 4,300 digits. Messages show only the first ones; rules treat all such integers alike.
        return int(digits[:MOST_DIGITS])


class _TextOfFile:
    """A text, and the line and column of a file where it begins."""

    def __init__(self, text: str, *, line: int, column: int) -> None:
        self.text = text
        self._lines, self._line, self._column = LineIndex(text), line, column

    def line_at(self, offset: int) -> int:
        """The line of the file."""
        return self._line + self._lines.at(offset) - 1

    def column_at(self, offset: int) -> int:
        """The column of that line."""
        column = self._lines.column_at(offset)
        return column + self._column - 1 if self._lines.at(offset) == 1 else column


def _oddities(text: _TextOfFile) -> Iterator[ContractViolation]:
    for place in iter_places(text.text):
        if place.written in _NO_NUMBERS:
            yield _syntax(f"{place.written} is no JSON value", text, place.offset)
        elif place.repeated:
            yield _violation(
                _REPEATED,
                path=place.path,
                expected="each name once in an object",
                sent="the same name again",
                next_step="remove one of them: which one counts depends on the receiver's language",
                line=text.line_at(place.offset),
            )


def _syntax(what: str, text: _TextOfFile, offset: int) -> ContractViolation:
    at = text.line_at(offset)
    return _violation(
        "syntax",
        expected="JSON",
        sent=f"line {at}, column {text.column_at(offset)}: {what}, {_near(text.text, offset)}",
        next_step="correct the JSON there",
        line=at,
    )


def _near(text: str, offset: int) -> str:
    rest = text[offset : offset + 30].partition("\n")[0]
    return f"before {rest!r}" if rest else "at the end of it"


def too_deep(line: int) -> ContractViolation:
    """The violation of a payload that is nested deeper than a usual parser goes."""
    return _violation(
        "syntax",
        expected="JSON of reasonable depth",
        sent="lists or objects nested so deeply that a parser gives up",
        next_step="use fewer levels",
        line=line,
    )


def too_long(line: int, *, most: int) -> Document:
    """The document of a payload that is too long to be read to its end."""
    violation = _violation(
        "too-long",
        expected=f"a payload of at most {most // 1_000_000} MB",
        sent="one that is longer, or has no end",
        next_step="end it, or write each payload on a line of its own",
        line=line,
    )
    return Document("", line, None, (violation,))


def in_another_encoding(name: str, line: int) -> Document:
    """The document of a text whose first bytes show another encoding than UTF-8."""
    return Document(
        "", line, None, (_encoded(name, line, next_step="save it as UTF-8; in Windows PowerShell 5, > writes UTF-16"),)
    )


def not_utf8(byte: int, line: int, column: int) -> ContractViolation:
    """The violation of a byte that is not UTF-8, at that line and column."""
    return _encoded(
        f"0x{byte:02x} as byte {column} of line {line}",
        line,
        next_step="save it as UTF-8: it is in another encoding, such as CP949 of a Korean Windows, or it is compressed",
    )


def _encoded(sent: str, line: int, *, next_step: str) -> ContractViolation:
    return _violation(
        "encoding",
        expected="UTF-8 (fact 1)",
        sent=sent,
        next_step=next_step,
        line=line,
    )


def _violation(kind: str, *, expected: str, sent: str, next_step: str, line: int, path: str = "$") -> ContractViolation:
    return ContractViolation(
        kind=kind, event="?", path=path, expected=expected, sent=sent, next_step=next_step, line=line
    )
