"""Refuses StepPay's hosts to clients that ``vendor_hosts`` cannot see, while the API is patched.

Three kinds of clients look up no name with Python's ``socket``: a client behind a proxy (the proxy looks the name up),
a client in C (pycurl, uvloop), and a client with a connection from before the patch. Each is patched where it takes the
host, if the process has imported it, or as soon as it does. A call to another host costs one function call more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import unquote, urlsplit

from steppay_mock.rest.patching.replacement import replaced, when_imported
from steppay_mock.rest.patching.vendor_hosts import check_host, host_of, refusing

FindHost = Callable[..., object]


@contextmanager
def clients_closed() -> Iterator[None]:
    """Within it, a call of StepPay's hosts is a VendorHostError, also through a proxy, pycurl or uvloop."""
    with ExitStack() as stack:
        # urllib, urllib3 and requests are built on HTTPConnection. putrequest() runs for each request, also on a
        # connection that is kept alive; set_tunnel() has the host of HTTPS behind a proxy.
        stack.enter_context(replaced(HTTPConnection, "putrequest", refusing(_requested)))
        stack.enter_context(replaced(HTTPConnection, "set_tunnel", refusing(_tunnelled)))
        by_name = {module: partial(_closed, module, methods) for module, methods in _METHODS.items()}
        stack.enter_context(when_imported({**by_name, "pycurl": _pycurl_closed}))
        yield


@contextmanager
def _closed(module: str, methods: dict[tuple[str, str], FindHost]) -> Iterator[None]:
    from importlib import import_module

    there = import_module(module)
    with ExitStack() as stack:
        for (kind, name), find_host in methods.items():
            stack.enter_context(replaced(getattr(there, kind, None), name, refusing(find_host)))
        yield


def _requested(connection: HTTPConnection, _method: str = "", url: str = "", *_more: Any, **_options: Any) -> object:
    """The host of a full URL, which a proxy gets; else the host of the connection."""
    named = urlsplit(url).hostname if "://" in url else None
    return named or connection.host


def _tunnelled(_self: Any, host: object = None, *_more: Any, **_options: Any) -> object:
    """The host of a tunnel, which may have a port behind it."""
    return urlsplit(f"//{host}").hostname


def _second(_self: Any, host: object, *_more: Any, **_options: Any) -> object:
    return host


def _of_address(_self: Any, address: object, *_more: Any, **_options: Any) -> object:
    return host_of(address)


def _of_origin(_self: Any, origin: Any) -> object:
    return origin.host


def _of_aiohttp(connector: Any, request: Any, *_more: Any, **_options: Any) -> object:
    """The host, unless the test gave the connector its own resolver, as fake servers do: that leads to no StepPay.

    With a proxy the resolver is not asked for this host.
    """
    resolver = getattr(connector, "_resolver", None)
    is_default = resolver is None or type(resolver).__module__.partition(".")[0] == "aiohttp"
    return request.url.host if is_default or request.proxy else None


def _of_connection(_loop: Any, _factory: Any = None, host: object = None, *_more: Any, **_options: Any) -> object:
    return host


def _of_sock_connect(_loop: Any, _sock: Any = None, address: object = None, **_options: Any) -> object:
    return host_of(address)


# By module, then class and method. A class or method that a release does not have is passed over by ``replaced``.
_METHODS: dict[str, dict[tuple[str, str], FindHost]] = {
    # Below httpx. create_connection() is called for a new connection only; httpx_client answers the requests on others.
    "httpcore": {
        (kind, "create_connection"): _of_origin
        for pool in ("ConnectionPool", "HTTPProxy", "SOCKSProxy")
        for kind in (pool, f"Async{pool}")
    },
    # connect() is called for each request, also if a kept-alive connection serves it.
    "aiohttp": {("TCPConnector", "connect"): _of_aiohttp},
    # PySocks: the client of a SOCKS proxy, which sends the name to the proxy.
    "socks": {("socksocket", "connect"): _of_address},
    # libuv looks names up in C. The event loop of asyncio calls socket.getaddrinfo.
    "uvloop": {
        ("Loop", "getaddrinfo"): _second,
        ("Loop", "create_connection"): _of_connection,
        ("Loop", "sock_connect"): _of_sock_connect,
    },
}


@contextmanager
def _pycurl_closed() -> Iterator[None]:
    """Within it, new handles of ``pycurl.Curl`` refuse URLs of StepPay's hosts.

    ``Curl`` is a type in C, whose methods cannot be replaced. So a subclass takes its place in the module. Handles from
    before the patch, and code that did ``from pycurl import Curl`` before it, are not refused.
    """
    import pycurl

    before, is_closed = pycurl.Curl, [True]  # handles outlive the patch: the list tells them that it has ended

    class Curl(before):  # type: ignore[misc, valid-type]
        def setopt(self, option: int, value: Any) -> None:
            if option == pycurl.URL and is_closed:
                _check_url(value)
            super().setopt(option, value)

        def setopt_string(self, option: int, value: str) -> None:
            if option == pycurl.URL and is_closed:
                _check_url(value)
            super().setopt_string(option, value)

    # Its repr shows the name that users know.
    Curl.__module__, Curl.__qualname__ = "pycurl", "Curl"
    pycurl.Curl = Curl  # type: ignore[misc]
    try:
        yield
    finally:
        is_closed.clear()
        if pycurl.Curl is Curl:
            pycurl.Curl = before  # type: ignore[misc]


def _check_url(url: Any) -> None:
    # libcurl accepts URLs without a scheme, and percent signs in the host.
    text = url.decode("latin-1") if isinstance(url, bytes) else str(url)
    host = urlsplit(text if "://" in text else f"//{text}").hostname
    check_host(host and unquote(host))
