"""A webhook that came in, as it came, and what a right receiver finds in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steppay_mock.delivery.journal.resending import SIGNATURE
from steppay_mock.errors import ContractViolation, SignatureError, SteppayMockError
from steppay_mock.payload.event import Event
from steppay_mock.sandbox.judged import JudgedBody, judge_body
from steppay_mock.wire.redact import Redaction
from steppay_mock.wire.shown_url import MASK, is_secret_name, secrets_in, shown_url
from steppay_mock.wire.signature import verify
from steppay_mock.wire.signature_header import parse_header

_CREDENTIALS = frozenset({"cookie", "set-cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedWebhook:
    """One attempt to forward a webhook, with the receiver's answer; ``latency`` None: there is no answer yet."""

    number: int
    url: str = field(repr=False)
    sent_at: float
    status: int | None = None
    latency: float | None = None
    error: str | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the receiver accepted it: the answer came whole, with 2xx (assumed, fact 23)."""
        return self.error is None and self.status is not None and 200 <= self.status <= 299

    @property
    def is_pending(self) -> bool:
        """Whether the receiver has not answered yet."""
        return self.latency is None

    def as_dict(self) -> dict[str, Any]:
        """The attempt as plain data, without what is secret in its URL."""
        return {
            "number": self.number,
            "url": shown_url(self.url),
            "sent_at": self.sent_at,
            "status": self.status,
            "latency": self.latency,
            "error": self.error,
            "headers": self.headers,
            "body": self.body.decode("utf-8", "replace"),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedWebhook:
    """A webhook that came in. ``headers`` and ``body`` are exactly as they came; ``came_at`` is in epoch seconds."""

    number: int
    inbox: str
    came_at: float
    query: str = field(default="", repr=False)
    """The query of the address that it came to, with what is secret in it."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    """What its signature is checked with."""
    answer: ForwardedWebhook | None = None
    """The newest attempt to forward it; None: it was not forwarded."""

    @property
    def judged(self) -> JudgedBody:
        """The body as a receiver reads it."""
        return judge_body(self.body)

    @property
    def event(self) -> Event | None:
        """The event; None if the body is none."""
        try:
            return Event.from_bytes(self.body)
        except SteppayMockError:
            return None

    @property
    def type(self) -> str:
        """The event type, that of a webhook v1 as ``v1.order``; empty if the body is no event."""
        event = self.event
        return "" if event is None else str(event.type)

    @property
    def violations(self) -> tuple[ContractViolation, ...]:
        """How the body breaks the contract; nothing for one that is no JSON."""
        return self.judged.violations

    @property
    def violation(self) -> ContractViolation | None:
        """The first way in which it breaks the contract."""
        return next(iter(self.violations), None)

    @property
    def signature_header(self) -> str | None:
        """The value of Steppay-Signature; None without one."""
        found = [value for name, value in self.headers if name.lower() == SIGNATURE]
        return ", ".join(found) if found else None

    @property
    def signed_at(self) -> int | None:
        """The time in the signature; None without one that can be read."""
        try:
            return int(parse_header(self.signature_header).timestamp)
        except SignatureError:
            return None

    @property
    def signature(self) -> str:
        """``valid``, ``missing``, ``unchecked`` if no key is known, or the kind of the SignatureError."""
        if self.signature_header is None:
            return "missing"
        error = self.signature_error
        if error is not None:
            return error.kind
        return "valid" if self.keys else "unchecked"

    @property
    def signature_error(self) -> SignatureError | None:
        """Why the signature proves nothing; None if it is right, missing, or cannot be checked without a key.

        Its age is that at the arrival; 300 seconds are allowed (assumed).
        """
        header = self.signature_header
        if header is None:
            return None
        try:
            if self.keys:
                verify(header, self.body, self.keys, now=datetime.fromtimestamp(self.came_at, UTC))
            else:
                parse_header(header)
        except SignatureError as error:
            return error
        return None

    @property
    def shown_query(self) -> str:
        """The query, without what is secret in it."""
        return shown_url(f"?{self.query}").removeprefix("?")

    @property
    def shown_headers(self) -> list[tuple[str, str]]:
        """The headers, without what is secret in them: keys, passwords and cookies."""
        redact = Redaction([*self.keys, *secrets_in(f"?{self.query}")])
        return [(name, MASK if _is_secret(name) else redact.text(value)) for name, value in self.headers]

    def as_dict(self) -> dict[str, Any]:
        """The webhook as plain data, without what is secret in its headers and its query."""
        return {
            "number": self.number,
            "inbox": self.inbox,
            "came_at": self.came_at,
            "query": self.shown_query,
            "headers": [list(pair) for pair in self.shown_headers],
            "body": self.body.decode("utf-8", "replace"),
            "event": self.type or None,
            "v1": self.judged.is_v1,
            "signature": self.signature,
            "violations": [one.as_dict() for one in self.violations],
            "answer": None if self.answer is None else self.answer.as_dict(),
        }


def _is_secret(name: str) -> bool:
    """Whether a header of this name has a secret in it. A signature is none."""
    lower = name.lower()
    return lower in _CREDENTIALS or (lower != SIGNATURE and is_secret_name(name))
