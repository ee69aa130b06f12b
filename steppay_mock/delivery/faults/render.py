"""Which bytes go over the wire, and when?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.faults.faulty import FaultyRequest


@dataclass(frozen=True, slots=True)
class Pause:
    """So many seconds in which nothing is sent."""

    seconds: float


def render(faulty: FaultyRequest, address: Address) -> Iterator[bytes | Pause]:
    """Everything that is sent to the endpoint, in pieces: the same request gives the same pieces.

    What becomes of the connection after it is not told here: it stays open for the answer, is shut on the sender's side
    if the body is truncated, or is reset (:class:`~steppay_mock.delivery.faults.faulty.Wire`).
    """
    wire = faulty.wire
    chunked = wire.framing == "chunked"
    yield _head(faulty, address)
    for piece in _cut(faulty.body[: wire.truncate_to], wire.pieces):
        if wire.drip:
            yield Pause(wire.drip)
        yield b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece
    if chunked and wire.truncate_to is None:
        yield b"0\r\n\r\n"


def _head(faulty: FaultyRequest, address: Address) -> bytes:
    own = {name.lower() for name, _ in faulty.headers}
    leading = [pair for pair in (*address.head.items(), ("connection", "close")) if pair[0] not in own]
    lines = [f"POST {address.requested} HTTP/{faulty.wire.http_version}"]
    for name, value in (*leading, *faulty.headers):
        lines.append(f"{name.title() if faulty.wire.names == 'title' else name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _cut(body: bytes, pieces: int) -> Iterator[bytes]:
    """The body in so many parts of nearly one size; those that would be empty are left out."""
    ends = (
        [len(body) * number // pieces for number in range(pieces + 1)] if pieces < len(body) else range(len(body) + 1)
    )
    for begin, end in pairwise(ends):
        yield body[begin:end]
