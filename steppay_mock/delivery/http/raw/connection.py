"""A connection for raw writing: it can be shut down, reset, and waited for, all within one deadline."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from steppay_mock.delivery.address.safety import name_to_look_up
from steppay_mock.delivery.http.raw.tls import TlsConnection
from steppay_mock.delivery.http.tunnel import connect_through
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.http.deadline import Deadline

Connection = socket.socket | TlsConnection

_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def connect(address: Address, deadline: Deadline) -> Connection:
    """A connection to the address, over TLS if it is https. Raises the errors of sockets."""
    proxy = address.access.proxy
    if proxy is not None:
        return _prepared(connect_through(proxy, address, deadline=deadline), address, deadline)
    return _prepared(_connected(name_to_look_up(address.host), address.port, deadline), address, deadline)


def _prepared(raw: socket.socket, address: Address, deadline: Deadline) -> Connection:
    """The connection over that socket, with TLS for https; closes the socket where that fails."""
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Nagle would hold a small piece back for an ACK
        return raw if address.scheme == "http" else _secured(raw, address, deadline)
    except (OSError, ValueError, SteppayMockError):
        raw.close()
        raise


def end_sending(connection: Connection) -> None:
    """Shut the connection down for writing; it can still be read."""
    with suppress(OSError):  # the receiver may have closed already; another error appears in the read that follows
        if not isinstance(connection, socket.socket):
            connection.end_sending()
        _raw(connection).shutdown(socket.SHUT_WR)


def reset(connection: Connection) -> None:
    """Reset the connection: the receiver gets ECONNRESET."""
    # With SO_LINGER at 0 seconds, close() sends RST instead of FIN and drops unsent bytes.
    _raw(connection).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    connection.close()


def wait_until_arrived(connection: Connection, deadline: Deadline, sleep: Callable[[float], object]) -> None:
    """Wait until the other machine has acknowledged all bytes: a reset drops those that are on their way.

    Linux and macOS tell the number of unacknowledged bytes (TIOCOUTQ). Other systems do not: there it does not wait.
    """
    try:
        import fcntl
        import termios
    except ImportError:
        return
    waiting = bytearray(4)
    while True:
        try:
            fcntl.ioctl(_raw(connection), termios.TIOCOUTQ, waiting)
        except OSError:
            return
        if not int.from_bytes(waiting, sys.byteorder):
            return
        sleep(min(0.001, deadline.left()))


def _connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    failure = OSError("the name leads to no address")  # for a getaddrinfo that returns an empty list
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.left())
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _secured(raw: socket.socket, address: Address, deadline: Deadline) -> TlsConnection:
    return TlsConnection(raw, context=address.access.context(), name=address.host, deadline=deadline)


def _raw(connection: Connection) -> socket.socket:
    return connection if isinstance(connection, socket.socket) else connection.raw
