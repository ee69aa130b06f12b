"""Refuses StepPay's hosts at the level of sockets while the API is patched.

A receiver may use a client that we do not patch. It would call the real StepPay with its real token, so its name lookup
fails here. Clients that do not look names up with Python's ``socket`` module are in ``closed_clients``.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from steppay_mock.contract.rest_calls import URL
from steppay_mock.rest.patching.replacement import replaced
from steppay_mock.rest.refused_calls import refused

_VENDOR = "steppay.kr"
# gethostbyname_ex is all that some old clients call; asyncio and most clients call getaddrinfo.
_RESOLVERS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
# connect() looks a name up in C, past the functions above. connect_ex() is what non-blocking clients call.
_CONNECTORS = ("connect", "connect_ex")


class VendorHostError(socket.gaierror):
    """A client that is not answered in process called one of StepPay's hosts while the API is patched.

    It is a ``socket.gaierror``, as for a name that does not exist: clients handle that as "no connection".
    """


@contextmanager
def vendor_hosts_closed() -> Iterator[None]:
    """Within it, to look up or connect to one of StepPay's hosts is a VendorHostError."""
    kind = socket.socket  # pytest-socket replaces the class when it forbids sockets; we end what we started
    with ExitStack() as stack:
        stack.callback(_restore_pytest_socket, kind)
        for name in _RESOLVERS:
            stack.enter_context(replaced(socket, name, refusing(lambda host, *_more, **_options: host)))
        for name in _CONNECTORS:
            stack.enter_context(replaced(kind, name, refusing(lambda _self, address: host_of(address))))
        yield


def is_vendor_host(host: object) -> bool:
    """Whether the name is one of StepPay's, in any spelling that a resolver accepts."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("latin-1")
    if not isinstance(host, str):
        return False
    with suppress(UnicodeError):  # not a host name; the resolver will say so
        # Resolvers do this too: IDNA maps full-width letters and ideographic dots to ASCII.
        host = host.encode("idna").decode()
    name = host.rstrip(".").lower()
    return name == _VENDOR or name.endswith(f".{_VENDOR}")


def _restore_pytest_socket(kind: type[socket.socket]) -> None:
    """Let pytest-socket allow sockets again, if it ended before us.

    Its teardown runs before that of our fixtures. While our functions are in place it does not find its own, and those
    would come back when ours end.
    """
    plugin: Any = sys.modules.get("pytest_socket")
    if plugin is not None and socket.socket is not kind:
        plugin.enable_socket()


def refusing(find_host: Callable[..., object]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For ``replaced``: makes a function refuse StepPay's hosts. ``find_host`` finds the host in its arguments."""

    def make(before: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*arguments: Any, **options: Any) -> Any:
            check_host(find_host(*arguments, **options))
            return before(*arguments, **options)

        return refuse

    return make


def host_of(address: object) -> object:
    """The host of a socket address; None if the address is a file (AF_UNIX)."""
    return address[0] if isinstance(address, tuple) and address else None


def check_host(host: object) -> None:
    """Raise VendorHostError with the next step if the host is one of StepPay's."""
    if is_vendor_host(host):
        name = host.decode("latin-1") if isinstance(host, bytes | bytearray) else host
        error = VendorHostError(
            socket.EAI_NONAME,
            f"{name} is StepPay's, and no call goes there while the API is patched. Calls of requests and httpx to "
            f"{URL} are answered in this process. For any other client serve the API, and give the receiver that "
            f"address in the place of {URL}: `with api.serve() as url: ...`",
        )
        raise refused(error, call=f"{name}, called by a client that is not answered in process")
