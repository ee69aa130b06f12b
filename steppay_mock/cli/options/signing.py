"""With which secret is signed for a receiver? That of --secret, else of its endpoint, else of the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.cli.options.secret import signing_secrets
from steppay_mock.cli.show.event_formats import read_endpoint
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.config import Config, Entry
    from steppay_mock.delivery.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What was said about signatures: None as secrets is none."""

    given: tuple[str, ...] = field(repr=False)
    unsigned: bool
    config: Config | None

    def for_entry(self, entry: Entry) -> tuple[str, ...] | None:
        """The secrets for an endpoint of the file."""
        if self.given or self.unsigned:
            return signing_secrets(self.given, unsigned=self.unsigned)
        return entry.secrets

    def for_url(self, url: str, *, name: str = "") -> tuple[str, ...] | None:
        """The secrets for a URL: those of the endpoint that the file has there, and of several of the one named so."""
        found = entry_at(self.config, url, name=name)
        return signing_secrets(self.given, unsigned=self.unsigned) if found is None else self.for_entry(found)

    def endpoint(self, *, name: str, url: str, access: AccessOptions) -> Endpoint:
        """The receiver of that name and URL, as a journal has it."""
        from steppay_mock.delivery.endpoint import Endpoint

        return Endpoint(url=url, secret=self.for_url(url, name=name), name=name, **access)


def entry_at(config: Config | None, url: str, *, name: str = "") -> Entry | None:
    """The endpoint that the file has at that URL, and of several the one of that name; None if there is none."""
    found = [] if config is None else [one for one in config.endpoints if is_at(one, url)]
    return next((one for one in found if one.name == name), found[0] if found else None)


def is_at(entry: Entry, url: str) -> bool:
    """Whether the endpoint has that URL, however it is written."""
    try:
        return read_endpoint(entry.url).url == read_endpoint(url).url
    except SteppayMockError:
        return False  # it cannot be called at all
