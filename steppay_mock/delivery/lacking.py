"""What of the system's errors is a lack of this machine, and the figures of it."""

from __future__ import annotations

import errno
import socket
from ssl import SSLError

from steppay_mock.delivery.descriptors import limit  # not when it is used: then there is no descriptor to load it
from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.lack import OwnLackError

_BY_NUMBER = {
    errno.EMFILE: Failure.OWN_DESCRIPTORS,
    errno.ENFILE: Failure.OWN_DESCRIPTORS,
    errno.EADDRNOTAVAIL: Failure.OWN_PORTS,
    errno.EAFNOSUPPORT: Failure.OWN_NETWORK,
    errno.ENETUNREACH: Failure.OWN_NETWORK,
    errno.ENETDOWN: Failure.OWN_NETWORK,
    errno.EACCES: Failure.OWN_NETWORK,
    errno.EPERM: Failure.OWN_NETWORK,
    errno.ENOMEM: Failure.OWN_MEMORY,
    errno.ENOBUFS: Failure.OWN_MEMORY,
}
_OTHER_NUMBERS = (socket.gaierror, SSLError)
"""Errors of name servers and of TLS, whose numbers are not those of the system."""


def lack_behind(error: BaseException, *, outside: BaseException | None = None) -> Failure | None:
    """The lack of ours that the error, or what it came from, is about; None if there is none."""
    for cause in errors_behind(error, outside=outside):
        if isinstance(cause, OSError) and not isinstance(cause, _OTHER_NUMBERS) and cause.errno in _BY_NUMBER:
            return _BY_NUMBER[cause.errno]
        if isinstance(cause, MemoryError):
            return Failure.OWN_MEMORY
    return None


def hidden_lack(family: int = socket.AF_INET) -> Failure | None:
    """The lack behind a failure that does not name it, such as a name that cannot be looked up without a descriptor."""
    try:
        with socket.socket(family):
            return None
    except OSError as error:
        return lack_behind(error)


def own_lack(failure: Failure, *, to: str, perhaps_sent: bool = False) -> OwnLackError:
    """The error that says what was lacking for a request to that host, with the figures."""
    return OwnLackError(failure, _what(failure, to), perhaps_sent=perhaps_sent)


def _what(failure: Failure, to: str) -> str:
    if failure is Failure.OWN_DESCRIPTORS:
        return f"no file descriptor is free for a connection to {to} ({_descriptors()})"
    if failure is Failure.OWN_PORTS:
        return f"no local port or address is free for a connection to {to}{_ports()}"
    if failure is Failure.OWN_NETWORK:
        return f"there is no way from this machine to {to}, or the connection is not let out"
    return f"no memory is left for a connection to {to}"


def _descriptors() -> str:
    most = limit()
    return "the system has no more" if most is None else f"the limit is {most}"


def _ports() -> str:
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:  # noqa: PTH123
            first, last = map(int, file.read().split())
    except (OSError, ValueError):
        return ""
    return f" (the system gives {last - first + 1} ports, {first} to {last}, to each address)"
