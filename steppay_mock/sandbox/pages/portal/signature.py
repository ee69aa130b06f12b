"""How the signature of a delivery was made, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steppay_mock.delivery.journal.resending import SIGNATURE
from steppay_mock.sandbox.pages.portal.sent_request import remake_request
from steppay_mock.wire.shown_url import MASK
from steppay_mock.wire.signature import sign

if TYPE_CHECKING:
    from steppay_mock.delivery.request import Request

_KEY = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_BEGINNING = 60  # bytes of the body that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class RemadeRequest:
    """The request of a delivery with the endpoint's key as it is now; without the key its proofs are masked."""

    request: Request
    signed_at: int | None
    key: str | None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers, in their order."""
        return [
            (name, value if self.key is not None or name.lower() != SIGNATURE else _KEY.sub(MASK, value))
            for name, value in self.request.headers
        ]

    @property
    def head(self) -> str:
        """The headers as lines."""
        return lines_of(self.headers)

    @property
    def message(self) -> str:
        """The beginning of what is signed."""
        body = self.request.body
        begin = body[:_BEGINNING].decode("utf-8", "backslashreplace")
        return f"{self.signed_at}.{begin}{'…' if len(body) > _BEGINNING else ''}"

    @property
    def right_signature(self) -> str | None:
        """The signature that the endpoint's key gives for what was sent; None without a key or a time."""
        if self.key is None or self.signed_at is None:
            return None
        return sign(self.request.body, self.key, timestamp=self.signed_at)


def lines_of(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as lines of text."""
    return "\n".join(f"{name}: {value}" for name, value in headers)


def remake(body: bytes, *, signed_at: int | None, fault: str | None, key: str | None, trace_seed: int) -> RemadeRequest:
    """The request of a delivery. None: the key is not known any more."""
    request = remake_request(body, signed_at=signed_at, fault=fault, key=key or "unknown", trace_seed=trace_seed)
    return RemadeRequest(request=request, signed_at=signed_at, key=key)
