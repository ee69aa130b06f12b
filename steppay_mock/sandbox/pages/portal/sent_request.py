"""The request of a delivery, made again: what its signature proves, and how its body breaks the contract.

The journal keeps no signature and no key. A request of the same body, time and fault is made with another key, and is
judged with that key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from steppay_mock.delivery.make_request import make_request
from steppay_mock.errors import SignatureError, SteppayMockError
from steppay_mock.sandbox.judged import JudgedBody, judge_body
from steppay_mock.sandbox.pages.portal.arrivals import Badge
from steppay_mock.wire.signature import verify

if TYPE_CHECKING:
    from steppay_mock.delivery.request import Request

SIGNATURE = "steppay-signature"
_KEY = "a key for the judgement alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRequest:
    """A request that was sent, and what a right receiver finds in it."""

    proof: str
    """``valid``, ``missing``, or the kind of its SignatureError."""
    body: JudgedBody

    @property
    def badges(self) -> tuple[Badge, ...]:
        """What it shows by itself."""
        return badges_of_request(self.proof, self.body)


def badges_of_request(proof: str, body: JudgedBody) -> tuple[Badge, ...]:
    """What a request shows by itself. A webhook v1 is never signed (fact 52)."""
    found = [Badge(kind="v1", is_fine=True)] if body.is_v1 else []
    if not (body.is_v1 and proof == "missing"):
        found.append(Badge(kind="signature", text=proof, is_fine=proof == "valid"))
    if not body.is_parsed:
        found.append(Badge(kind="no_json"))
    elif body.violations:
        found.append(Badge(kind="violation", text=body.violations[0].path))
    return tuple(found)


@lru_cache(maxsize=1024)
def judge_request(body: bytes, *, signed_at: int | None, sent_at: float | None, fault: str | None) -> JudgedRequest:
    """What a receiver finds in the request that delivered this event."""
    request = remake_request(body, signed_at=signed_at, fault=fault, key=_KEY)
    return JudgedRequest(proof=_proof(request, sent_at), body=judge_body(request.body))


def remake_request(
    body: bytes, *, signed_at: int | None, fault: str | None, key: str, trace_seed: int | None = 0
) -> Request:
    """The request that a delivery with this time in its signature sent; without its fault where that is unknown."""
    secret = None if signed_at is None else key
    try:
        return make_request(body, secret=secret, timestamp=signed_at, trace_seed=trace_seed, fault=fault)
    except SteppayMockError:  # the fault is of another version of the journal, or needs a signature
        return make_request(body, secret=secret, timestamp=signed_at, trace_seed=trace_seed)


def _proof(request: Request, sent_at: float | None) -> str:
    found = [value for name, value in request.headers if name.lower() == SIGNATURE]
    if not found:
        return "missing"
    now = None if sent_at is None else datetime.fromtimestamp(sent_at, UTC)
    try:
        verify(", ".join(found), request.body, _KEY, now=now)
    except SignatureError as error:
        return error.kind
    return "valid"
