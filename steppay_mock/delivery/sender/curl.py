"""How does libcurl carry many requests in one thread? Its multi interface, and handles that are used again."""

from __future__ import annotations

from collections.abc import Mapping
from errno import ECONNREFUSED
from functools import lru_cache
from http.client import HTTPException
from ssl import get_default_verify_paths
from time import perf_counter, sleep

import pycurl
from pycurl import PREREQFUNC_ABORT, PREREQFUNC_OK, PREREQFUNCTION  # an ImportError where pycurl is too old

from steppay_mock.delivery.access import Access, asks_for_certificate, untrusted
from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.faults.fault import NO_WHOLE_ANSWER
from steppay_mock.delivery.head import GONE, Head, read_head
from steppay_mock.delivery.proxy import told_apart
from steppay_mock.delivery.sender.engine import Wire
from steppay_mock.delivery.transport import MAX_ANSWER, Answer

_SEEN = frozenset({"accept", "content-type", "content-length"})
"""What libcurl would add, did it not see that it is there."""
_NO_CONNECT_HEADERS = 265
"""CURLOPT_SUPPRESS_CONNECT_HEADERS, which pycurl has no name for: an answer to CONNECT is not the receiver's."""
_ENDS = frozenset(
    {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_GOT_NOTHING}
    | {pycurl.E_ABORTED_BY_CALLBACK}
)
_NAP = 0.001
_MANY = 256
_UNHURRIED = 0.01
"""Seconds. Requests to a receiver that takes as long begin one by one: else its answers come in one lump for ever."""
_FEW = 64  # so many are looked after in next to no time


class _Exchange:
    """A handle, the request that it carries, and what has come back so far."""

    __slots__ = ("asked", "begin", "body", "endpoint", "full", "handle", "head", "started", "token")

    def __init__(self, endpoint: Endpoint, begin: list[str]) -> None:
        self.handle = pycurl.Curl()
        self.aim(endpoint, begin)
        self.head: list[bytes] = []
        self.renew(0)

    def aim(self, endpoint: Endpoint, begin: list[str]) -> None:
        """Where the next requests go, and the headers that all of them begin with."""
        self.endpoint = endpoint
        self.begin = begin
        self.handle.setopt(pycurl.URL, endpoint.url)

    def renew(self, token: int) -> None:
        """Forget the request before."""
        self.token = token
        self.started = perf_counter()
        self.head.clear()
        self.body = b""
        self.full = self.asked = False

    def take_body(self, part: bytes) -> int:
        """Keep what the bound allows; beyond it the transfer ends."""
        room = MAX_ANSWER - len(self.body)
        self.body += part[:room]
        self.full = len(part) > room
        return 0 if self.full else len(part)

    def may_ask(self, *_addresses: object) -> int:
        """Once: libcurl would repeat a request by itself if a connection ends that was used before."""
        if self.asked:
            return PREREQFUNC_ABORT
        self.asked = True
        return PREREQFUNC_OK


class CurlEngine:
    """libcurl's multi interface."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, wire.concurrency)
        self._connection = "keep-alive" if wire.keep_alive else "close"
        # It waits by select(), which sees no descriptor above 1023: where there may be such, it looks up often.
        self._longest = 1.0 if wire.concurrency <= _MANY else 2 * _NAP
        self._idle: dict[Access, list[_Exchange]] = {}
        self._flying: dict[pycurl.Curl, _Exchange] = {}
        self._unhurried = False
        self._head: list[bytes] = []
        self._read: Head | None = None

    def start(self, token: int, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin a request."""
        idle = self._idle.get(endpoint.access)
        exchange = idle.pop() if idle else self._new_exchange(endpoint)
        if exchange.endpoint is not endpoint:
            exchange.aim(endpoint, self._begin(endpoint))
        handle = exchange.handle
        handle.setopt(pycurl.POSTFIELDS, body)
        handle.setopt(pycurl.HTTPHEADER, [*exchange.begin, *_lines(headers)])
        exchange.renew(token)
        self._flying[handle] = exchange
        self._multi.add_handle(handle)
        if self._unhurried and self._wire.concurrency <= _FEW:
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

    def _begin(self, endpoint: Endpoint) -> list[str]:
        # libcurl writes names of its own as it likes, and last. An empty line keeps its header away; what stands behind
        # the first name of a line it does not see.
        head = {**endpoint.head, "connection": self._connection}
        unwanted = ["host:", "expect:", *(["proxy-connection:"] if endpoint.access.proxy else [])]
        return [*unwanted, "\r\n".join(f"{name}: {value}" for name, value in head.items())]

    def _put_by(self, exchange: _Exchange) -> None:
        self._idle.setdefault(exchange.endpoint.access, []).append(exchange)

    def _finished(self) -> list[tuple[int, Answer]]:
        found: list[tuple[int, Answer]] = []
        while True:
            left, done, failed = self._multi.info_read()
            found += [self._end(handle) for handle in done]
            found += [self._end(handle, code, message) for handle, code, message in failed]
            if not left:
                return found

    def _end(self, handle: pycurl.Curl, code: int = 0, message: str = "") -> tuple[int, Answer]:
        exchange = self._flying.pop(handle)
        self._multi.remove_handle(handle)
        latency = perf_counter() - exchange.started
        self._unhurried = latency > _UNHURRIED
        error = None if code == 0 or exchange.full else self._told(exchange, code, message)
        self._put_by(exchange)
        try:
            head = self._read_head(exchange.head)
        except HTTPException as failure:  # libcurl may have been content with it
            return exchange.token, Answer(None, error=error or f"{NO_WHOLE_ANSWER}{failure}", latency=latency)
        answer = Answer(head.status, head.headers.copy(), exchange.body, error, latency=latency)
        return exchange.token, told_apart(answer, exchange.endpoint)

    def _read_head(self, lines: list[bytes]) -> Head:
        """The head of the answer, of which most are that of the answer before; trailers come behind it."""
        if self._read is None or lines != self._head:
            self._read = None
            self._head = lines.copy()
            self._read = read_head(iter(lines))
        return self._read

    def _new_exchange(self, endpoint: Endpoint) -> _Exchange:
        wire = self._wire
        exchange = _Exchange(endpoint, self._begin(endpoint))
        handle = exchange.handle
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.USERAGENT, "")
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.PATH_AS_IS, 1)
        handle.setopt(pycurl.TIMEOUT_MS, max(int(wire.timeout * 1000), 1))
        handle.setopt(pycurl.TCP_NODELAY, 1)
        handle.setopt(pycurl.HEADERFUNCTION, exchange.head.append)
        handle.setopt(pycurl.WRITEFUNCTION, exchange.take_body)
        if wire.keep_alive:
            handle.setopt(PREREQFUNCTION, exchange.may_ask)
        else:
            handle.setopt(pycurl.FORBID_REUSE, 1)
            handle.setopt(pycurl.FRESH_CONNECT, 1)
        _let_in(handle, endpoint.access)
        return exchange

    def _told(self, exchange: _Exchange, code: int, message: str) -> str:
        """What went wrong, in the words that the other engine has for it."""
        proxied = _told_of_proxy(exchange, code)
        if proxied:
            return proxied
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return f"timed out after {self._wire.timeout:g} s"
        if code == pycurl.E_COULDNT_CONNECT and exchange.handle.getinfo(pycurl.OS_ERRNO) == ECONNREFUSED:
            return f"connection refused: nothing listens at {exchange.endpoint.authority}"
        if code == pycurl.E_COULDNT_RESOLVE_HOST:
            return f"the name {exchange.endpoint.host} leads to no address"
        if code in {pycurl.E_GOT_NOTHING, pycurl.E_ABORTED_BY_CALLBACK}:
            message = GONE
        if code == pycurl.E_PEER_FAILED_VERIFICATION:
            return untrusted(excerpt(message), code=exchange.handle.getinfo(pycurl.SSL_VERIFYRESULT))
        at = exchange.endpoint
        asks = asks_for_certificate(at.access, at.scheme) if code in _ENDS else ""
        return f"{NO_WHOLE_ANSWER}{excerpt(message)}{asks}"


def _let_in(handle: pycurl.Curl, access: Access) -> None:
    """Tell libcurl how one gets through the door, beside the headers: certificates, and the proxy."""
    authorities = get_default_verify_paths()
    if access.ca_file:
        handle.setopt(pycurl.CAINFO, access.ca_file)
        handle.unsetopt(pycurl.CAPATH)
    else:
        if authorities.cafile:
            handle.setopt(pycurl.CAINFO, authorities.cafile)
        if authorities.capath:
            handle.setopt(pycurl.CAPATH, authorities.capath)
    if access.client_cert:
        handle.setopt(pycurl.SSLCERT, access.client_cert)
        handle.setopt(pycurl.SSLKEY, access.client_key or access.client_cert)
    proxy = access.proxy
    # Empty: no proxy, and none is exempt, whatever the environment says.
    handle.setopt(pycurl.PROXY, f"http://{proxy.authority}" if proxy else "")
    handle.setopt(pycurl.NOPROXY, "")
    if proxy and proxy.authorization:
        handle.setopt(pycurl.PROXYHEADER, [f"proxy-authorization: {proxy.authorization}"])
    if proxy:
        handle.setopt(_NO_CONNECT_HEADERS, 1)


def _told_of_proxy(exchange: _Exchange, code: int) -> str:
    """What the proxy did, where it did not lead to the receiver; empty if it did."""
    proxy = exchange.endpoint.access.proxy
    if proxy is None:
        return ""
    handle = exchange.handle
    status = handle.getinfo(pycurl.HTTP_CONNECTCODE)
    if status and not 200 <= status <= 299:
        return proxy.refusal(status)
    if code == pycurl.E_COULDNT_RESOLVE_PROXY:
        return proxy.unreached("its name leads to no address")
    if code == pycurl.E_COULDNT_CONNECT:
        refused = handle.getinfo(pycurl.OS_ERRNO) == ECONNREFUSED
        return proxy.unreached("connection refused, nothing listens there" if refused else "no connection")
    return ""


def _lines(headers: Mapping[str, str]) -> list[str]:
    return (_template(*headers) % (*headers.values(),)).split("\0")


@lru_cache(maxsize=_MANY)
def _template(*names: str) -> str:
    """Lines with a gap for each value. As few as may be: each costs libcurl a copy and a look."""
    joints = ["" if not at else "\0" if name in _SEEN else "\r\n" for at, name in enumerate(names)]
    return "".join(f"{joint}{name}: %s" for joint, name in zip(joints, names, strict=True))
