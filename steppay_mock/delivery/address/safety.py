"""The hosts to which webhooks may be sent: this machine and the allowed ones. Other servers would be attacked."""

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
    """The host in the form in which hosts are compared: ASCII, lower case, without a dot at the end.

    Raises ValueError for a text that is neither a name nor an IP address.
    """
    bare = host.strip("[]").lower()
    address = _address(bare)
    if address is not None:
        return str(address)
    # The codec maps full-width letters and ideographic dots to ASCII, as the resolver does.
    name = bare.encode("idna").decode().lower().rstrip(".") if bare else ""
    if not _NAME.fullmatch(name):
        raise ValueError(host)
    return name


def allowed_names(hosts: object) -> frozenset[str]:
    """The hosts of ``allow_hosts``. Raises SteppayMockError for an entry that is not just a name or an IP address."""
    if isinstance(hosts, str):
        hosts = (hosts,)
    if not isinstance(hosts, Iterable):
        raise SteppayMockError(
            f"allow_hosts is a list of host names, not {type(hosts).__name__}. Pass allow_hosts=['staging.example.com']"
        )
    return frozenset(_allowed_name(host) for host in hosts)


def check_host(host: str, allowed: frozenset[str], *, what: str = "") -> None:
    """Raise SteppayMockError for a host that is neither this machine nor allowed, and for every host of StepPay.

    ``what`` names the host in the message, if it is not the receiver's.
    """
    if host == _VENDOR or host.endswith(f".{_VENDOR}"):
        raise SteppayMockError(
            f"{host} belongs to StepPay: nothing is ever sent there, allowed or not. Give the URL of your own receiver."
        )
    if not (is_this_machine(host) or host in allowed):
        raise SteppayMockError(
            f"{what}{host} is not this machine, and deliveries leave this machine only if you allow the host. "
            f"Is it yours? Allow it: allow_hosts=[{host!r}]"
        )


def is_this_machine(host: str) -> bool:
    """Whether the host, in its normal form, is a loopback address or a name of one."""
    address = _address(host)
    if address is None:
        return host == "localhost" or host.endswith(_BELOW_LOCALHOST)
    return address.is_loopback


def name_to_look_up(host: str) -> str:
    """The name to look up. Names below .localhost are this machine (RFC 6761); not every resolver knows that."""
    return "localhost" if host.endswith(_BELOW_LOCALHOST) else host


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    # Versions of Python write ::ffff:127.0.0.1 in two ways, and only some call it loopback. It is an IPv4 address.
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
