"""May webhooks go to this host? To this machine always; elsewhere only if the user says so, before or when asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from steppay_mock.cli.show.terminal import counted
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address


def read_hosts(hosts: Iterable[str]) -> frozenset[str]:
    """The hosts of ``--allow-host``; what is no host name is a usage error."""
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
    """The hosts that may be called, now that the endpoint's, and its proxy's, are among them.

    SteppayMockError where one of them may not be called.

    ``count`` of what ``noun`` says go there; None where nobody knows how many that will be.
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
            f"{named} {are} this machine, and {noun}s leave it only where that was asked for. "
            f"{'Is it' if they == 'it' else 'Are they'} yours? Add {options}"
        )
    what = f"{noun}s" if count is None else counted(count, noun)
    where = "there" if proxy is None else f"to {endpoint.host} through the proxy {proxy}"
    yours = "Is it yours" if they == "it" else "Are they yours"
    if not click.confirm(f"{named} {are} this machine. {yours}, and shall {what} go {where}?", err=True):
        raise SteppayMockError("Nothing was sent. Give the URL of a receiver on this machine, or answer y.")
    return allowed | set(strange)


def at_terminal() -> bool:
    """Whether somebody is there to answer a question."""
    streams = (sys.stdin, sys.stderr)
    return not os.environ.get("CI") and all(stream is not None and stream.isatty() for stream in streams)
