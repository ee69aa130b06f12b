"""A connection through a proxy: to the proxy itself for http, and in a tunnel to the receiver for https."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import TYPE_CHECKING

from steppay_mock.delivery.head import read_head
from steppay_mock.delivery.proxy import ProxyError
from steppay_mock.delivery.safety import name_to_look_up
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.proxy import Proxy


def connect_through(proxy: Proxy, address: Address, *, left: Callable[[], float]) -> socket.socket:
    """A socket to the proxy; for an https endpoint it has a tunnel to the receiver already.

    ``left`` gives the seconds that are left. Raises ProxyError, and TimeoutError where the time is over.
    """
    connection = _connected(proxy, left)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.scheme == "https":
            _open_tunnel(connection, proxy, address, left)
    except BaseException:
        connection.close()
        raise
    return connection


def seconds_left(timeout: float) -> Callable[[], float]:
    """A function that gives the seconds that are left of these; it raises TimeoutError when none are."""
    deadline = perf_counter() + timeout

    def left() -> float:
        seconds = deadline - perf_counter()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    return left


def _connected(proxy: Proxy, left: Callable[[], float]) -> socket.socket:
    host = name_to_look_up(proxy.host)
    try:
        return socket.create_connection((host, proxy.port), timeout=left())
    except TimeoutError:
        raise
    except ConnectionRefusedError:
        raise ProxyError(proxy.unreached("connection refused, nothing listens there")) from None
    except socket.gaierror:
        raise ProxyError(proxy.unreached("its name leads to no address")) from None
    except OSError as error:
        raise ProxyError(proxy.unreached(str(error))) from error


def _open_tunnel(connection: socket.socket, proxy: Proxy, address: Address, left: Callable[[], float]) -> None:
    name = f"[{address.host}]" if ":" in address.host else address.host
    place = f"{name}:{address.port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"host: {place}"]
    if proxy.authorization:
        lines.append(f"proxy-authorization: {proxy.authorization}")
    try:
        connection.settimeout(left())
        connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        head = read_head(_lines(connection, left))
    except TimeoutError:
        raise
    except (OSError, HTTPException) as error:
        raise ProxyError(proxy.unreached(f"it gave no whole answer to CONNECT ({error})")) from None
    if not 200 <= head.status <= 299:
        raise ProxyError(proxy.refusal(head.status))


def _lines(connection: socket.socket, left: Callable[[], float]) -> Iterator[bytes]:
    """The lines of its answer, and not a byte more: what comes behind them belongs to TLS."""
    line = bytearray()
    while True:
        connection.settimeout(left())
        part = connection.recv(1)
        line += part
        if part == b"\n" or not part:
            yield bytes(line)
            if not part:
                return
            line.clear()
