"""One handle of libcurl: its options, the request that it carries, and the parts of the answer that have come."""

from __future__ import annotations

import os
from functools import lru_cache
from ssl import get_default_verify_paths
from typing import TYPE_CHECKING

import pycurl
from pycurl import PREREQFUNC_ABORT, PREREQFUNC_OK, PREREQFUNCTION  # an ImportError where pycurl is too old
from urllib3.util.wait import wait_for_read

from steppay_mock.delivery.answer import MAX_ANSWER
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import Access
    from steppay_mock.delivery.engine.engine import EngineSettings
    from steppay_mock.delivery.request import Headers, Request

_NO_CONNECT_HEADERS = 265
"""CURLOPT_SUPPRESS_CONNECT_HEADERS, which pycurl has no name for: the answer to CONNECT is the proxy's."""
_SOCKET: int = getattr(pycurl, "ACTIVESOCKET", pycurl.LASTSOCKET)
"""CURLINFO_ACTIVESOCKET. pycurl 7.45.7 has only the older name, which is the same number but on 64-bit Windows."""
_SEEN = frozenset({"accept", "content-type", "content-length"})
"""Headers that libcurl adds by itself unless it sees each of them at the beginning of a line."""
_TEMPLATES = 256  # sets of header names; every event type has the same one
_CLOSED = frozenset({pycurl.E_ABORTED_BY_CALLBACK, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_GOT_NOTHING})
"""Codes that libcurl gives for a kept connection that the receiver has closed."""


class CurlExchange:
    """A handle, the request that it carries, and the parts of the answer that have come.

    libcurl keeps the options of a handle, so a handle is used again for the next request with the same access.
    """

    __slots__ = (
        "address",
        "asked",
        "body",
        "full",
        "gone",
        "handle",
        "head",
        "kept",
        "leading",
        "repeated",
        "settings",
        "started",
        "token",
    )

    def __init__(self, address: Address, settings: EngineSettings, kept: KeptSockets) -> None:
        self.handle = pycurl.Curl()
        self.settings = settings
        self.kept = kept
        self.head: list[bytes] = []
        self.repeated = self.asked = self.gone = False
        self._set_options(address.access)
        self._aim(address)
        self._reset(0)

    def load(self, token: int, address: Address, request: Request) -> None:
        """Take the next request; the one before is forgotten."""
        if self.address is not address:
            self._aim(address)
        self.handle.setopt(pycurl.POSTFIELDS, request.body)
        self.handle.setopt(pycurl.HTTPHEADER, [*self.leading, *_lines(request.headers)])
        self._reset(token)

    def repeat(self) -> None:
        """Prepare the same request for a new connection."""
        self.asked, self.repeated = False, True
        self.handle.setopt(pycurl.FRESH_CONNECT, 1)

    def is_unsent(self, code: int) -> bool:
        """Whether the receiver had closed the kept connection before any byte of the request was written on it."""
        if self.gone and not self.repeated:
            return True
        if code not in _CLOSED or not self.asked or self.repeated or self.head:
            return False
        was_used = code == pycurl.E_ABORTED_BY_CALLBACK or not self.handle.getinfo(pycurl.NUM_CONNECTS)
        return was_used and not self.handle.getinfo(pycurl.REQUEST_SIZE)

    def may_ask(self, *addresses: object) -> int:
        """Allow the request once, and not on a connection that the receiver has closed meanwhile.

        libcurl calls it on each connection, right before it writes the request. If a connection that was used before
        ends, libcurl repeats the request by itself; a webhook might then arrive twice. And libcurl notices the end of a
        connection that it used just now only when it has written on it.
        """
        if self.asked or (self.gone and not self.repeated):
            return PREREQFUNC_ABORT
        self.gone = not self.repeated and self.kept.is_closed(addresses[-1])
        self.asked = not self.gone
        return PREREQFUNC_ABORT if self.gone else PREREQFUNC_OK

    def _take_body(self, part: bytes) -> int:
        """Keep the part as far as the bound allows; beyond it the transfer ends."""
        room = MAX_ANSWER - len(self.body)
        self.body += part[:room]
        self.full = len(part) > room
        return 0 if self.full else len(part)

    def _aim(self, address: Address) -> None:
        """Send the next requests there, with the headers that every request to this address begins with."""
        self.address = address
        self.handle.setopt(pycurl.URL, address.url)
        head = {**address.head, "connection": "keep-alive" if self.settings.keep_alive else "close"}
        # libcurl writes its own headers with capitals and last. A name without a value keeps its header away. Several
        # headers in one line pass unseen: libcurl looks at the first name of a line only.
        unwanted = ["host:", "expect:", *(["proxy-connection:"] if address.access.proxy else [])]
        self.leading = [*unwanted, "\r\n".join(f"{name}: {value}" for name, value in head.items())]

    def _reset(self, token: int) -> None:
        self.token = token
        self.started = perf_counter()
        self.head.clear()
        self.body = b""
        self.full = self.asked = self.gone = False
        if self.repeated:
            self.repeated = False
            self.handle.setopt(pycurl.FRESH_CONNECT, 0)

    def _set_options(self, access: Access) -> None:
        handle = self.handle
        handle.setopt(pycurl.NOSIGNAL, 1)  # without it libcurl may use SIGALRM for name look-ups
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.USERAGENT, "")
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.PATH_AS_IS, 1)  # else /a/../b is sent as /b
        handle.setopt(pycurl.TIMEOUT_MS, max(int(self.settings.timeout * 1000), 1))  # 0 would mean no timeout
        handle.setopt(pycurl.TCP_NODELAY, 1)
        handle.setopt(pycurl.HEADERFUNCTION, self.head.append)
        handle.setopt(pycurl.WRITEFUNCTION, self._take_body)
        if self.settings.keep_alive:
            handle.setopt(PREREQFUNCTION, self.may_ask)
        else:
            handle.setopt(pycurl.FORBID_REUSE, 1)
            handle.setopt(pycurl.FRESH_CONNECT, 1)
        self._set_access(access)

    def _set_access(self, access: Access) -> None:
        """Set the certificates and the proxy. Headers of the access are in ``address.head``."""
        handle = self.handle
        # Paths are bytes: of a text pycurl takes ASCII alone.
        if access.ca_file:
            handle.setopt(pycurl.CAINFO, os.fsencode(access.ca_file))
            handle.unsetopt(pycurl.CAPATH)
        else:
            # The libcurl of a wheel looks for certificates where its build machine has them. Python's ssl knows better.
            authorities = get_default_verify_paths()
            if authorities.cafile:
                handle.setopt(pycurl.CAINFO, os.fsencode(authorities.cafile))
            if authorities.capath:
                handle.setopt(pycurl.CAPATH, os.fsencode(authorities.capath))
        if access.client_cert:
            handle.setopt(pycurl.SSLCERT, os.fsencode(access.client_cert))
            handle.setopt(pycurl.SSLKEY, os.fsencode(access.client_key or access.client_cert))
        proxy = access.proxy
        # Empty texts, and not unset options: libcurl would read HTTP_PROXY and NO_PROXY of the environment.
        handle.setopt(pycurl.PROXY, f"http://{proxy.authority}" if proxy else "")
        handle.setopt(pycurl.NOPROXY, "")
        if proxy and proxy.authorization:
            handle.setopt(pycurl.PROXYHEADER, [f"proxy-authorization: {proxy.authorization}"])
        if proxy:
            handle.setopt(_NO_CONNECT_HEADERS, 1)


class KeptSockets:
    """The sockets of the kept connections, by their local port."""

    def __init__(self) -> None:
        self._sockets: dict[object, int] = {}

    def note(self, handle: pycurl.Curl) -> None:
        """Remember the connection of the answer that has just come; the receiver may have closed it already."""
        self._sockets[handle.getinfo(pycurl.LOCAL_PORT)] = handle.getinfo(_SOCKET)

    def is_closed(self, port: object) -> bool:
        """Whether something came on the connection after its answer. Only its end can come.

        The number may belong to another socket by now. Then a request is sent on a new connection without need: that
        costs time and no correctness.
        """
        number = self._sockets.get(port, -1)
        return number >= 0 and wait_for_read(number, timeout=0)  # type: ignore[arg-type]


def _lines(headers: Headers) -> list[str]:
    names, values = zip(*headers, strict=True) if headers else ((), ())
    return (_template(*names) % values).split("\0")


@lru_cache(maxsize=_TEMPLATES)
def _template(*names: str) -> str:
    """Lines with a gap for each value, as few as possible: libcurl copies each line and looks through it."""
    joints = ["" if not at else "\0" if name in _SEEN else "\r\n" for at, name in enumerate(names)]
    return "".join(f"{joint}{name}: %s" for joint, name in zip(joints, names, strict=True))
