"""The options for access control in front of a receiver; an endpoint of the file has their defaults."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from steppay_mock.cli import environment
from steppay_mock.cli.options.gathering import Decorator, fields_of, gather
from steppay_mock.cli.options.parameter_types import FilePathType, ParameterType
from steppay_mock.cli.options.signing import entry_at
from steppay_mock.delivery.options.table import option_named
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import AccessOptions
    from steppay_mock.delivery.config import Config, EndpointEntry


class HeaderType(ParameterType):
    """A header, written ``Name: value``. No message shows it, because it may be secret."""

    name = "header"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Name and value."""
        if isinstance(value, tuple):
            return value
        try:
            return _read_header(value)
        except SteppayMockError as error:
            self.fail(str(error), param, ctx)


class ProxyType(ParameterType):
    """The URL of an HTTP proxy. No message shows it, because it may hold a password."""

    name = "proxy"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The URL as it was written."""
        from steppay_mock.delivery.address.access import read_access

        try:
            read_access({"proxy": value})
        except SteppayMockError:
            self.fail(
                "expected the URL of an HTTP proxy; TLS to the proxy and SOCKS are not supported. Write it like "
                "http://127.0.0.1:3128, or with USER:PASSWORD@ before the host (what was given is not repeated here: "
                "it may be secret).",
                param,
                ctx,
            )
        return str(value)


class UserType(ParameterType):
    """A user and a password with a colon between them. No message shows them."""

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
    """The options for access control, as the command line says them."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    auth: tuple[str, str] | None = field(repr=False)
    ca_file: str | None
    client_cert: str | None
    client_key: str | None
    proxy: str | None = field(repr=False)

    def for_entry(self, entry: EndpointEntry | None) -> AccessOptions:
        """The options for an endpoint of the file: those of the command line count more than those of the file."""
        said: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        said["headers"] = headers_of(self.headers)
        given: AccessOptions = {name: value for name, value in said.items() if value}  # type: ignore[assignment]
        self._check(given, entry)
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

    def _check(self, given: AccessOptions, entry: EndpointEntry | None) -> None:
        """Refuse options that contradict each other, in the words of the command line."""
        kept: AccessOptions = {} if entry is None else entry.access
        if "client_key" in given and not (given.get("client_cert") or kept.get("client_cert")):
            raise click.UsageError("--client-key is the key of a certificate. Pass --client-cert FILE too.")
        if "auth" in given and any(name.lower() == "authorization" for name in given.get("headers") or {}):
            raise click.UsageError(
                "--basic-auth and --header Authorization both set the header Authorization. Leave out one of them."
            )

    def for_url(self, url: str, config: Config | None, *, name: str = "") -> AccessOptions:
        """The options for a URL, at which the file may have an endpoint."""
        found = self.for_entry(entry_at(config, url, name=name))
        if self.auth is None and "@" in urlsplit(url).netloc:  # a password in the URL counts more than the file's
            found.pop("auth", None)
        return found

    @property
    def words(self) -> tuple[str, ...]:
        """The options again, without those that may be secret."""
        shown = [(name, getattr(self, name)) for name in ("ca_file", "client_cert", "client_key", "proxy")]
        return tuple(
            word
            for name, value in shown
            if value is not None and not (name == "proxy" and "@" in value)
            for word in (f"--{name.replace('_', '-')}", value)
        )

    @property
    def hidden(self) -> Iterator[str]:
        """The options that have to be given again by hand, because no output shows their values."""
        if self.headers:
            yield f"--header, or {environment.HEADER}"
        if self.auth is not None:
            yield f"--basic-auth, or {environment.BASIC_AUTH}"
        if self.proxy is not None and "@" in self.proxy:
            yield f"--proxy, or {environment.PROXY}"


def access_beside(receiver: Address, other: Address, headers: tuple[tuple[str, str], ...]) -> AccessOptions:
    """The access options for a URL for tests, with the ``headers`` that are for that URL alone.

    Credentials of the receiver are sent to no other scheme, host or port; curl does the same after a redirect.
    """
    own = headers_of(headers, variable=environment.STATE_HEADER)
    access = receiver.access if receiver.is_beside(other) else receiver.access.elsewhere
    if other.access.auth or "authorization" in own:  # what is said of the URL itself counts more
        access = access.unnamed
    return {**access.options, "headers": {**dict(access.headers), **own}}


def headers_of(given: tuple[tuple[str, str], ...], *, variable: str = environment.HEADER) -> dict[str, str]:
    """The headers of an option, else the header in its variable. Two headers with one name are a usage error."""
    names = [name for name, _ in given]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"The header {name} is given twice. Leave one of them out, or join their values.")
    if given:
        return dict(given)
    found = os.environ.get(variable)
    if not found:
        return {}
    try:
        return dict([_read_header(found)])
    except SteppayMockError as error:
        raise click.UsageError(f"The variable {variable} has no header: {error}") from None


def _read_header(text: str) -> tuple[str, str]:
    from steppay_mock.delivery.address.access_headers import read_headers

    name, colon, value = text.partition(":")
    (found,) = read_headers({name.strip() if colon else "": value.strip()}).items()
    return found


def access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options for access control; the command gets them as ``written_access``."""
    return gather(command, "written_access", take=fields_of(AccessWords), options=_OPTIONS)


def _help(name: str) -> str:
    option = option_named(name)
    return f"{option.help} Default: {option.default_in_words}."


_OPTIONS: tuple[Decorator[Any], ...] = (
    click.option(
        "--header",
        "headers",
        metavar="'NAME: VALUE'",
        multiple=True,
        type=HeaderType(),
        help="A header that is sent beside those of the webhook, and that no output shows. Repeatable. Default: the "
        f"variable {environment.HEADER}, which no process list shows.",
    ),
    click.option(
        "--basic-auth",
        "auth",
        metavar="USER:PASSWORD",
        type=UserType(),
        envvar=environment.BASIC_AUTH,
        show_envvar=True,
        help=option_named("auth").help,
    ),
    click.option("--ca-file", metavar="FILE", type=FilePathType(), help=_help("ca_file")),
    click.option("--client-cert", metavar="FILE", type=FilePathType(), help=option_named("client_cert").help),
    click.option("--client-key", metavar="FILE", type=FilePathType(), help=_help("client_key")),
    click.option(
        "--proxy",
        metavar="URL",
        type=ProxyType(),
        envvar=environment.PROXY,
        show_envvar=True,
        help=f"{_help('proxy')} Example: http://127.0.0.1:3128.",
    ),
)
