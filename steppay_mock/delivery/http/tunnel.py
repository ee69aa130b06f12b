"""A connection through a proxy: to the proxy itself for http, and in a tunnel to the receiver for https."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPException
from typing import TYPE_CHECKING

from steppay_mock.delivery.address.proxy import ProxyError
from steppay_mock.delivery.address.safety import name_to_look_up
from steppay_mock.delivery.http.head import read_head

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.proxy import Proxy
    from steppay_mock.delivery.http.deadline import Deadline


def connect_through(proxy: Proxy, address: Address, *, deadline: Deadline) -> socket.socket:
    """A socket to the proxy; for an https address, one with a tunnel to the receiver.

    Raises ProxyError, and TimeoutError when the deadline is over.
    """
    connection = _connected(proxy, deadline)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address.scheme == "https":
            _open_tunnel(connection, proxy, address, deadline)
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(proxy: Proxy, deadline: Deadline) -> socket.socket:
    host = name_to_look_up(proxy.host)
    try:
        return socket.create_connection((host, proxy.port), timeout=deadline.left())
    except TimeoutError:
        raise
    except ConnectionRefusedError:
        raise ProxyError(proxy.unreached("connection refused, nothing listens there")) from None
    except socket.gaierror:
        raise ProxyError(proxy.unreached("its name leads to no address")) from None
    except OSError as error:
        raise ProxyError(proxy.unreached(str(error))) from error


def _open_tunnel(connection: socket.socket, proxy: Proxy, address: Address, deadline: Deadline) -> None:
    name = f"[{address.host}]" if ":" in address.host else address.host
    place = f"{name}:{address.port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"host: {place}"]
    if proxy.authorization:
        lines.append(f"proxy-authorization: {proxy.authorization}")
    try:
        connection.settimeout(deadline.left())
        connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        head = read_head(_lines(connection, deadline))
    except TimeoutError:
        raise
    except (OSError, HTTPException) as error:
        raise ProxyError(proxy.unreached(f"it gave no whole answer to CONNECT ({error})")) from None
    if not 200 <= head.status <= 299:
        raise ProxyError(proxy.refusal(head.status))


def _lines(connection: socket.socket, deadline: Deadline) -> Iterator[bytes]:
    """The lines of the proxy's answer. It reads byte by byte: the bytes after the head belong to TLS."""
    line = bytearray()
    while True:
        connection.settimeout(deadline.left())
        part = connection.recv(1)
        line += part
        if part == b"\n" or not part:
            yield bytes(line)
            if not part:
                return
            line.clear()
