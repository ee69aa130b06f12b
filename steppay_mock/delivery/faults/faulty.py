"""What is sent in place of the right request, and how is it written on the wire?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from steppay_mock.delivery.faults.draft import Draft, Headers
from steppay_mock.errors import SteppayMockError

Framing = Literal["length", "chunked", "none"]
"""How the receiver is told where the body ends: content-length, transfer-encoding, or not at all."""

Reset = Literal["written", "answered"]
"""When the connection is reset: when all has been written, or when the answer begins. Nobody reads the answer."""

_FRAMING = {"content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a request is written. What is left out is as the vendor's sender does it (fact 21).

    ``truncate_to`` is how many bytes of the body are sent before the sender has no more to say. ``pieces`` is into how
    many parts the body is cut: the chunks of a chunked body, the drops of a drip. ``drip`` is the seconds that pass
    before each of them.
    """

    http_version: Literal["1.1", "1.0"] = "1.1"
    framing: Framing = "length"
    names: Literal["lower", "title"] = "lower"
    truncate_to: int | None = None
    pieces: int = 1
    drip: float = 0.0
    reset: Reset | None = None

    def __post_init__(self) -> None:
        if self.pieces < 1 or not self.drip >= 0 or (self.truncate_to or 0) < 0:
            raise SteppayMockError("A body has 1 piece or more; drip and truncate_to are 0 or more. Correct the Wire.")


@dataclass(frozen=True, slots=True)
class FaultyRequest:
    """A request with a fault, ready to be written; ``fault`` is its name.

    The header that frames the body always agrees with the wire, so that :func:`dataclasses.replace` may change either:
    ``content-length`` is that of the whole body, also where less of it is sent.
    """

    body: bytes = field(repr=False)
    headers: Headers
    wire: Wire = field(default_factory=Wire)
    fault: str = "?"

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", _framed(self.headers, self.wire.framing, len(self.body)))

    @property
    def needs_socket(self) -> bool:
        """Whether an app in process cannot be given this: how it is written matters, or a header comes twice."""
        names = [name.lower() for name, _ in self.headers]
        return self.wire != Wire() or len(set(names)) < len(names)


def as_drafted(
    draft: Draft, *, body: bytes | None = None, headers: Headers | None = None, wire: Wire | None = None
) -> FaultyRequest:
    """The draft with nothing but this changed. The signature stays as it is, whatever becomes of the body."""
    return FaultyRequest(
        draft.body if body is None else body, draft.headers if headers is None else headers, wire or Wire()
    )


def _framed(headers: Headers, framing: Framing, length: int) -> Headers:
    lines: dict[Framing, Headers] = {
        "length": (("content-length", str(length)),),
        "chunked": (("transfer-encoding", "chunked"),),
        "none": (),
    }
    place = next((place for place, (name, _) in enumerate(headers) if name.lower() in _FRAMING), len(headers))
    rest = tuple(pair for pair in headers[place:] if pair[0].lower() not in _FRAMING)
    return headers[:place] + lines[framing] + rest
