"""How is a connection made that can be misused down to its bytes, and that nobody can hold for ever?"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from steppay_mock.delivery.safety import name_to_look_up
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.faults.deadline import Deadline
    from steppay_mock.delivery.faults.tls import TlsConnection

    Connection = socket.socket | TlsConnection

_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def connect(address: Address, deadline: Deadline) -> Connection:
    """A connection to the endpoint, over TLS if it is https; raises what sockets raise."""
    proxy = address.access.proxy
    if proxy is not None:
        from steppay_mock.delivery.tunnel import connect_through

        return _spoken(connect_through(proxy, address, left=deadline.left), address, deadline)
    return _spoken(_connected(name_to_look_up(address.host), address.port, deadline), address, deadline)


def _spoken(raw: socket.socket, address: Address, deadline: Deadline) -> Connection:
    """The connection over that socket; it is closed where there is none."""
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a piece goes out when it is written
        return raw if address.scheme == "http" else _secured(raw, address, deadline)
    except (OSError, ValueError, SteppayMockError):
        raw.close()
        raise


def end_sending(connection: Connection) -> None:
    """Tell the receiver that no more is coming, and go on reading."""
    with suppress(OSError):  # whoever has closed need not be told; what else is wrong shows when it is read
        if not isinstance(connection, socket.socket):
            connection.end_sending()
        _raw(connection).shutdown(socket.SHUT_WR)


def reset(connection: Connection) -> None:
    """Break the connection off, so that the receiver meets ECONNRESET."""
    _raw(connection).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    connection.close()


def wait_until_arrived(connection: Connection, deadline: Deadline, sleep: Callable[[float], object]) -> None:
    """Wait until the other machine has all that was written: a reset drops what is still on its way.

    Where the system does not tell, nothing is waited for.
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
    failure = OSError("the name leads to no address")
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
    from steppay_mock.delivery.faults.tls import TlsConnection

    return TlsConnection(raw, context=address.access.context(), name=address.host, deadline=deadline)


def _raw(connection: Connection) -> socket.socket:
    return connection if isinstance(connection, socket.socket) else connection.raw
