"""The bytes of a request and the pauses between them, as the request says how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from steppay_mock.delivery.request import Request, Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.delivery.address import Address


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds in which nothing is sent."""

    seconds: float


def render(request: Request, address: Address) -> Iterator[bytes | Pause]:
    """All bytes of the request, in pieces: the same request gives the same pieces.

    The sender decides what happens to the connection after them: it stays open for the answer, is shut down for
    writing if the body is truncated, or is reset (:class:`~steppay_mock.delivery.request.Writing`).
    """
    writing = request.writing or Writing()
    chunked = writing.framing == "chunked"
    yield _head(request, writing, address)
    for piece in _cut(request.body[: writing.truncate_to], writing.pieces):
        if writing.drip:
            yield Pause(writing.drip)
        yield b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
    if chunked and writing.truncate_to is None:
        yield b"0\r\n\r\n"


def _head(request: Request, writing: Writing, address: Address) -> bytes:
    own = {name.lower() for name, _ in request.headers}
    leading = [pair for pair in (*address.head.items(), ("connection", "close")) if pair[0] not in own]
    lines = [f"POST {address.requested} HTTP/{writing.http_version}"]
    for name, value in (*leading, *request.headers):
        lines.append(f"{name.title() if writing.names == 'title' else name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _cut(body: bytes, pieces: int) -> Iterator[bytes]:
    """The body in this many parts of nearly the same size, without empty ones."""
    ends = (
        [len(body) * number // pieces for number in range(pieces + 1)] if pieces < len(body) else range(len(body) + 1)
    )
    for begin, end in pairwise(ends):
        yield body[begin:end]
