"""The answer of a receiver to one request, or the failure that took its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.wire.redact import Redaction

MAX_ANSWER = 64 * 1024
"""Bytes of an answer's body that are kept: people read it, and an endless one must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``status`` None if no answer came, ``error`` None if it came whole; ``latency`` in seconds.

    ``failure`` is the code of the failure that ``error`` describes in words.
    """

    status: int | None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str | None = None
    exception: BaseException | None = None
    latency: float = 0.0
    failure: Failure | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver accepted the request: the answer came whole, with 2xx (assumed, fact 23)."""
        return self.error is None and self.status is not None and 200 <= self.status <= 299

    def without(self, redact: Redaction) -> Answer:
        """The answer without the secrets; the same object if it holds none. Every transport calls it last."""
        if not redact or not self._may_hold(redact):
            return self
        return replace(
            self,
            body=redact.data(self.body, cut=len(self.body) >= MAX_ANSWER),
            error=None if self.error is None else redact.text(self.error),
            headers={redact.text(name): redact.text(value) for name, value in self.headers.items()},
            exception=None if self.exception is None else redact.exception(self.exception),
        )

    def _may_hold(self, redact: Redaction) -> bool:
        """Whether the answer needs a closer look. Most do not, and this check runs for each of them."""
        if self.error is not None or self.exception is not None or len(self.body) >= MAX_ANSWER:
            return True
        return redact.is_in("\n".join([*self.headers, *self.headers.values()])) or redact.is_in_data(self.body)
