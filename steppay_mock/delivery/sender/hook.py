"""What is registered in the vendor's portal? A URL, the event types that it wants, and its secrets (fact 22)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steppay_mock.contract.catalogue import EventType, parse_event_types
from steppay_mock.delivery.access import AccessOptions, read_access
from steppay_mock.delivery.endpoint import DEFAULT_PATH, Endpoint, parse_endpoint
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.redact import Redaction
from steppay_mock.wire.shown_url import shown_url
from steppay_mock.wire.signature import Secrets, as_secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One registered receiver.

    ``events``: the types that it gets, of which ``payment.*`` names several; none means all. ``secret``: one, or
    several while they rotate; None: unsigned.
    ``enabled``: False, and nothing is sent to it. The others are those of
    :class:`~steppay_mock.delivery.access.AccessOptions`: what gets through the access control in front of it.
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
class OpenHook:
    """A hook, checked: where it is, and what it wants."""

    name: str
    endpoint: Endpoint
    secrets: Secrets | None = field(repr=False)
    events: frozenset[str]
    redact: Redaction = field(repr=False)
    """Strikes its secrets, and those of its URL, out of what it answers."""

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are for it."""
        return not self.events or event_type in self.events


def open_hooks(hooks: Iterable[Hook], *, allowed: frozenset[str]) -> list[OpenHook]:
    """The hooks that are enabled; SteppayMockError for a URL that may not be called, or a type that there is not."""
    opened = [_open(hook, allowed) for hook in hooks if hook.enabled]
    if not opened:
        raise SteppayMockError("There is no receiver to send to. Give a URL, or a Hook that is enabled.")
    names = [hook.name for hook in opened]
    for name in names:
        if names.count(name) > 1:
            raise SteppayMockError(f"Two receivers are called {name!r}. Give each Hook a name of its own.")
    return opened


def _open(hook: Hook, allowed: frozenset[str]) -> OpenHook:
    access = read_access({name: getattr(hook, name) for name in AccessOptions.__annotations__})
    endpoint = parse_endpoint(hook.url, path=DEFAULT_PATH, allowed=allowed, access=access)
    secrets = None if hook.secret is None else as_secrets(hook.secret)
    wanted = [hook.events] if isinstance(hook.events, str) else list(hook.events)
    return OpenHook(
        name=shown_url(hook.name) or str(endpoint),
        endpoint=endpoint,
        secrets=secrets,
        events=frozenset(map(str, parse_event_types(wanted))),
        redact=Redaction([*(secrets or ()), *endpoint.secrets]),
    )
