"""Reads the address of a URL, and checks that its host may be called: this machine, or a host of ``--allow-host``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from steppay_mock.cli.show.terminal import counted
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions


def read_address(url: str, *, path: str | None = None, access: AccessOptions | None = None) -> Address:
    """The address of a URL on any host: whether that host may be called is checked by :func:`agree`.

    A host of StepPay is a SteppayMockError here already. ``path`` is added to a URL without one; None means
    /webhooks/steppay. ``access`` passes the access control in front of the receiver.
    """
    from steppay_mock.delivery.address import DEFAULT_PATH, parse_address
    from steppay_mock.delivery.address.access import read_access
    from steppay_mock.delivery.address.safety import normal_host

    try:
        allowed = frozenset({normal_host(urlsplit(url).hostname or "")})
    except ValueError:
        allowed = frozenset()  # parse_address raises the error
    through = read_access(access or {})
    if through.proxy is not None:
        allowed |= {through.proxy.host}
    return parse_address(url, path=path or DEFAULT_PATH, allowed=allowed, access=through)


def read_hosts(hosts: Iterable[str]) -> frozenset[str]:
    """The hosts of ``--allow-host``. A value that is no host name is a usage error."""
    from steppay_mock.delivery.address.safety import allowed_names

    try:
        return allowed_names(hosts)
    except SteppayMockError:
        raise click.UsageError(
            "--allow-host takes a host name without scheme, port or path. Write one such as staging.example.com."
        ) from None


def agree(
    endpoint: Address, allowed: frozenset[str], *, count: int | None = None, noun: str = "webhook"
) -> frozenset[str]:
    """The allowed hosts, with those of the address and of its proxy.

    Asks for a host that is not allowed, or raises a SteppayMockError where nobody can answer. ``count`` is the number
    of requests, which are called ``noun``; None if it is not known.
    """
    from steppay_mock.delivery.address.safety import is_this_machine

    proxy = endpoint.access.proxy
    asked = {endpoint.host: endpoint.host, **({} if proxy is None else {proxy.host: f"the proxy {proxy.host}"})}
    strange = {host: name for host, name in asked.items() if not (is_this_machine(host) or host in allowed)}
    if not strange:
        return allowed
    named = " and ".join(strange.values())
    are, they = ("is not", "it") if len(strange) == 1 else ("are not", "they")
    if not at_terminal():
        options = " ".join(f"--allow-host {host}" for host in strange)
        raise SteppayMockError(
            f"{named} {are} this machine. Other hosts get {noun}s only with --allow-host. "
            f"{'Is it' if they == 'it' else 'Are they'} yours? Add {options}"
        )
    what = f"{noun}s" if count is None else counted(count, noun)
    where = "there" if proxy is None else f"to {endpoint.host} through the proxy {proxy}"
    yours = "Is it yours" if they == "it" else "Are they yours"
    if not click.confirm(f"{named} {are} this machine. {yours}? Send {what} {where}?", err=True):
        raise SteppayMockError("Nothing was sent. Give the URL of a receiver on this machine, or answer y.")
    return allowed | set(strange)


def at_terminal() -> bool:
    """Whether a person can answer a question: the streams are a terminal, and this is no CI job."""
    streams = (sys.stdin, sys.stderr)
    return not os.environ.get("CI") and all(stream is not None and stream.isatty() for stream in streams)
