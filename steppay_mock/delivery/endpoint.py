"""Endpoints: receivers as the vendor's portal registers them, with URL, event types and secrets (fact 22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steppay_mock.contract.catalogue import EventType
from steppay_mock.contract.v1 import parse_wanted_types
from steppay_mock.delivery.address import DEFAULT_PATH, Address, parse_address
from steppay_mock.delivery.address.access import AccessOptions, read_access
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.redact import Redaction
from steppay_mock.wire.shown_url import shown_url
from steppay_mock.wire.signature import Secrets, as_secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One registered receiver.

    ``events``: the types that it gets (``payment.*`` names several); empty: all. ``secret``: one, or several during a
    rotation; None: unsigned. ``enabled`` False: nothing is sent to it. The others are those of
    :class:`~steppay_mock.delivery.address.access.AccessOptions`, for the access control in front of it.
    """

    url: str = field(repr=False)
    events: Iterable[EventType | str] = ()
    secret: Any = field(default=None, repr=False)
    enabled: bool = True
    name: str = ""
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    ca_file: str | Path | None = None
    client_cert: str | Path | None = None
    client_key: str | Path | None = None
    proxy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEndpoint:
    """An endpoint, checked: its address, its secrets and its event types."""

    name: str
    address: Address
    secrets: Secrets | None = field(repr=False)
    events: frozenset[str]
    redact: Redaction = field(repr=False)
    """Strikes its secrets, and those of its URL, out of its answers."""

    def wants(self, event_type: str) -> bool:
        """Whether the endpoint gets events of this type."""
        return not self.events or event_type in self.events


def open_endpoints(endpoints: Iterable[Endpoint], *, allowed: frozenset[str]) -> list[OpenEndpoint]:
    """The enabled endpoints. Raises SteppayMockError for a URL that may not be called, and for an unknown type."""
    opened = [_open(endpoint, allowed) for endpoint in endpoints if endpoint.enabled]
    if not opened:
        raise SteppayMockError("There is no receiver to send to. Give a URL, or an Endpoint that is enabled.")
    names = [endpoint.name for endpoint in opened]
    for name in names:
        if names.count(name) > 1:
            raise SteppayMockError(f"Two receivers are called {name!r}. Give each Endpoint a name of its own.")
    return opened


def _open(endpoint: Endpoint, allowed: frozenset[str]) -> OpenEndpoint:
    access = read_access({name: getattr(endpoint, name) for name in AccessOptions.__annotations__})
    address = parse_address(endpoint.url, path=DEFAULT_PATH, allowed=allowed, access=access)
    secrets = None if endpoint.secret is None else as_secrets(endpoint.secret)
    wanted = [endpoint.events] if isinstance(endpoint.events, str) else list(endpoint.events)
    return OpenEndpoint(
        name=shown_url(endpoint.name) or str(address),
        address=address,
        secrets=secrets,
        events=frozenset(map(str, parse_wanted_types(wanted))),
        redact=Redaction([*(secrets or ()), *address.secrets]),
    )
