"""What went wrong on the way to a receiver and back, in words? The words are those of a delivery without faults."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING

from steppay_mock.delivery.access import asks_for_certificate, untrusted
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.faults.fault import NO_WHOLE_ANSWER
from steppay_mock.delivery.proxy import ProxyError

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import Endpoint

FAILURES = (OSError, HTTPException, ValueError)
"""What sockets and http.client raise about a receiver."""


def told(failure: Exception, endpoint: Endpoint, *, timeout: float) -> str:
    """One line about the failure."""
    if isinstance(failure, TimeoutError):
        return f"timed out after {timeout:g} s"
    if isinstance(failure, ProxyError):
        return str(failure)
    if isinstance(failure, ssl.SSLCertVerificationError):
        return untrusted(failure.verify_message, code=failure.verify_code)
    if isinstance(failure, ConnectionRefusedError):
        return f"connection refused: nothing listens at {endpoint.authority}"
    if isinstance(failure, socket.gaierror):
        return f"the name {endpoint.host} leads to no address"
    is_end = isinstance(failure, ssl.SSLError | ConnectionError)
    asks = asks_for_certificate(endpoint.access, endpoint.scheme) if is_end else ""
    return f"{NO_WHOLE_ANSWER}{excerpt(str(failure) or type(failure).__name__)}{asks}"
