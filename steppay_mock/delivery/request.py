"""One HTTP request of a delivery: its headers, its body and, for a fault, how its bytes are written on the socket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from steppay_mock.errors import SteppayMockError

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order of the wire; a fault may send a name twice."""

Framing = Literal["length", "chunked", "none"]
"""How the receiver learns where the body ends: content-length, transfer-encoding, or not at all."""

Reset = Literal["written", "answered"]
"""When the connection is reset: after the whole request is written, or when the answer begins."""

_FRAMING_HEADERS = {"content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How the bytes of a request are written on a socket. The defaults write what the vendor's sender writes (fact 21).

    ``truncate_to``: bytes of the body that are sent before the sender stops. ``pieces``: the number of parts that the
    body is cut into (the chunks of a chunked body, the drops of a drip). ``drip``: seconds before each part.
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
            raise SteppayMockError(
                "A body has 1 piece or more; drip and truncate_to are 0 or more. Correct the Writing."
            )


@dataclass(frozen=True, slots=True)
class Request:
    """A request, ready to be sent by any transport and any engine; ``make_request`` makes it.

    ``headers`` do not hold ``host`` and ``connection``: the transport adds them. ``fault`` is the name of the fault
    that the request carries. ``writing`` None: the HTTP library of the transport writes the request. Otherwise its
    bytes are written one by one, as ``writing`` says. Then ``content-length`` and ``transfer-encoding`` always agree
    with body and writing, also after :func:`dataclasses.replace`; a truncated body keeps the length of the whole one.
    ``method`` is POST in every webhook (fact 1). Transports send another one, engines do not.
    """

    body: bytes = field(repr=False)
    headers: Headers
    fault: str | None = None
    writing: Writing | None = None
    method: str = "POST"

    def __post_init__(self) -> None:
        if self.writing is not None:
            object.__setattr__(self, "headers", _framed(self.headers, self.writing.framing, len(self.body)))

    @property
    def needs_socket(self) -> bool:
        """Whether only a socket can carry the request: its writing is unusual, or a header comes twice."""
        names = [name.lower() for name, _ in self.headers]
        return self.writing not in {None, Writing()} or len(set(names)) < len(names)


def refuse_socket_only(request: Request) -> None:
    """Raise a SteppayMockError if the receiver is called without a socket and the request needs one."""
    if request.needs_socket:
        raise SteppayMockError(
            f"The fault {request.fault!r} shows only on a socket, and neither an app in process nor a function of AWS "
            "Lambda has one. Serve the app, or what lambda_app() gives, and deliver to its URL."
        )


def _framed(headers: Headers, framing: Framing, length: int) -> Headers:
    """The headers with the one that frames the body, in the place where a framing header stood before."""
    lines: dict[Framing, Headers] = {
        "length": (("content-length", str(length)),),
        "chunked": (("transfer-encoding", "chunked"),),
        "none": (),
    }
    place = next((place for place, (name, _) in enumerate(headers) if name.lower() in _FRAMING_HEADERS), len(headers))
    rest = tuple(pair for pair in headers[place:] if pair[0].lower() not in _FRAMING_HEADERS)
    return headers[:place] + lines[framing] + rest
