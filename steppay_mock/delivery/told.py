"""What went wrong on the way to a receiver and back: its code, and the words for it, the same for every engine."""

from __future__ import annotations

import errno
import socket
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING

from steppay_mock.delivery.access import asks_for_certificate, untrusted
from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure, timed_out
from steppay_mock.delivery.lacking import hidden_lack, lack_behind, own_lack
from steppay_mock.delivery.proxy import ProxyError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address

FAILURES = (OSError, HTTPException, ValueError)
"""What sockets and http.client raise about a receiver."""

_DISGUISES = {Failure.NO_ADDRESS, Failure.CERTIFICATE, Failure.BROKEN}
"""What a lack of ours looks like where a library could not open a file that it needs."""
_NO_TLS = "WRONG_VERSION_NUMBER"
"""What OpenSSL says where the port speaks no TLS."""
_SAID = {Failure.PROXY, Failure.CERTIFICATE}
"""What is said in full where it is noticed."""
_KINDS: tuple[tuple[type[BaseException], Failure], ...] = (
    (ProxyError, Failure.PROXY),
    (TimeoutError, Failure.TIMED_OUT),
    (ConnectionRefusedError, Failure.REFUSED),
    (socket.gaierror, Failure.NO_ADDRESS),
    (ssl.SSLCertVerificationError, Failure.CERTIFICATE),
)
_FAR = {errno.EHOSTUNREACH, errno.EHOSTDOWN}


def told(
    error: Exception,
    address: Address,
    *,
    timeout: float,
    connected: bool = True,
    outside: BaseException | None = None,
) -> tuple[Failure, str]:
    """The code of the failure and one line about it; ``connected`` says whether there was a connection.

    ``outside`` is the error that the caller was handling before. Raises OwnLackError where it is this machine that
    lacks something.
    """
    lack = lack_behind(error, outside=outside)
    failure = failure_of(error, outside=outside)
    if lack is None and failure in _DISGUISES and not connected:
        lack = hidden_lack()
    if lack is None and failure is Failure.NO_ADDRESS and ":" in address.host:
        lack = Failure.OWN_PORTS  # an address of IPv6 is no name: this machine has no IPv6
    if lack is not None:
        raise own_lack(lack, to=address.authority, perhaps_sent=connected) from None
    behind = list(errors_behind(error, outside=outside))
    is_end = any(
        isinstance(cause, ssl.SSLError | ConnectionError) and getattr(cause, "reason", "") != _NO_TLS
        for cause in behind
    )
    return failure, words(failure, address, timeout=timeout, detail=_detail(behind), is_end=is_end)


def failure_of(error: BaseException, *, outside: BaseException | None = None) -> Failure:
    """The code of what the error, or what it came from, is about."""
    for cause in errors_behind(error, outside=outside):
        for kind, failure in _KINDS:
            if isinstance(cause, kind):
                return failure
        if isinstance(cause, OSError) and cause.errno in _FAR:
            return Failure.UNREACHABLE
    return Failure.BROKEN


def words(failure: Failure, address: Address, *, timeout: float, detail: str, is_end: bool = False) -> str:
    """One line about the failure; ``detail`` is what the library said, ``is_end`` whether the connection ended."""
    if failure is Failure.TIMED_OUT:
        return timed_out(timeout)
    if failure is Failure.REFUSED:
        return f"connection refused: nothing listens at {address.authority}"
    if failure is Failure.NO_ADDRESS:
        return f"the name {address.host} leads to no address"
    if failure is Failure.UNREACHABLE:
        return f"{address.authority} cannot be reached from this machine"
    if failure in _SAID:
        return detail
    asks = asks_for_certificate(address.access, address.scheme) if is_end else ""
    return f"no whole HTTP answer: {excerpt(detail)}{asks}"


def _detail(behind: list[BaseException]) -> str:
    for cause in behind:
        if isinstance(cause, ProxyError):
            return str(cause)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return untrusted(cause.verify_message, code=cause.verify_code)
    # urllib3 puts the words and the error behind them into one tuple.
    error = behind[0]
    last = error.args[-1] if len(error.args) > 1 else None
    said = last if isinstance(last, HTTPException | OSError) and not isinstance(error, OSError) else error
    return str(said) or type(said).__name__
