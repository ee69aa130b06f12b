"""Lacks of this machine, such as no free file descriptor: recognizes them, names them with figures, makes room.

A lack says nothing about the receiver. So it is an error of the run and never an outcome.
"""

from __future__ import annotations

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.error_chain import errors_behind
from steppay_mock.delivery.failure import Failure
from steppay_mock.errors import SteppayMockError

try:
    import resource
except ImportError:  # Windows: there is no such limit
    resource = None  # type: ignore[assignment]

_CURES = {
    Failure.OWN_DESCRIPTORS: "Raise the limit with `ulimit -n`, or send less at once: a lower concurrency.",
    Failure.OWN_PORTS: "Use connections again (keep_alive, --keep-alive), send less in a second (rate, --rate), or "
    "wait a minute: closed connections hold their ports so long. For an address of IPv6, this machine may have none.",
    Failure.OWN_NETWORK: "Look at the network, the routes and the firewall of this machine.",
    Failure.OWN_MEMORY: "Send less at once: a lower concurrency.",
    Failure.OWN_THREADS: "Send less at once (a lower concurrency), raise the limit with `ulimit -u`, or install "
    "steppay-mock[fast], which needs no threads.",
}
_BY_NUMBER = {
    errno.EMFILE: Failure.OWN_DESCRIPTORS,
    errno.ENFILE: Failure.OWN_DESCRIPTORS,
    errno.EADDRNOTAVAIL: Failure.OWN_PORTS,
    errno.EAFNOSUPPORT: Failure.OWN_NETWORK,
    errno.ENETUNREACH: Failure.OWN_NETWORK,
    errno.ENETDOWN: Failure.OWN_NETWORK,
    errno.EACCES: Failure.OWN_NETWORK,
    errno.EPERM: Failure.OWN_NETWORK,
    errno.ENOMEM: Failure.OWN_MEMORY,
    errno.ENOBUFS: Failure.OWN_MEMORY,
}
_OTHER_NUMBERS = {"ssl", "socket"}
"""The modules of SSLError and gaierror, whose ``errno`` is no number of the system. ssl itself loads slowly."""

_WANTED = 10_000
"""File descriptors. :func:`make_room` raises the limit to it, as Locust does, where the hard limit allows it."""
_SPARE = 32  # descriptors for the journal, a name server, and other files of the process
_UNKNOWN = 64  # descriptors that are taken to be open where the system does not tell


class OwnLackError(SteppayMockError):
    """A request could not be sent because this machine lacks something; the receiver is not the cause.

    ``failure`` is the code. ``perhaps_sent`` says whether a part of the request may have been sent. ``so_far`` is the
    report of the deliveries before it.
    """

    def __init__(self, failure: Failure, what: str, *, perhaps_sent: bool = False) -> None:
        self.failure = failure
        self.what = what
        self.perhaps_sent = perhaps_sent
        self.done = ""
        """How far the run came, in words."""
        self.journal: str | None = None
        """The journal in which the deliveries that were not sent stay planned; None without a journal."""
        # The type of a report is not named: reports are made of outcomes, which are made of answers and failures.
        self.so_far: Any = None
        super().__init__(failure, what)

    def __str__(self) -> str:
        told = f"A request could not be sent, for a lack of this machine and not of the receiver: {self.what}."
        return " ".join(filter(None, (told, self._left(), _CURES[self.failure])))

    def _left(self) -> str:
        """What happens to the deliveries that were not sent, in a sentence."""
        if not self.done:
            return ""
        if self.journal is None:
            return f"{self.done}; send again the deliveries without one."
        import shlex

        journal = shlex.quote(self.journal)
        return f"{self.done}; the rest stays planned: `steppay-mock resume --journal {journal}` goes on with it."

    def as_answer(self) -> Answer:
        """The lack in the place of an answer, where it cannot be raised. The caller that gets it raises it."""
        return Answer(None, error=self.what, exception=self, failure=self.failure)


def lack_behind(error: BaseException, *, outside: BaseException | None = None) -> Failure | None:
    """The code of the lack that caused the error; None if no lack did."""
    for cause in errors_behind(error, outside=outside):
        if isinstance(cause, OSError) and type(cause).__module__ not in _OTHER_NUMBERS and cause.errno in _BY_NUMBER:
            return _BY_NUMBER[cause.errno]
        if isinstance(cause, MemoryError):
            return Failure.OWN_MEMORY
    return None


def hidden_lack() -> Failure | None:
    """The lack behind an error that does not name it; None if a socket can be opened now.

    Without a free descriptor the resolver cannot open its files and OpenSSL cannot open its certificates. They report
    an unknown name and an untrusted certificate.
    """
    try:
        with socket.socket():
            return None
    except OSError as error:
        return lack_behind(error)


def own_lack(failure: Failure, *, to: str, perhaps_sent: bool = False) -> OwnLackError:
    """The error that says what a request to that host lacked, with figures."""
    return OwnLackError(failure, _what(failure, to), perhaps_sent=perhaps_sent)


def no_thread(running: int) -> OwnLackError:
    """The error that no thread can be started beside the ``running`` ones."""
    return OwnLackError(Failure.OWN_THREADS, f"no new thread can be started; {running} are running for this")


def no_thread_left() -> Answer:
    """The same error in the place of an answer."""
    from threading import active_count

    return no_thread(active_count()).as_answer()


def make_room(connections: int) -> None:
    """Raise the limit of file descriptors, and check that these connections fit beside the open files.

    Raises SteppayMockError, with the figures, where they do not fit.
    """
    _raise_limit(max(_WANTED, needed := connections + _open_descriptors() + _SPARE))
    most = _limit()
    if most is not None and needed > most:
        raise SteppayMockError(
            f"{connections} deliveries at once need {needed} file descriptors, and this process may have {most}: "
            f"nothing was sent. Raise the limit with `ulimit -n {needed}`, or lower the concurrency to "
            f"{max(most - needed + connections, 1)}."
        )


def _what(failure: Failure, to: str) -> str:
    if failure is Failure.OWN_DESCRIPTORS:
        most = _limit()
        figure = "the system has no more" if most is None else f"the limit is {most}"
        return f"no file descriptor is free for a connection to {to} ({figure})"
    if failure is Failure.OWN_PORTS:
        return f"no local port or address is free for a connection to {to}{_ports()}"
    if failure is Failure.OWN_NETWORK:
        return f"there is no way from this machine to {to}, or the connection is not let out"
    return f"no memory is left for a connection to {to}"


def _ports() -> str:
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:  # noqa: PTH123
            first, last = map(int, file.read().split())
    except (OSError, ValueError):
        return ""
    return f" (the system gives {last - first + 1} ports, {first} to {last}, to each address)"


def _limit() -> int | None:
    """The number of descriptors that this process may have open; None without a limit."""
    if resource is None:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _raise_limit(wanted: int) -> None:
    soft = _limit()
    if soft is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most <= soft:
        return
    with suppress(OSError, ValueError):  # macOS allows no more than OPEN_MAX; the caller reads the limit again
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _open_descriptors() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        if Path(folder).is_dir():
            with suppress(OSError), os.scandir(folder) as found:  # a path for each of them would take long
                return sum(1 for _ in found)
    return _UNKNOWN
