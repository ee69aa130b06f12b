"""The draft of a request: the parts from which a fault makes a faulty request."""

from __future__ import annotations

import hmac
import re
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.request import Headers, Request, Writing
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.headers import request_headers
from steppay_mock.wire.signature import Secrets, as_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.wire.signature import Secret

SIGNATURE = "steppay-signature"
LATEST = 10**15 - 1  # receivers take no number with more digits for a timestamp
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
        """The secrets that sign; empty if the draft is not signed."""
        return self.secrets or ()


def make_draft(
    body: bytes, *, secret: Secret | None = None, timestamp: float | None = None, trace_seed: int | None = None
) -> RequestDraft:
    """The draft of the request that delivers these bytes, right, with the vendor's headers and signature.

    ``secret``, ``timestamp`` (None: now, fact 19) and ``trace_seed`` are those of
    :func:`~steppay_mock.wire.headers.request_headers`. Raises SteppayMockError for a wrong secret or time.
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
    """The headers with these values under the name, in its old place or else at the end; without values, without it."""
    lines = tuple((name, value) for value in values)
    places = [place for place, (known, _) in enumerate(headers) if known.lower() == name]
    first = places[0] if places else len(headers)
    rest = tuple(pair for place, pair in enumerate(headers) if place > first and place not in places)
    return headers[:first] + lines + rest


def keys_of(draft: RequestDraft, secrets: Iterable[str], *, moment: object = None) -> str:
    """The keys that these secrets make over the draft's body, joined by ``;`` (fact 18).

    ``moment`` None is the timestamp of the draft. Unlike :func:`~steppay_mock.wire.signature.sign` it takes any text.
    """
    text = str(draft.timestamp if moment is None else moment)
    signed = b"%b.%b" % (text.encode(), draft.body)
    return ";".join(b64encode(hmac.digest(one.encode(), signed, "sha256")).decode() for one in secrets)


def other_secrets(draft: RequestDraft, count: int) -> list[str]:
    """As many secrets, none of them a secret of the draft."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        number += 1
        secret = f"the secret of somebody else, number {number}"
        if secret not in draft.signers:
            found.append(secret)
    return found


def with_signatures(draft: RequestDraft, *values: str) -> Request:
    """The request of the draft with these signature headers: none, one or two."""
    return as_drafted(draft, headers=with_header(draft.headers, SIGNATURE, *values))
