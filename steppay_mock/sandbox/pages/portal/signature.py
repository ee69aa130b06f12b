"""A signature step by step: of a delivery, which is made again, and of a webhook that came in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.sandbox.pages.portal.sent_request import SIGNATURE, remake_request
from steppay_mock.wire.shown_url import MASK
from steppay_mock.wire.signature import sign

if TYPE_CHECKING:
    from steppay_mock.delivery.request import Request
    from steppay_mock.errors import SignatureError

_KEY = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_BEGINNING = 60  # bytes of the body that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSteps:
    """How the signature of a body is worked out; ``proof`` is what a receiver finds in the one that was sent."""

    signed_at: int | None
    """The time in it; None without one."""
    message: str
    """The beginning of what is signed."""
    right: str | None
    """The header that the keys give for the body; None without a key or a time."""
    proof: str
    error: SignatureError | None = None
    """Why it proves nothing."""


def signature_steps(
    body: bytes, *, signed_at: int | None, keys: Iterable[str], proof: str, error: SignatureError | None = None
) -> SignatureSteps:
    """The steps for a body that was signed then, with these keys."""
    known = tuple(keys)
    begin = body[:_BEGINNING].decode("utf-8", "backslashreplace")
    return SignatureSteps(
        signed_at=signed_at,
        message=f"{signed_at}.{begin}{'…' if len(body) > _BEGINNING else ''}",
        right=sign(body, known, timestamp=signed_at) if known and signed_at is not None else None,
        proof=proof,
        error=error,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RemadeRequest:
    """The request of a delivery with the endpoint's key as it is now; without the key its proofs are masked."""

    request: Request
    key: str | None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers, in their order."""
        return [
            (name, value if self.key is not None or name.lower() != SIGNATURE else _KEY.sub(MASK, value))
            for name, value in self.request.headers
        ]


def lines_of(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as lines of text."""
    return "\n".join(f"{name}: {value}" for name, value in headers)


def remake(body: bytes, *, signed_at: int | None, fault: str | None, key: str | None, trace_seed: int) -> RemadeRequest:
    """The request of a delivery. None: the key is not known any more."""
    request = remake_request(body, signed_at=signed_at, fault=fault, key=key or "unknown", trace_seed=trace_seed)
    return RemadeRequest(request=request, key=key)
