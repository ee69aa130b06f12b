"""The clock that signs deliveries: that of the process in which the receiver checks their age.

A test stops or moves the clock only in its process. A receiver in that process reads the stopped clock; a receiver
in another process reads the real one.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import closing, suppress
from pathlib import Path
from socket import SO_ACCEPTCONN, SOL_SOCKET, SocketType
from urllib.parse import urlsplit

from steppay_mock.wire.real_time import wall_clock

_PORTS = {"http": 80, "https": 443}
_DESCRIPTORS = Path("/dev/fd")
_SAME = 1.0  # seconds; clocks that differ by less are the same one, read twice


def now_here() -> float:
    """Seconds since the epoch by the clock of this process, which a test may have stopped."""
    return time.time()  # looked up in each call, because freezegun replaces it


def now_at(url: str) -> float:
    """Seconds since the epoch by the clock of the process that serves the URL, which was checked before."""
    here, real = time.time(), wall_clock()
    return here if abs(here - real) < _SAME or _is_served_here(url) else real


def is_moved() -> bool:
    """Whether a test has stopped or moved the clock of this process."""
    return abs(time.time() - wall_clock()) >= _SAME


def _is_served_here(url: str) -> bool:
    """Whether this process listens at the port of the URL; True if the system does not tell."""
    if not _DESCRIPTORS.is_dir():
        return True
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme)
    return any(_port_of(int(one.name)) == port for one in _DESCRIPTORS.iterdir())


def _port_of(descriptor: int) -> int | None:
    """The port at which the descriptor listens; None if it does not listen."""
    with suppress(OSError):  # it was closed meanwhile, or its kind of socket has no such option
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return None
        # The listener may be that of a server in C, without a Python object. pytest-socket does not replace SocketType.
        with closing(SocketType(fileno=os.dup(descriptor))) as listener:
            name = listener.getsockname()
            if isinstance(name, tuple) and listener.getsockopt(SOL_SOCKET, SO_ACCEPTCONN):
                return int(name[1])
    return None
