"""Failures on the way to a receiver and back: their codes and their words, the same for every engine.

Logic reads the codes; the words are for people. So an engine that finds a failure makes both here.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING

from steppay_mock.delivery.address.access import asks_for_certificate, untrusted
from steppay_mock.delivery.address.proxy import ProxyError
from steppay_mock.delivery.address.safety import is_this_machine
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure, timed_out
from steppay_mock.delivery.own_lack import hidden_lack, lack_behind, own_lack
from steppay_mock.wire.own_sockets import THIS_MACHINE, forbidden, is_forbidden

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address

NETWORK_ERRORS = (OSError, HTTPException, ValueError)
"""The errors that sockets and http.client raise about a receiver."""

_DISGUISES = {Failure.NO_ADDRESS, Failure.CERTIFICATE, Failure.BROKEN}
"""The codes under which a lack of this machine appears where a library could not open a file that it needs."""
_NO_TLS = "WRONG_VERSION_NUMBER"
"""OpenSSL's reason where the port answers without TLS."""
_WORDS_OF_THEIR_OWN = {Failure.PROXY, Failure.CERTIFICATE}
"""The codes whose words are complete where the failure is found."""
_CODES: tuple[tuple[type[BaseException], Failure], ...] = (
    (ProxyError, Failure.PROXY),
    (TimeoutError, Failure.TIMED_OUT),
    (ConnectionRefusedError, Failure.REFUSED),
    (socket.gaierror, Failure.NO_ADDRESS),
    (ssl.SSLCertVerificationError, Failure.CERTIFICATE),
)
_UNREACHABLE = {errno.EHOSTUNREACH, errno.EHOSTDOWN}
_PROXY_STATUSES = frozenset({407, 502, 504})
"""Statuses by which a proxy says that the receiver did not get the request (RFC 9110, 15.5.8, 15.6.3 and 15.6.5)."""


def describe_error(
    error: Exception,
    address: Address,
    *,
    timeout: float,
    connected: bool = True,
    outside: BaseException | None = None,
) -> tuple[Failure, str]:
    """The code of the failure and one line about it; ``connected`` says whether there was a connection.

    ``outside`` is the error that the caller was handling before. Raises OwnLackError where this machine lacks
    something.
    """
    lack = lack_behind(error, outside=outside)
    failure = failure_of(error, outside=outside)
    if lack is None and failure in _DISGUISES and not connected:
        lack = hidden_lack()
    if lack is None and failure is Failure.NO_ADDRESS and ":" in address.host:
        lack = Failure.OWN_PORTS  # an IPv6 address needs no look-up: this machine has no IPv6
    if lack is not None:
        raise own_lack(lack, to=address.authority, perhaps_sent=connected) from None
    behind = list(errors_behind(error, outside=outside))
    is_end = any(
        isinstance(cause, ssl.SSLError | ConnectionError) and getattr(cause, "reason", "") != _NO_TLS
        for cause in behind
    )
    return failure, describe_failure(failure, address, timeout=timeout, detail=_detail(behind), is_end=is_end)


def failure_of(error: BaseException, *, outside: BaseException | None = None) -> Failure:
    """The code of the failure that the error, or an error behind it, reports."""
    for cause in errors_behind(error, outside=outside):
        for kind, failure in _CODES:
            if isinstance(cause, kind):
                return failure
        if isinstance(cause, OSError) and cause.errno in _UNREACHABLE:
            return Failure.UNREACHABLE
    return Failure.BROKEN


def describe_failure(failure: Failure, address: Address, *, timeout: float, detail: str, is_end: bool = False) -> str:
    """One line about the failure; ``detail`` is the library's text, ``is_end`` whether the connection ended."""
    if failure is Failure.TIMED_OUT:
        return timed_out(timeout)
    if failure is Failure.REFUSED:
        return f"connection refused: nothing listens at {address.authority}"
    if failure is Failure.NO_ADDRESS:
        return f"the name {address.host} leads to no address"
    if failure is Failure.UNREACHABLE:
        return f"{address.authority} cannot be reached from this machine"
    if failure in _WORDS_OF_THEIR_OWN:
        return detail
    # A receiver that wants a client certificate ends the connection: TLS 1.3 tells the reason only in the first read,
    # and by then the connection may be reset.
    asks = asks_for_certificate(address.access, address.scheme) if is_end else ""
    return f"no whole HTTP answer: {excerpt(detail)}{asks}"


def mark_proxy_answer(answer: Answer, address: Address) -> Answer:
    """The answer, or a failure in its place if the proxy gave it and not the receiver.

    In a tunnel (https) every answer is the receiver's. Without a tunnel, 407, 502 and 504 are the proxy's.
    """
    proxy = address.access.proxy
    if proxy is None or address.scheme == "https" or answer.status not in _PROXY_STATUSES:
        return answer
    return Answer(None, error=proxy.refusal(answer.status), latency=answer.latency, failure=Failure.PROXY)


def reset_on_purpose(when: str) -> tuple[Failure, str]:
    """The code and the words for a connection that a fault reset at this moment."""
    return Failure.ON_PURPOSE, f"the connection was reset on purpose, {when}: no answer can come"


@contextmanager
def connecting_to(address: Address) -> Iterator[None]:
    """Within it, a connection that pytest-socket forbids is a SteppayMockError that names the option to pass."""
    try:
        yield
    except Exception as error:
        if not is_forbidden(error):
            raise
        # The message is made here, in the rare case: this block runs for each of very many deliveries.
        hosts = THIS_MACHINE if is_this_machine(address.host) else f"{THIS_MACHINE},{address.host}"
        raise forbidden(f"deliver to {address.authority}", allow=f"--allow-hosts={hosts}") from error


def _detail(behind: list[BaseException]) -> str:
    for cause in behind:
        if isinstance(cause, ProxyError):
            return str(cause)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return untrusted(cause.verify_message, code=cause.verify_code)
    # urllib3's ProtocolError has two arguments: its own text and the error behind it, which says more.
    error = behind[0]
    last = error.args[-1] if len(error.args) > 1 else None
    said = last if isinstance(last, HTTPException | OSError) and not isinstance(error, OSError) else error
    return str(said) or type(said).__name__
