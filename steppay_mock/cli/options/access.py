"""The options that get through access control in front of a receiver, and what its endpoint in the file says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from steppay_mock.cli.options.headers import STATE_VARIABLE, VARIABLE, HeaderField, headers_of
from steppay_mock.cli.options.parameter_types import FilePath, ParameterType
from steppay_mock.cli.options.signing import entry_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.cli.options.shared import Decorator
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.config import Config, Entry


class User(ParameterType):
    """A user and a password with a colon between; what is wrong with them is told without showing them."""

    name = "user"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """User and password."""
        if isinstance(value, tuple):
            return value
        user, colon, password = str(value).partition(":")
        if not colon:
            self.fail("A user and a password have a colon between them. Write USER:PASSWORD.", param, ctx)
        return user, password


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessWords:
    """What was said about the access control in front of the receivers, as it was written."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    auth: tuple[str, str] | None = field(repr=False)
    ca_file: str | None
    client_cert: str | None
    client_key: str | None
    proxy: str | None = field(repr=False)

    def for_entry(self, entry: Entry | None) -> AccessOptions:
        """What gets through, to an endpoint of the file: what was said here counts more than what stands there."""
        said: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        said["headers"] = headers_of(self.headers)
        given: AccessOptions = {name: value for name, value in said.items() if value}  # type: ignore[assignment]
        if entry is None:
            return given
        kept = entry.access
        if "client_cert" in given:
            kept.pop("client_key", None)
        if any(name.lower() == "authorization" for name in given.get("headers") or {}):
            kept.pop("auth", None)
        if "auth" in given:
            in_file = kept.get("headers") or {}
            kept["headers"] = {name: in_file[name] for name in in_file if name.lower() != "authorization"}
        return {**kept, **given}

    def for_url(self, url: str, config: Config | None, *, name: str = "") -> AccessOptions:
        """What gets through, to a URL: the file may have an endpoint there."""
        found = self.for_entry(entry_at(config, url, name=name))
        if self.auth is None and "@" in urlsplit(url).netloc:  # a password in the URL counts more than the file's
            found.pop("auth", None)
        return found

    @property
    def words(self) -> tuple[str, ...]:
        """The options again, as far as they may be shown."""
        shown = [(name, getattr(self, name)) for name in ("ca_file", "client_cert", "client_key", "proxy")]
        return tuple(
            word
            for name, value in shown
            if value is not None and not (name == "proxy" and "@" in value)
            for word in (f"--{name.replace('_', '-')}", value)
        )

    @property
    def hidden(self) -> Iterator[str]:
        """What else has to be given again, in words, for its value is not shown."""
        if self.headers:
            yield f"--header, or {VARIABLE}"
        if self.auth is not None:
            yield f"--basic-auth, or {_BASIC_AUTH}"
        if self.proxy is not None and "@" in self.proxy:
            yield f"--proxy, or {_PROXY}"


def access_beside(receiver: Address, other: Address, headers: tuple[tuple[str, str], ...]) -> AccessOptions:
    """What gets through to a URL for tests, with the ``headers`` that are for it alone.

    What lets in at the receiver goes to no other scheme, host or port, as with curl where it is sent on.
    """
    own = headers_of(headers, variable=STATE_VARIABLE)
    access = receiver.access if receiver.is_beside(other) else receiver.access.elsewhere
    if other.access.auth or "authorization" in own:  # what is said of the URL itself counts more
        access = access.unnamed
    return {**access.options, "headers": {**dict(access.headers), **own}}


def access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What gets through access control; the command gets it as ``written_access``."""

    @wraps(command)
    def gathered(**options: Any) -> Any:
        return command(
            written_access=AccessWords(**{name: options.pop(name) for name in AccessWords.__dataclass_fields__}),
            **options,
        )

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


_BASIC_AUTH = "STEPPAY_MOCK_BASIC_AUTH"
_PROXY = "STEPPAY_MOCK_PROXY"

_OPTIONS: tuple[Decorator[Any], ...] = (
    click.option(
        "--header",
        "headers",
        metavar="'NAME: VALUE'",
        multiple=True,
        type=HeaderField(),
        help="Send this header too, to a receiver behind access control, and never show it. Repeatable. Default: the "
        f"variable {VARIABLE}, which shows in no process list.",
    ),
    click.option(
        "--basic-auth",
        "auth",
        metavar="USER:PASSWORD",
        type=User(),
        envvar=_BASIC_AUTH,
        show_envvar=True,
        help="User and password for HTTP's basic authentication.",
    ),
    click.option(
        "--ca-file",
        metavar="FILE",
        type=FilePath(),
        help="Check the receiver's certificate by the certificates in this PEM file, in the place of the system's.",
    ),
    click.option(
        "--client-cert", metavar="FILE", type=FilePath(), help="Show this certificate, a PEM file, to the receiver."
    ),
    click.option(
        "--client-key",
        metavar="FILE",
        type=FilePath(),
        help="The key of --client-cert, a PEM file. Default: it stands in the same file.",
    ),
    click.option(
        "--proxy",
        metavar="URL",
        envvar=_PROXY,
        show_envvar=True,
        help="Go through this HTTP proxy, as http://127.0.0.1:3128. Default: through none, whatever HTTPS_PROXY says.",
    ),
)
