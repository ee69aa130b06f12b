"""The HTTP proxy of the option ``proxy``: its address, its user, and the words for its refusals."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from steppay_mock.delivery.address.safety import normal_host
from steppay_mock.errors import SteppayMockError

_PORT = 1080  # libcurl's default for a proxy without a port
_BAD = (
    "proxy is the URL of an HTTP proxy: {why}. Write it like proxy='http://127.0.0.1:3128', with user:password@ before "
    "the host where it wants one (what was given is not repeated here: it may be secret)."
)


class ProxyError(OSError):
    """The proxy did not connect to the receiver; the text names the proxy and what it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The host and port of a proxy, and the user for it. ``str`` has no password."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def authorization(self) -> str:
        """The value of ``proxy-authorization``; empty without a user."""
        return basic(self.user, self.password) if self.user or self.password else ""

    def refusal(self, status: int) -> str:
        """The error for an answer of the proxy with this status."""
        if status == 407:
            return f"the proxy {self} answered 407: it wants a user and a password, proxy='http://user:password@...'"
        told = "it did not reach the receiver. Is the receiver running, and can the proxy reach it?"
        return f"the proxy {self} answered {status}: {told}"

    def unreached(self, why: str) -> str:
        """The error for a proxy that does not answer."""
        return f"the proxy {self} cannot be used: {why}"

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return self.authority


def read_proxy(given: object) -> Proxy | None:
    """The proxy of the option ``proxy``, None for None. Raises SteppayMockError for a text that is no proxy's URL."""
    if given is None:
        return None
    if not isinstance(given, str):
        raise SteppayMockError(_BAD.format(why=f"not {type(given).__name__}"))
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        host, port = normal_host(parts.hostname or ""), parts.port
    except ValueError:
        raise SteppayMockError(_BAD.format(why="its host or its port cannot be read")) from None
    if parts.scheme != "http":
        raise SteppayMockError(
            _BAD.format(why="it begins with http://; TLS to the proxy itself, and SOCKS, are not supported")
        )
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise SteppayMockError(_BAD.format(why="it has no path"))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isprintable():
        raise SteppayMockError(_BAD.format(why="user and password have no control characters"))
    return Proxy(host=host, port=_PORT if port is None else port, user=user, password=password)


def basic(user: str, password: str) -> str:
    """The value of a header for HTTP's basic authentication, in UTF-8 (RFC 7617)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
