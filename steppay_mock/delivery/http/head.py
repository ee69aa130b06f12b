"""The head of an answer, its status and its headers, read in the same way for every engine.

HTTP libraries tolerate different mistakes. Which library is installed must not decide whether an answer is valid. So
each engine gives the lines that it has read to :func:`read_head`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, RemoteDisconnected

from steppay_mock.delivery.excerpt import excerpt

_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: (.*))?")
_LONGEST = 65_536  # bytes of a line: the limit of http.client, the lowest of the libraries
_MOST = 5_000  # headers: the limit of libcurl
_LENGTH = re.compile(r"[0-9]{1,18}")
_FRAMING = ("connection", "keep-alive")
_BLANK = {b"\r\n", b"\n"}

GONE = "Remote end closed connection without response"
"""The error where no byte of an answer came, in the words of http.client."""


MAX_HEAD = 256 * 1024
"""Bytes of all heads of an answer together, with those of 1xx: a little less than the limit of libcurl."""


class BrokenHeadError(HTTPException):
    """The head is malformed or cut off."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers, with names in lower case; repeated headers are joined by commas."""

    minor: int
    status: int
    headers: dict[str, str]

    @property
    def may_end_in_a_reset(self) -> bool:
        """Whether a reset may end the body: a server that refuses a request and closes, unread, causes one."""
        return self.status >= 400 and "content-length" not in self.headers and "transfer-encoding" not in self.headers


def read_head(lines: Iterator[bytes]) -> Head:
    """The head of the answer; heads of 1xx before it, such as 103 Early Hints, are skipped (RFC 9110, 15.2).

    Raises BrokenHeadError if it is cut off or malformed, and RemoteDisconnected if no byte came.
    """
    bounded = _bounded(lines)
    while True:
        head = _read_one(bounded)
        if head.status >= 200:
            return head


class WholeHeadResponse(HTTPResponse):
    """A response whose head :func:`read_head` reads; ``head`` is the result."""

    head: Head

    def begin(self) -> None:
        """Read the head, and show http.client only the headers that frame the body."""
        if self.headers is not None:  # None until it has begun
            return
        source = self.fp
        self.head = read_head(iter(lambda: source.readline(_LONGEST + 1), b""))
        self.fp = io.BufferedReader(io.BytesIO(_framing(self.head)))
        try:
            super().begin()
        finally:
            self.fp = source


def _bounded(lines: Iterator[bytes]) -> Iterator[bytes]:
    read = 0
    for line in lines:
        read += len(line)
        if read > MAX_HEAD:
            raise BrokenHeadError(f"its headers have more than {MAX_HEAD} bytes")
        yield line


def _read_one(lines: Iterator[bytes]) -> Head:
    first = next(lines, b"")
    if not first:
        raise RemoteDisconnected(GONE)
    found = _STATUS.fullmatch(first.rstrip(b"\r\n"))
    if len(first) > _LONGEST:
        raise BrokenHeadError(_too_long("status line"))
    if found is None or b"\0" in first:
        raise BrokenHeadError(excerpt(first.decode("latin-1")))
    fields: list[tuple[str, str]] = []
    for line in _lines_after(first, lines):
        _add(line, fields)
    headers: dict[str, str] = {}
    for name, value in fields:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    _check_length(headers.get("content-length"))
    _is_chunked(headers)
    return Head(int(found[1]), int(found[2]), headers)


def _lines_after(first: bytes, lines: Iterator[bytes]) -> Iterator[str]:
    """The lines of the headers, up to the blank one."""
    line = first
    for count in range(_MOST + 1):
        if not line.endswith(b"\n"):
            raise BrokenHeadError(_too_long("header line") if len(line) > _LONGEST else "its head is cut off")
        if count:
            yield _text_of(line)
        line = next(lines, b"")
        if line in _BLANK:
            return
    raise BrokenHeadError(f"got more than {_MOST} headers")


def _text_of(line: bytes) -> str:
    text = line.removesuffix(b"\n").removesuffix(b"\r").decode("latin-1")
    if "\0" in text or "\r" in text:
        raise BrokenHeadError("a header has a NUL, or a carriage return, in it")
    return text


def _too_long(what: str) -> str:
    return f"got more than {_LONGEST} bytes when reading {what}"


def _add(line: str, fields: list[tuple[str, str]]) -> None:
    if line[0] in " \t" and fields:  # a folded line continues the header before it (RFC 9112, 5.2)
        name, value = fields.pop()
        fields.append((name, f"{value} {line.strip()}"))
        return
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise BrokenHeadError(f"a header has no name: {excerpt(line)}")
    fields.append((name.strip().lower(), value.strip()))


def _check_length(told: str | None) -> None:
    """Raise BrokenHeadError for a content-length that is no number, or for several that differ (RFC 9112, 6.3)."""
    if told is None:
        return
    lengths = {one.strip() for one in told.split(",")}
    if len(lengths) > 1 or not _LENGTH.fullmatch(lengths.pop()):
        raise BrokenHeadError(f"its content-length is {excerpt(told, limit=40)!r}")


def _is_chunked(headers: dict[str, str]) -> bool:
    """Whether the body comes in chunks; BrokenHeadError for a coding that is not decoded here, such as gzip.

    The libraries differ, and each of them would take an answer that broke off for a whole one: http.client knows no
    coding but ``chunked`` alone, and reads until the end of the connection; libcurl ignores a content-length as soon as
    there is any transfer-encoding, an empty one too.
    """
    told = headers.get("transfer-encoding")
    if told is None:
        return False
    codings = {one.strip().lower() for one in told.split(",")} - {"", "identity"}
    if codings - {"chunked"} or (not codings and "content-length" in headers):
        raise BrokenHeadError(f"its transfer-encoding is {excerpt(told, limit=40)!r}")
    return bool(codings)


def _framing(head: Head) -> bytes:
    lines = [f"HTTP/1.{head.minor} {head.status} ."]
    lines += [f"{name}: {head.headers[name]}" for name in _FRAMING if name in head.headers]
    if _is_chunked(head.headers):
        lines.append("transfer-encoding: chunked")
    if "content-length" in head.headers:
        lines.append(f"content-length: {head.headers['content-length'].partition(',')[0]}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
