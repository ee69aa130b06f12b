"""StepPay's names lead to no address in this process while the API is patched.

Otherwise a receiver whose client is not patched would call the real StepPay, with its real token. Clients that do not
resolve names by Python's ``socket`` are not stopped: pycurl, uvloop, proxies.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from steppay_mock.store.api.endpoints import URL

_VENDOR = "steppay.kr"
_RESOLVERS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_CONNECTORS = ("connect", "connect_ex")


class VendorHostError(socket.gaierror):
    """A client called one of StepPay's hosts while the API is patched."""


@contextmanager
def vendor_hosts_closed() -> Iterator[None]:
    """Within it, resolving one of StepPay's names is a VendorHostError, and so is connecting to it."""
    kind = socket.socket
    with ExitStack() as replaced:
        replaced.callback(_end_what_pytest_socket_ended, kind)
        for name in _RESOLVERS:
            replaced.callback(_replace(socket, name, _guarded_resolver))
        for name in _CONNECTORS:
            replaced.callback(_replace(kind, name, _guarded_connector))
        yield


def is_vendor_host(host: object) -> bool:
    """Whether the name is one of StepPay's, however it is written."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("latin-1")
    if not isinstance(host, str):
        return False
    with suppress(UnicodeError):  # it is no name, and resolvers will say so
        # As resolvers do: it maps wide letters and ideographic dots to plain ones.
        host = host.encode("idna").decode()
    name = host.rstrip(".").lower()
    return name == _VENDOR or name.endswith(f".{_VENDOR}")


def _replace(place: Any, name: str, guarded: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Callable[[], None]:
    """Put a guarded function there; what is given back takes it away, unless somebody else has replaced it since."""
    function, is_own = getattr(place, name), name in vars(place)
    guard = guarded(function)
    setattr(place, name, guard)

    def put_back() -> None:
        if vars(place).get(name) is not guard:
            return
        if is_own:
            setattr(place, name, function)
        else:
            delattr(place, name)  # it was that of the class below

    return put_back


def _end_what_pytest_socket_ended(kind: type[socket.socket]) -> None:
    """pytest-socket allows sockets again before our fixtures end, and does not find its functions below ours then."""
    plugin: Any = sys.modules.get("pytest_socket")
    if plugin is not None and socket.socket is not kind:
        plugin.enable_socket()


def _guarded_resolver(function: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        _check(host)
        return function(host, *arguments, **options)

    return resolve


def _guarded_connector(function: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address:
            _check(address[0])
        return function(self, address)

    return connect


def _check(host: object) -> None:
    if is_vendor_host(host):
        name = host.decode("latin-1") if isinstance(host, bytes | bytearray) else host
        raise VendorHostError(
            socket.EAI_NONAME,
            f"{name} is StepPay's, and while the API is patched nothing goes there. Calls of requests and httpx to "
            f"{URL} are answered in this process. For any other client serve the API, and give the receiver that "
            f"address in the place of {URL}: `with api.serve() as url: ...`",
        )
