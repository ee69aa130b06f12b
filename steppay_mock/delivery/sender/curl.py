"""How does libcurl carry many requests in one thread? Its multi interface, and handles that are used again."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from http.client import HTTPException

import pycurl
from pycurl import PREREQFUNC_ABORT, PREREQFUNC_OK, PREREQFUNCTION  # an ImportError where pycurl is too old
from urllib3.util.wait import wait_for_read

from steppay_mock.delivery.access import Access, untrusted
from steppay_mock.delivery.address import Address
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.head import GONE, Head, read_head
from steppay_mock.delivery.lacking import hidden_lack, lack_behind, own_lack
from steppay_mock.delivery.proxy import told_apart
from steppay_mock.delivery.request import Headers, Request
from steppay_mock.delivery.sender.curl_access import let_in, trouble_of_proxy
from steppay_mock.delivery.sender.engine import EngineSettings
from steppay_mock.delivery.told import failure_of, words
from steppay_mock.delivery.transport import MAX_ANSWER, Answer
from steppay_mock.wire.real_time import perf_counter, sleep

_SEEN = frozenset({"accept", "content-type", "content-length"})
"""What libcurl would add, did it not see that it is there."""
_ENDS = frozenset(
    {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_GOT_NOTHING}
    | {pycurl.E_ABORTED_BY_CALLBACK}
)
_NAP = 0.001
_MANY = 256
_SEEN_BY_SELECT = 1024
_BRIEFLY = 2 * _NAP
"""Seconds. It waits by select(), which sees no descriptor above 1023: where there may be such, it looks up often."""
_UNHURRIED = 0.01
"""Seconds. Requests to a receiver that takes as long begin one by one: else its answers come in one lump for ever."""
_CLOSED = frozenset({pycurl.E_ABORTED_BY_CALLBACK, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_GOT_NOTHING})
_BEFORE = frozenset({pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_CONNECT_ERROR})
"""What libcurl says where it could not open a file that it needs, and where the receiver is to blame."""
_FAILURES = {
    pycurl.E_OPERATION_TIMEDOUT: Failure.TIMED_OUT,
    pycurl.E_COULDNT_RESOLVE_HOST: Failure.NO_ADDRESS,
    pycurl.E_PEER_FAILED_VERIFICATION: Failure.CERTIFICATE,
}
_RESET = frozenset({pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR})
_FEW = 64  # so many are looked after in next to no time


class _Exchange:
    """A handle, the request that it carries, and what has come back so far."""

    __slots__ = (
        "address",
        "again",
        "asked",
        "begin",
        "body",
        "full",
        "gone",
        "handle",
        "head",
        "kept",
        "started",
        "token",
    )

    def __init__(self, address: Address, begin: list[str], kept: Kept) -> None:
        self.handle = pycurl.Curl()
        self.kept = kept
        self.aim(address, begin)
        self.head: list[bytes] = []
        self.again = False
        self.renew(0)

    def aim(self, address: Address, begin: list[str]) -> None:
        """Where the next requests go, and the headers that all of them begin with."""
        self.address = address
        self.begin = begin
        self.handle.setopt(pycurl.URL, address.url)

    def renew(self, token: int) -> None:
        """Forget the request before."""
        self.token = token
        self.started = perf_counter()
        self.head.clear()
        self.body = b""
        self.full = self.asked = self.gone = False
        if self.again:
            self.again = False
            self.handle.setopt(pycurl.FRESH_CONNECT, 0)

    def repeat(self) -> None:
        """Begin the same request once more, on a new connection."""
        self.asked, self.again = False, True
        self.handle.setopt(pycurl.FRESH_CONNECT, 1)

    def take_body(self, part: bytes) -> int:
        """Keep what the bound allows; beyond it the transfer ends."""
        room = MAX_ANSWER - len(self.body)
        self.body += part[:room]
        self.full = len(part) > room
        return 0 if self.full else len(part)

    def may_ask(self, *addresses: object) -> int:
        """Once, and not on a connection that the receiver has closed meanwhile.

        libcurl would repeat a request by itself if a connection ends that was used before, and looks at one that it
        used just now only when it has written.
        """
        if self.asked or (self.gone and not self.again):
            return PREREQFUNC_ABORT
        self.gone = not self.again and self.kept.is_closed(addresses[-1])
        self.asked = not self.gone
        return PREREQFUNC_ABORT if self.gone else PREREQFUNC_OK

    def is_unsent(self, code: int) -> bool:
        """Whether the receiver had closed the kept connection, so that none of the request went out on it."""
        if self.gone and not self.again:
            return True
        if code not in _CLOSED or not self.asked or self.again or self.head:
            return False
        was_used = code == pycurl.E_ABORTED_BY_CALLBACK or not self.handle.getinfo(pycurl.NUM_CONNECTS)
        return was_used and not self.handle.getinfo(pycurl.REQUEST_SIZE)


class Kept:
    """The sockets of the connections that were used, by their port on this side."""

    def __init__(self) -> None:
        self._sockets: dict[object, int] = {}

    def note(self, handle: pycurl.Curl) -> None:
        """Remember the connection on which an answer has come; it may be gone already."""
        self._sockets[handle.getinfo(pycurl.LOCAL_PORT)] = handle.getinfo(pycurl.ACTIVESOCKET)

    def is_closed(self, port: object) -> bool:
        """Whether something came on the connection since its answer: there is nothing but its end to come.

        Where the socket is another's by now, a request goes out on a new connection without need, and no more.
        """
        number = self._sockets.get(port, -1)
        return number >= 0 and wait_for_read(number, timeout=0)  # type: ignore[arg-type]


class CurlEngine:
    """libcurl's multi interface."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, settings.concurrency)
        self._connection = "keep-alive" if settings.keep_alive else "close"
        self._longest = 1.0 if settings.concurrency <= _MANY else _BRIEFLY
        self._idle: dict[Access, list[_Exchange]] = {}
        self._flying: dict[pycurl.Curl, _Exchange] = {}
        self._unhurried = False
        self._head: list[bytes] = []
        self._read: Head | None = None
        self._kept = Kept()

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request."""
        idle = self._idle.get(address.access)
        exchange = idle.pop() if idle else self._new_exchange(address)
        if exchange.address is not address:
            exchange.aim(address, self._begin(address))
        handle = exchange.handle
        handle.setopt(pycurl.POSTFIELDS, request.body)
        handle.setopt(pycurl.HTTPHEADER, [*exchange.begin, *_lines(request.headers)])
        exchange.renew(token)
        if self._longest > _BRIEFLY and _next_descriptor() + 2 * self._settings.concurrency >= _SEEN_BY_SELECT:
            self._longest = _BRIEFLY
        self._flying[handle] = exchange
        self._multi.add_handle(handle)
        if self._unhurried and self._settings.concurrency <= _FEW:
            self._multi.perform()

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come."""
        self._multi.perform()
        found = self._finished()
        if not found and seconds > 0:
            due = self._multi.timeout()  # milliseconds until libcurl has something to do by itself
            wait = min(seconds, self._longest, due / 1000 if due >= 0 else self._longest)
            if self._multi.select(wait) < 0:  # there is no descriptor yet, or none that it sees
                sleep(min(wait, _NAP))
            self._multi.perform()
            found = self._finished()
        return found

    def close(self) -> None:
        """Let go of all connections."""
        for handle, exchange in self._flying.items():
            self._multi.remove_handle(handle)
            self._put_by(exchange)
        for exchanges in self._idle.values():
            for exchange in exchanges:
                exchange.handle.close()
        self._flying.clear()
        self._idle.clear()
        self._multi.close()

    def _begin(self, address: Address) -> list[str]:
        # libcurl writes names of its own as it likes, and last. An empty line keeps its header away; what stands behind
        # the first name of a line it does not see.
        head = {**address.head, "connection": self._connection}
        unwanted = ["host:", "expect:", *(["proxy-connection:"] if address.access.proxy else [])]
        return [*unwanted, "\r\n".join(f"{name}: {value}" for name, value in head.items())]

    def _put_by(self, exchange: _Exchange) -> None:
        self._idle.setdefault(exchange.address.access, []).append(exchange)

    def _finished(self) -> list[tuple[int, Answer]]:
        found: list[tuple[int, Answer]] = []
        while True:
            left, done, failed = self._multi.info_read()
            found += [self._end(handle) for handle in done]
            for handle, code, message in failed:
                if self._settings.keep_alive and self._flying[handle].is_unsent(code):
                    self._repeat(handle)
                else:
                    found.append(self._end(handle, code, message))
            if not left:
                return found

    def _repeat(self, handle: pycurl.Curl) -> None:
        self._multi.remove_handle(handle)
        self._flying[handle].repeat()
        self._multi.add_handle(handle)

    def _end(self, handle: pycurl.Curl, code: int = 0, message: str = "") -> tuple[int, Answer]:
        exchange = self._flying.pop(handle)
        if self._settings.keep_alive and not code:
            self._kept.note(handle)
        self._multi.remove_handle(handle)
        latency = perf_counter() - exchange.started
        self._unhurried = latency > _UNHURRIED
        self._put_by(exchange)
        try:
            head = self._read_head(exchange.head)
        except HTTPException as broken:  # libcurl may have been content with it
            return exchange.token, self._lost(exchange, code, message or str(broken), latency)
        answer = told_apart(Answer(head.status, head.headers.copy(), exchange.body, latency=latency), exchange.address)
        if code == 0 or exchange.full or (code in _RESET and head.may_end_in_a_reset):
            return exchange.token, answer
        lost = self._lost(exchange, code, message, latency)
        return exchange.token, replace(answer, error=lost.error, failure=lost.failure)

    def _read_head(self, lines: list[bytes]) -> Head:
        """The head of the answer, of which most are that of the answer before; trailers come behind it."""
        if self._read is None or lines != self._head:
            self._read = None
            self._head = lines.copy()
            self._read = read_head(iter(lines))
        return self._read

    def _new_exchange(self, address: Address) -> _Exchange:
        exchange = _Exchange(address, self._begin(address), self._kept)
        handle = exchange.handle
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.USERAGENT, "")
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.PATH_AS_IS, 1)
        handle.setopt(pycurl.TIMEOUT_MS, max(int(self._settings.timeout * 1000), 1))
        handle.setopt(pycurl.TCP_NODELAY, 1)
        handle.setopt(pycurl.HEADERFUNCTION, exchange.head.append)
        handle.setopt(pycurl.WRITEFUNCTION, exchange.take_body)
        if self._settings.keep_alive:
            handle.setopt(PREREQFUNCTION, exchange.may_ask)
        else:
            handle.setopt(pycurl.FORBID_REUSE, 1)
            handle.setopt(pycurl.FRESH_CONNECT, 1)
        let_in(handle, address.access)
        return exchange

    def _lost(self, exchange: _Exchange, code: int, message: str, latency: float) -> Answer:
        """An answer that did not come whole, in the words that the other engine has for it."""
        lack = self._lack(exchange, code)
        if lack is not None:
            perhaps = bool(exchange.handle.getinfo(pycurl.REQUEST_SIZE))
            return own_lack(lack, to=exchange.address.authority, perhaps_sent=perhaps).as_answer()
        handle, address = exchange.handle, exchange.address
        failure = _FAILURES.get(code, Failure.BROKEN)
        if code == pycurl.E_COULDNT_CONNECT:
            failure = failure_of(OSError(handle.getinfo(pycurl.OS_ERRNO), message))
        if code in {pycurl.E_GOT_NOTHING, pycurl.E_ABORTED_BY_CALLBACK}:
            message = GONE
        if failure is Failure.CERTIFICATE:
            message = untrusted(excerpt(message), code=handle.getinfo(pycurl.SSL_VERIFYRESULT))
        if trouble := trouble_of_proxy(handle, address.access.proxy, code):
            failure, message = Failure.PROXY, trouble
        error = words(failure, address, timeout=self._settings.timeout, detail=message, is_end=code in _ENDS)
        return Answer(None, error=error, latency=latency, failure=failure)

    def _lack(self, exchange: _Exchange, code: int) -> Failure | None:
        """What this machine lacks, where that is why there was no connection."""
        if code == pycurl.E_OUT_OF_MEMORY:
            return Failure.OWN_MEMORY
        if code == pycurl.E_COULDNT_CONNECT:
            number = exchange.handle.getinfo(pycurl.OS_ERRNO)
            if number:
                return lack_behind(OSError(number, ""))
            if exchange.address.access.proxy is not None:  # it may have refused to lead on
                return hidden_lack()
            # Without a number there was not even a socket, and by now another may have let go of a descriptor.
            return hidden_lack() or Failure.OWN_DESCRIPTORS
        return hidden_lack() if code in _BEFORE else None


def _next_descriptor() -> int:
    """The number of the file that is opened next; 0 where none can be opened."""
    try:
        number = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return 0
    os.close(number)
    return number


def _lines(headers: Headers) -> list[str]:
    names, values = zip(*headers, strict=True) if headers else ((), ())
    return (_template(*names) % values).split("\0")


@lru_cache(maxsize=_MANY)
def _template(*names: str) -> str:
    """Lines with a gap for each value. As few as may be: each costs libcurl a copy and a look."""
    joints = ["" if not at else "\0" if name in _SEEN else "\r\n" for at, name in enumerate(names)]
    return "".join(f"{joint}{name}: %s" for joint, name in zip(joints, names, strict=True))
