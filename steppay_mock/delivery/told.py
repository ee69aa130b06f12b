"""What went wrong on the way to a receiver and back: its code, and the words for it, the same for every engine."""

from __future__ import annotations

import errno
import socket
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING

from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure, timed_out
from steppay_mock.delivery.lacking import hidden_lack, lack_behind, own_lack

if TYPE_CHECKING:
    from steppay_mock.delivery.endpoint import Endpoint

FAILURES = (OSError, HTTPException, ValueError)
"""What sockets and http.client raise about a receiver."""

_DISGUISES = {Failure.NO_ADDRESS, Failure.CERTIFICATE, Failure.BROKEN}
"""What a lack of ours looks like where a library could not open a file that it needs."""
_FAR = {errno.EHOSTUNREACH, errno.EHOSTDOWN}


def told(error: Exception, endpoint: Endpoint, *, timeout: float, connected: bool = True) -> tuple[Failure, str]:
    """The code of the failure and one line about it; ``connected`` says whether there was a connection.

    Raises OwnLackError where it is this machine that lacks something.
    """
    lack = lack_behind(error)
    failure = failure_of(error)
    if lack is None and failure in _DISGUISES and not connected:
        lack = hidden_lack()
    if lack is None and failure is Failure.NO_ADDRESS and ":" in endpoint.host:
        lack = Failure.OWN_PORTS  # an address of IPv6 is no name: this machine has no IPv6
    if lack is not None:
        raise own_lack(lack, to=endpoint.authority, perhaps_sent=connected) from None
    return failure, words(failure, endpoint, timeout=timeout, detail=_detail(error))


def _detail(error: Exception) -> str:
    """What the library said; urllib3 puts the words and the error behind them into one tuple."""
    cause = error.args[-1] if len(error.args) > 1 else None
    behind = cause if isinstance(cause, HTTPException | OSError) and not isinstance(error, OSError) else error
    return str(behind) or type(behind).__name__


def failure_of(error: BaseException) -> Failure:
    """The code of what the error, or what it came from, is about."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, TimeoutError):
            return Failure.TIMED_OUT
        if isinstance(cause, ConnectionRefusedError):
            return Failure.REFUSED
        if isinstance(cause, socket.gaierror):
            return Failure.NO_ADDRESS
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure.CERTIFICATE
        if isinstance(cause, OSError) and cause.errno in _FAR:
            return Failure.UNREACHABLE
        cause = cause.__cause__ or cause.__context__
    return Failure.BROKEN


def words(failure: Failure, endpoint: Endpoint, *, timeout: float, detail: str) -> str:
    """One line about the failure; ``detail`` is what the library said."""
    if failure is Failure.TIMED_OUT:
        return timed_out(timeout)
    if failure is Failure.REFUSED:
        return f"connection refused: nothing listens at {endpoint.authority}"
    if failure is Failure.NO_ADDRESS:
        return f"the name {endpoint.host} leads to no address"
    if failure is Failure.UNREACHABLE:
        return f"{endpoint.authority} cannot be reached from this machine"
    return f"no whole HTTP answer: {excerpt(detail)}"
