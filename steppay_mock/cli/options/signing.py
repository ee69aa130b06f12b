"""Finds the secret that signs: of ``--secret``, else of the endpoint, else of the environment. It is never shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.address import read_address
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.config import Config, EndpointEntry
    from steppay_mock.delivery.endpoint import Endpoint


def find_secrets(given: tuple[str, ...]) -> tuple[str, ...]:
    """The secrets of ``--secret``, else the one of the environment (fact 32), else none."""
    if given:
        return given
    # Not click's envvar: with a repeatable option it would split a secret at its spaces.
    found = os.environ.get(environment.SECRET)
    return (found,) if found else ()


def need_secrets(given: tuple[str, ...], *, unsigned: str = "") -> tuple[str, ...]:
    """The secrets, or a usage error that names the ways to give one. ``unsigned`` is one more way, in words."""
    secrets = find_secrets(given)
    if not secrets:
        raise click.UsageError(f"No secret is given. Pass --secret, or set {environment.SECRET}{unsigned}.")
    return secrets


def signing_secrets(given: tuple[str, ...], *, unsigned: bool) -> tuple[str, ...] | None:
    """The secrets to sign with, or None where no signature is wanted."""
    if not unsigned:
        return need_secrets(given, unsigned=", or pass --unsigned to send no signature")
    if given:
        raise click.UsageError("--unsigned and --secret contradict each other. Leave out one of them.")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The options about signatures, as the user wrote them. None instead of secrets means no signature."""

    given: tuple[str, ...] = field(repr=False)
    unsigned: bool
    config: Config | None

    def for_entry(self, entry: EndpointEntry) -> tuple[str, ...] | None:
        """The secrets for an endpoint of the file."""
        if self.given or self.unsigned:
            return signing_secrets(self.given, unsigned=self.unsigned)
        return entry.secrets

    def for_url(self, url: str, *, name: str = "") -> tuple[str, ...] | None:
        """The secrets for a URL: those of its endpoint in the file. ``name`` chooses among several endpoints."""
        found = entry_at(self.config, url, name=name)
        return signing_secrets(self.given, unsigned=self.unsigned) if found is None else self.for_entry(found)

    def endpoint(self, *, name: str, url: str, access: AccessOptions) -> Endpoint:
        """The endpoint of that name and URL, as a journal keeps it."""
        from steppay_mock.delivery.endpoint import Endpoint

        return Endpoint(url=url, secret=self.for_url(url, name=name), name=name, **access)


def entry_at(config: Config | None, url: str, *, name: str = "") -> EndpointEntry | None:
    """The endpoint that the file has at that URL, and of several the one of that name; None if there is none."""
    found = [] if config is None else [one for one in config.endpoints if is_at(one, url)]
    return next((one for one in found if one.name == name), found[0] if found else None)


def is_at(entry: EndpointEntry, url: str) -> bool:
    """Whether the endpoint has that URL, however it is written."""
    try:
        return read_address(entry.url).url == read_address(url).url
    except SteppayMockError:
        return False  # such a URL cannot be called
