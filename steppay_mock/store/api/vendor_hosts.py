"""StepPay's names lead to no address in this process while the API is patched.

Otherwise a receiver whose client is not patched would call the real StepPay, with its real token. Clients that do not
resolve names by Python's ``socket`` are in ``closed_clients``.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from steppay_mock.store.api.endpoints import URL
from steppay_mock.store.api.refused_calls import refused
from steppay_mock.store.api.seams import replaced

_VENDOR = "steppay.kr"
_RESOLVERS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_CONNECTORS = ("connect", "connect_ex")


class VendorHostError(socket.gaierror):
    """A client called one of StepPay's hosts while the API is patched."""


@contextmanager
def vendor_hosts_closed() -> Iterator[None]:
    """Within it, resolving one of StepPay's names is a VendorHostError, and so is connecting to it."""
    kind = socket.socket
    with ExitStack() as stack:
        stack.callback(_end_what_pytest_socket_ended, kind)
        for name in _RESOLVERS:
            stack.enter_context(replaced(socket, name, refusing(lambda host, *_more, **_options: host)))
        for name in _CONNECTORS:
            stack.enter_context(replaced(kind, name, refusing(lambda _self, address: host_of(address))))
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


def _end_what_pytest_socket_ended(kind: type[socket.socket]) -> None:
    """pytest-socket allows sockets again before our fixtures end, and does not find its functions below ours then."""
    plugin: Any = sys.modules.get("pytest_socket")
    if plugin is not None and socket.socket is not kind:
        plugin.enable_socket()


def refusing(find_host: Callable[..., object]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes a function refuse StepPay's hosts; ``find_host`` finds the host among its arguments."""

    def make(before: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*arguments: Any, **options: Any) -> Any:
            check_host(find_host(*arguments, **options))
            return before(*arguments, **options)

        return refuse

    return make


def host_of(address: object) -> object:
    """The host of a socket's address; None if it is that of a file."""
    return address[0] if isinstance(address, tuple) and address else None


def check_host(host: object) -> None:
    """Raise a VendorHostError with the next step, if the host is one of StepPay's."""
    if is_vendor_host(host):
        name = host.decode("latin-1") if isinstance(host, bytes | bytearray) else host
        error = VendorHostError(
            socket.EAI_NONAME,
            f"{name} is StepPay's, and while the API is patched nothing goes there. Calls of requests and httpx to "
            f"{URL} are answered in this process. For any other client serve the API, and give the receiver that "
            f"address in the place of {URL}: `with api.serve() as url: ...`",
        )
        raise refused(error, call=f"{name}, called by a client that is not answered in process")
