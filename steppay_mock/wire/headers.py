"""The headers of a webhook, in the vendor's order (fact 21)."""

from __future__ import annotations

from hashlib import blake2b
from secrets import token_hex
from typing import TYPE_CHECKING

from steppay_mock.payload.v1_body import v1_content_type
from steppay_mock.wire.signature import sign

if TYPE_CHECKING:
    from steppay_mock.wire.signature import Secret

_ACCEPT = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
_TE = "gzip, deflate; q=0.5"


def request_headers(
    body: bytes, *, secret: Secret | None = None, timestamp: float | None = None, trace_seed: int | None = None
) -> dict[str, str]:
    """The headers of one request, names in lower case and in the vendor's order (fact 21).

    Without ``secret`` there is no signature. ``timestamp`` is the sending time in seconds since the epoch, None is now
    (fact 19). The transport adds ``connection: close`` and ``host``. The B3 trace headers are hex (fact 21); three
    ids of 16 digits each, the shorter form that B3 allows, are assumed. ``trace_seed`` fixes them; None draws them.
    The body of a webhook v1 has its own content type, and is never signed (fact 52).
    Raises SteppayMockError as :func:`~steppay_mock.wire.signature.sign` does.
    """
    of_v1 = v1_content_type(body)
    ids = _trace_ids(trace_seed)
    headers = {
        "accept": _ACCEPT,
        "te": _TE,
        "x-b3-traceid": ids[:16],
        "x-b3-spanid": ids[16:32],
        "x-b3-parentspanid": ids[32:],
        "content-type": of_v1 or "application/json",
        "content-length": str(len(body)),
    }
    if secret is not None and of_v1 is None:
        headers["steppay-signature"] = sign(body, secret, timestamp=timestamp)
    return headers


def _trace_ids(seed: int | None) -> str:
    # A hash, not random.Random: to seed one takes more time than all other headers together.
    return token_hex(24) if seed is None else blake2b(b"%d" % seed, digest_size=24).hexdigest()
