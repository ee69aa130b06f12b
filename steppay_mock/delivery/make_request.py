"""Makes the request of a delivery: the vendor's headers, the signature and, where one is asked for, a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.request import Request
from steppay_mock.wire.headers import request_headers

if TYPE_CHECKING:
    from steppay_mock.wire.signature import Secret


def make_request(
    body: bytes,
    *,
    secret: Secret | None = None,
    timestamp: float | None = None,
    trace_seed: int | None = None,
    fault: str | None = None,
) -> Request:
    """The request that delivers these bytes; the same arguments give the same request.

    ``secret``, ``timestamp`` (seconds since the epoch, None: now, fact 19) and ``trace_seed`` are those of
    :func:`~steppay_mock.wire.headers.request_headers`. ``fault`` is a name from ``steppay-mock faults``. Raises
    SteppayMockError for a wrong secret or time, an unknown fault, and a fault of the signature without a secret.
    """
    if fault is None:
        headers = request_headers(body, secret=secret, timestamp=timestamp, trace_seed=trace_seed)
        return Request(body, tuple(headers.items()))
    from steppay_mock.delivery.faults import find_fault, make_draft

    return find_fault(fault).apply(make_draft(body, secret=secret, timestamp=timestamp, trace_seed=trace_seed))
