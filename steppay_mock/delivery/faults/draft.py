"""The draft of a request: the parts from which a fault makes a faulty request."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.request import Headers, Request, Writing
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.headers import request_headers
from steppay_mock.wire.signature import Secrets, as_secrets

if TYPE_CHECKING:
    from steppay_mock.wire.signature import Secret

LATEST = 10**15 - 1  # of more digits no receiver takes a timestamp for one
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A right request with its secrets, so that a fault can sign it again; :func:`make_draft` makes one.

    ``headers`` do not hold ``host`` and ``connection``: the connection adds them. ``secrets`` None: it is not signed.
    ``timestamp`` is the time of signing, in whole seconds since the epoch.
    """

    body: bytes = field(repr=False)
    headers: Headers
    secrets: Secrets | None
    timestamp: int

    def __post_init__(self) -> None:
        if self.secrets is not None:
            object.__setattr__(self, "secrets", as_secrets(self.secrets))
        if not 0 <= self.timestamp <= LATEST:
            raise SteppayMockError(
                f"A draft is signed at a time in seconds since the epoch, 0 to {LATEST}, not {self.timestamp}. "
                "Pass int(time.time())"
            )
        for name, value in self.headers:
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                # The value is not quoted: a secret may have got there.
                raise SteppayMockError(
                    f"The header {name[:40]!r} cannot be sent: a name is letters, digits and -, a value is one line of "
                    "Latin-1 characters. Correct it."
                )

    @property
    def signers(self) -> tuple[str, ...]:
        """The secrets that sign; none, where nothing is signed."""
        return self.secrets or ()


def make_draft(
    body: bytes, *, secret: Secret | None = None, timestamp: float | None = None, trace_seed: int | None = None
) -> RequestDraft:
    """RequestDraft the delivery of these bytes with the vendor's headers, signed as ``deliver`` would sign it.

    ``secret``, ``timestamp`` (None: now, fact 19) and ``trace_seed`` are those of
    :func:`~steppay_mock.wire.headers.request_headers`. Raises SteppayMockError for a secret or a time that is none.
    """
    moment = int(time.time() if timestamp is None else timestamp)
    secrets = None if secret is None else as_secrets(secret)
    headers = request_headers(body, secret=secrets, timestamp=moment, trace_seed=trace_seed)
    return RequestDraft(body, tuple(headers.items()), secrets, moment)


def as_drafted(
    draft: RequestDraft, *, body: bytes | None = None, headers: Headers | None = None, writing: Writing | None = None
) -> Request:
    """The request of the draft, with only these parts changed. The signature stays, also where the body changes."""
    return Request(
        draft.body if body is None else body,
        draft.headers if headers is None else headers,
        writing=writing or Writing(),
    )


def with_header(headers: Headers, name: str, *values: str) -> Headers:
    """The headers with these values under the name, where it stood or else at the end; no value takes it out."""
    lines = tuple((name, value) for value in values)
    places = [place for place, (known, _) in enumerate(headers) if known.lower() == name]
    first = places[0] if places else len(headers)
    rest = tuple(pair for place, pair in enumerate(headers) if place > first and place not in places)
    return headers[:first] + lines + rest
