"""Clients that would reach StepPay past Python's name resolution are refused while the API is patched.

Such are clients that leave it to a proxy to resolve the name, that resolve it in C, or that have a connection from
before. They are patched if the process has imported them, and when it imports them later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import unquote, urlsplit

from steppay_mock.store.api.seams import replaced, when_imported
from steppay_mock.store.api.vendor_hosts import check_host, host_of, refusing

FindHost = Callable[..., object]


@contextmanager
def clients_closed() -> Iterator[None]:
    """Within it, a call of StepPay is a VendorHostError, also through a proxy, pycurl or uvloop."""
    with ExitStack() as stack:
        stack.enter_context(replaced(HTTPConnection, "putrequest", refusing(_asked)))
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


def _asked(connection: HTTPConnection, _method: str = "", url: str = "", *_more: Any, **_options: Any) -> object:
    """The host of a full URL, as a proxy gets it; else that of the connection."""
    named = urlsplit(url).hostname if "://" in url else None
    return named or connection.host


def _tunnelled(_self: Any, host: object = None, *_more: Any, **_options: Any) -> object:
    """The host of a tunnel, which may have its port behind it."""
    return urlsplit(f"//{host}").hostname


def _second(_self: Any, host: object, *_more: Any, **_options: Any) -> object:
    return host


def _of_address(_self: Any, address: object, *_more: Any, **_options: Any) -> object:
    return host_of(address)


def _of_origin(_self: Any, origin: Any) -> object:
    return origin.host


def _of_aiohttp(connector: Any, request: Any, *_more: Any, **_options: Any) -> object:
    """The host, unless the connector finds its address by a resolver of the user's own, as fakes of a server do."""
    resolver = getattr(connector, "_resolver", None)
    is_default = resolver is None or type(resolver).__module__.partition(".")[0] == "aiohttp"
    return request.url.host if is_default or request.proxy else None


def _of_connection(_loop: Any, _factory: Any = None, host: object = None, *_more: Any, **_options: Any) -> object:
    return host


def _of_sock_connect(_loop: Any, _sock: Any = None, address: object = None, **_options: Any) -> object:
    return host_of(address)


_METHODS: dict[str, dict[tuple[str, str], FindHost]] = {
    "httpcore": {
        (kind, "create_connection"): _of_origin
        for pool in ("ConnectionPool", "HTTPProxy", "SOCKSProxy")
        for kind in (pool, f"Async{pool}")
    },
    "aiohttp": {("TCPConnector", "connect"): _of_aiohttp},
    "socks": {("socksocket", "connect"): _of_address},
    "uvloop": {
        ("Loop", "getaddrinfo"): _second,
        ("Loop", "create_connection"): _of_connection,
        ("Loop", "sock_connect"): _of_sock_connect,
    },
}


@contextmanager
def _pycurl_closed() -> Iterator[None]:
    """Within it, ``pycurl.Curl`` makes handles that take no URL of StepPay's; those made before are as they were."""
    import pycurl

    before, is_closed = pycurl.Curl, [True]

    class Curl(before):  # type: ignore[misc, valid-type]
        def setopt(self, option: int, value: Any) -> None:
            if option == pycurl.URL and is_closed:
                _check_url(value)
            super().setopt(option, value)

        def setopt_string(self, option: int, value: str) -> None:
            if option == pycurl.URL and is_closed:
                _check_url(value)
            super().setopt_string(option, value)

    Curl.__module__, Curl.__qualname__ = "pycurl", "Curl"
    pycurl.Curl = Curl  # type: ignore[misc]
    try:
        yield
    finally:
        is_closed.clear()
        if pycurl.Curl is Curl:
            pycurl.Curl = before  # type: ignore[misc]


def _check_url(url: Any) -> None:
    text = url.decode("latin-1") if isinstance(url, bytes) else str(url)
    host = urlsplit(text if "://" in text else f"//{text}").hostname
    check_host(host and unquote(host))
