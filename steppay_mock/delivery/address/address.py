"""An address: a checked URL of a receiver, with the access control in front of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit

from steppay_mock.delivery.address.access import NO_ACCESS, Access, with_user
from steppay_mock.delivery.address.safety import check_host, normal_host
from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.shown_url import secrets_in, shown_url

DEFAULT_PATH = "/webhooks/steppay"
_SAFE = "!$%&'()*+,/:;=?@~"  # what a path and a query may hold beside letters, digits and -._
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """The place where requests are sent: ``target`` is path and query, as the request line has them.

    ``str`` and ``repr`` are for people and mask the secrets in the query; ``url`` has them.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    access: Access = field(default=NO_ACCESS, repr=False)
    """The headers, certificates and proxy for its access control."""

    @property
    def authority(self) -> str:
        """Host and port, as the ``host`` header has them: without the default port of the scheme."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL, with the secrets of its query: call it, and never show it."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets in the query, such as the value of ``token``, and in the access."""
        return (*secrets_in(self.target), *self.access.secrets)

    @property
    def head(self) -> dict[str, str]:
        """The headers before those of the webhook, without ``connection``."""
        return {"host": self.authority, **self.access.sent}

    @property
    def requested(self) -> str:
        """The target in the request line. A proxy without a tunnel needs the whole URL there."""
        return self.target if self.access.proxy is None or self.scheme == "https" else self.url

    def is_beside(self, other: Address) -> bool:
        """Whether the other one has the same scheme, host and port."""
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)

    def __str__(self) -> str:
        return shown_url(self.url)


def parse_address(url: str, *, path: str, allowed: frozenset[str], access: Access = NO_ACCESS) -> Address:
    """The address of a URL. ``path`` is appended if the URL has no path; ``user:password@`` becomes part of the access.

    ``/`` is a path: function URLs of AWS end with it. Raises SteppayMockError for a URL that cannot be used, for a host
    or a proxy that may not be called, and if the URL ends with ``/`` and ``path`` is another path: either may be meant.
    """
    parts, host, port = _split(url)
    check_host(host, allowed)
    if access.proxy is not None:
        check_host(access.proxy.host, allowed, what="the proxy ")
    if "@" in parts.netloc:
        access = with_user(access, unquote(parts.username or ""), unquote(parts.password or ""))
    if parts.fragment:
        raise _bad_url("what stands behind # is never sent: leave it out")
    if parts.path == "/" and path not in {"/", DEFAULT_PATH}:
        raise _bad_url(f"it goes to the path /, and path={path!r} says otherwise: leave out the / at its end, or path=")
    target = _ascii(parts.path) or path
    if parts.query:
        target += f"{'&' if '?' in target else '?'}{_ascii(parts.query)}"
    return Address(parts.scheme, host, port, target, access)


def check_path(path: object) -> str:
    """The option ``path``, in ASCII. Raises SteppayMockError for a path that a request line cannot have."""
    if isinstance(path, str) and path.startswith("/") and not _has_blanks(path) and "#" not in path:
        return _ascii(path)
    shown = shown_url(path) if isinstance(path, str) else path
    raise SteppayMockError(
        f"path begins with / and has no white space and no #, unlike {shown!r}. Pass {DEFAULT_PATH!r}"
    )


def _split(url: str) -> tuple[SplitResult, str, int]:
    if _has_blanks(url):  # urlsplit drops tabs and line ends without an error
        raise _bad_url("it holds white space or a control character")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        # The text of the error may have the password in it.
        raise _bad_url("its host or its port cannot be read" if "@" in url else str(error)) from None
    if parts.scheme not in _PORTS:
        raise _bad_url("it begins with neither http:// nor https://")
    if not host or port == 0:
        raise _bad_url("it names no host" if not host else "port 0 cannot be called")
    try:
        return parts, normal_host(host), port or _PORTS[parts.scheme]
    except ValueError:
        raise _bad_url(f"{host!r} is no host name") from None


def _has_blanks(text: str) -> bool:
    return any(character.isspace() or not character.isprintable() for character in text)


def _ascii(text: str) -> str:
    return quote(text, safe=_SAFE)


def _bad_url(why: str) -> SteppayMockError:
    # The URL itself is not repeated: it may hold a password.
    return SteppayMockError(f"This URL cannot be used: {why}. Give one such as http://localhost:8000{DEFAULT_PATH}")
