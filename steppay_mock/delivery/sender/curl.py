"""How does libcurl carry many requests in one thread? Its multi interface, and handles that are used again."""

from __future__ import annotations

from collections.abc import Mapping
from ssl import get_default_verify_paths
from time import perf_counter

import pycurl

from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.sender.engine import Wire
from steppay_mock.delivery.transport import MAX_ANSWER, Answer

_AUTHORITIES = get_default_verify_paths()
_WHOLE = MAX_ANSWER + 1


class _Exchange:
    """One request and what has come back of it so far."""

    __slots__ = ("body", "endpoint", "full", "headers", "started", "token")

    def __init__(self, token: int, endpoint: Endpoint) -> None:
        self.token = token
        self.endpoint = endpoint
        self.started = perf_counter()
        self.headers: list[bytes] = []
        self.body = bytearray()
        self.full = False

    def take_header(self, line: bytes) -> None:
        """A line of the head; a new status line, after 100 Continue, begins anew."""
        if line.startswith(b"HTTP/"):
            self.headers.clear()
        self.headers.append(line)

    def take_body(self, part: bytes) -> int:
        """Keep what the bound allows; beyond it the transfer ends."""
        room = MAX_ANSWER - len(self.body)
        self.body += part[:room]
        if len(part) > room:
            self.full = True
            return 0
        return len(part)


class CurlEngine:
    """libcurl's multi interface."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, wire.concurrency)
        self._idle: list[pycurl.Curl] = []
        self._exchanges: dict[pycurl.Curl, _Exchange] = {}

    def start(self, token: int, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin a request."""
        handle = self._idle.pop() if self._idle else self._new_handle()
        exchange = self._exchanges[handle] = _Exchange(token, endpoint)
        connection = "keep-alive" if self._wire.keep_alive else "close"
        lines = ["host:", "expect:", f"host: {endpoint.authority}\r\nconnection: {connection}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        handle.setopt(pycurl.URL, str(endpoint))
        handle.setopt(pycurl.POSTFIELDS, body)
        handle.setopt(pycurl.HTTPHEADER, lines)
        handle.setopt(pycurl.HEADERFUNCTION, exchange.take_header)
        handle.setopt(pycurl.WRITEFUNCTION, exchange.take_body)
        self._multi.add_handle(handle)

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come."""
        self._multi.perform()
        found = self._finished()
        if not found and seconds > 0:
            self._multi.select(min(seconds, 1.0))
            self._multi.perform()
            found = self._finished()
        return found

    def close(self) -> None:
        """Let go of all connections."""
        for handle in self._exchanges:
            self._multi.remove_handle(handle)
            handle.close()
        for handle in self._idle:
            handle.close()
        self._exchanges.clear()
        self._idle.clear()
        self._multi.close()

    def _finished(self) -> list[tuple[int, Answer]]:
        found = []
        while True:
            left, done, failed = self._multi.info_read()
            found += [self._end(handle, None) for handle in done]
            found += [self._end(handle, (code, message)) for handle, code, message in failed]
            if not left:
                return found

    def _end(self, handle: pycurl.Curl, failure: tuple[int, str] | None) -> tuple[int, Answer]:
        exchange = self._exchanges.pop(handle)
        self._multi.remove_handle(handle)
        status = int(handle.getinfo(pycurl.RESPONSE_CODE)) or None
        latency = perf_counter() - exchange.started
        self._idle.append(handle)
        error = None if failure is None or exchange.full else self._told(exchange, *failure)
        if status is None and error is None:
            error = "no whole HTTP answer: it has no status"
        return exchange.token, Answer(status, _headers(exchange.headers), bytes(exchange.body), error, latency=latency)

    def _new_handle(self) -> pycurl.Curl:
        handle = pycurl.Curl()
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.USERAGENT, "")
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.PROXY, "")
        handle.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        handle.setopt(pycurl.TIMEOUT_MS, max(int(self._wire.timeout * 1000), 1))
        handle.setopt(pycurl.TCP_NODELAY, 1)
        if not self._wire.keep_alive:
            handle.setopt(pycurl.FORBID_REUSE, 1)
            handle.setopt(pycurl.FRESH_CONNECT, 1)
        if _AUTHORITIES.cafile:
            handle.setopt(pycurl.CAINFO, _AUTHORITIES.cafile)
        return handle

    def _told(self, exchange: _Exchange, code: int, message: str) -> str:
        """What went wrong, in the words that the other engine has for it."""
        if code == pycurl.E_OPERATION_TIMEDOUT:
            return f"timed out after {self._wire.timeout:g} s"
        if code == pycurl.E_COULDNT_CONNECT:
            return f"connection refused: nothing listens at {exchange.endpoint.authority}"
        if code == pycurl.E_COULDNT_RESOLVE_HOST:
            return f"the name {exchange.endpoint.host} leads to no address"
        return f"no whole HTTP answer: {excerpt(message)}"


def _headers(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            key = name.strip().lower()
            found[key] = f"{found[key]}, {value.strip()}" if key in found else value.strip()
    return found
