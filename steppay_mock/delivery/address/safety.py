"""May a webhook be sent to this host? A mock that reaches a stranger's server is an attack."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.shown_url import shown_url

_BELOW_LOCALHOST = ".localhost"
_VENDOR = "steppay.kr"
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def normal_host(host: str) -> str:
    """Write a host the one way in which hosts are compared: ASCII, lower case, without dots at its end.

    Raises ValueError for what is neither a name nor an address.
    """
    bare = host.strip("[]").lower()
    address = _address(bare)
    if address is not None:
        return str(address)
    # The codec maps wide letters and ideographic dots to plain ones, as the resolver would.
    name = bare.encode("idna").decode().lower().rstrip(".") if bare else ""
    if not _NAME.fullmatch(name):
        raise ValueError(host)
    return name


def allowed_names(hosts: object) -> frozenset[str]:
    """Read ``allow_hosts``; SteppayMockError for an entry that is not the bare name or address of a host."""
    if isinstance(hosts, str):
        hosts = (hosts,)
    if not isinstance(hosts, Iterable):
        raise SteppayMockError(
            f"allow_hosts is a list of host names, not {type(hosts).__name__}. Pass allow_hosts=['staging.example.com']"
        )
    return frozenset(_allowed_name(host) for host in hosts)


def check_host(host: str, allowed: frozenset[str], *, what: str = "") -> None:
    """Refuse, with a SteppayMockError, a host that is neither this machine nor allowed, and StepPay's in any case.

    ``what`` says what the host is, if it is not the receiver's.
    """
    if host == _VENDOR or host.endswith(f".{_VENDOR}"):
        raise SteppayMockError(
            f"{host} belongs to StepPay: nothing is ever sent there, allowed or not. Give the URL of your own receiver."
        )
    if not (is_this_machine(host) or host in allowed):
        raise SteppayMockError(
            f"{what}{host} is not this machine, and deliveries leave it only where that was asked for. "
            f"Is it yours? Allow it: allow_hosts=[{host!r}]"
        )


def is_this_machine(host: str) -> bool:
    """Tell whether a normal host is a loopback address or a name that stands for one."""
    address = _address(host)
    if address is None:
        return host == "localhost" or host.endswith(_BELOW_LOCALHOST)
    return address.is_loopback


def name_to_look_up(host: str) -> str:
    """The name that a connection is made to: those below .localhost are this machine's, whatever a name server says."""
    return "localhost" if host.endswith(_BELOW_LOCALHOST) else host


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    # Pythons differ over ::ffff:127.0.0.1, in how it is written and in whether it is loopback; it leads to IPv4 anyway.
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _allowed_name(host: object) -> str:
    try:
        if isinstance(host, str):
            return normal_host(host)
    except ValueError:
        pass
    shown = shown_url(host) if isinstance(host, str) else host
    raise SteppayMockError(
        f"allow_hosts takes host names without scheme, port or path, not {shown!r}. Pass 'staging.example.com'"
    )
