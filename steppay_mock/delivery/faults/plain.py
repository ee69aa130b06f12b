"""How does an app in process get a faulty request?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.transport import Request
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.faults.faulty import FaultyRequest


def plain_request(faulty: FaultyRequest) -> Request:
    """The request as any transport sends it; a SteppayMockError where only a socket can show the fault."""
    if faulty.needs_socket:
        raise SteppayMockError(
            f"The fault {faulty.fault!r} shows only on a socket, and neither an app in process nor a function of AWS "
            "Lambda has one. Serve the app, or what lambda_app() gives, and deliver to its URL."
        )
    return Request(faulty.body, dict(faulty.headers))
