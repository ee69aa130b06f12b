"""The engine of libcurl: its multi interface carries many requests in one thread, on handles that are used again."""

from __future__ import annotations

import os
from dataclasses import replace
from errno import ECONNREFUSED
from http.client import HTTPException
from typing import TYPE_CHECKING

import pycurl

from steppay_mock.delivery.address.access import untrusted
from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.engine.libcurl_handle import CurlExchange, KeptSockets
from steppay_mock.delivery.excerpt import excerpt
from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.http.failures import describe_failure, failure_of, mark_proxy_answer
from steppay_mock.delivery.http.head import GONE, Head, read_head
from steppay_mock.delivery.own_lack import hidden_lack, lack_behind, own_lack
from steppay_mock.wire.real_time import perf_counter, sleep

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.address.access import Access
    from steppay_mock.delivery.address.proxy import Proxy
    from steppay_mock.delivery.engine.engine import EngineSettings
    from steppay_mock.delivery.request import Request

_FAILURES = {
    pycurl.E_OPERATION_TIMEDOUT: Failure.TIMED_OUT,
    pycurl.E_COULDNT_RESOLVE_HOST: Failure.NO_ADDRESS,
    pycurl.E_PEER_FAILED_VERIFICATION: Failure.CERTIFICATE,
}
_ENDS = frozenset(
    {pycurl.E_SSL_CONNECT_ERROR, pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_GOT_NOTHING}
    | {pycurl.E_ABORTED_BY_CALLBACK}
)
"""Codes for a connection that ended without an answer."""
_RESET = frozenset({pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR})
_AMBIGUOUS = frozenset({pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_CONNECT_ERROR})
"""Codes for a fault of the receiver and, as well, for a file that libcurl could not open."""

_NAP = 0.001  # seconds
_SELECT_LIMIT = 1024
"""FD_SETSIZE. ``CurlMulti.select`` waits by select(), which sees no descriptor from this number on."""
_BRIEFLY = 2 * _NAP
"""Seconds of one wait where a descriptor may be invisible to select(): the engine then looks often by itself."""
_MANY = 256  # requests at once, from which on descriptors may come near that limit
_SLOW = 0.01
"""Seconds of an answer, from which on each request is written as soon as it starts.

Otherwise all requests start in the next poll, their answers come together, and so do the requests after them.
"""
_FEW = 64  # requests at once up to which a perform() for each of them costs next to nothing


class CurlEngine:
    """libcurl's multi interface."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, settings.concurrency)
        self._longest = 1.0 if settings.concurrency <= _MANY else _BRIEFLY
        self._idle: dict[Access, list[CurlExchange]] = {}
        self._in_flight: dict[pycurl.Curl, CurlExchange] = {}
        self._is_slow = False
        self._head_lines: list[bytes] = []
        self._head: Head | None = None
        self._kept = KeptSockets()

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request. It has no ``writing``: libcurl writes the request."""
        idle = self._idle.get(address.access)
        exchange = idle.pop() if idle else CurlExchange(address, self._settings, self._kept)
        exchange.load(token, address, request)
        if self._longest > _BRIEFLY and _next_descriptor() + 2 * self._settings.concurrency >= _SELECT_LIMIT:
            self._longest = _BRIEFLY
        self._in_flight[exchange.handle] = exchange
        self._multi.add_handle(exchange.handle)
        if self._is_slow and self._settings.concurrency <= _FEW:
            self._multi.perform()

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come; waits up to this many seconds if there are none yet."""
        self._multi.perform()
        found = self._finished()
        if not found and seconds > 0:
            due = self._multi.timeout()  # milliseconds until libcurl has work by itself, -1 for none
            wait = min(seconds, self._longest, due / 1000 if due >= 0 else self._longest)
            if self._multi.select(wait) < 0:  # there is no descriptor yet, or none that select() sees
                sleep(min(wait, _NAP))
            self._multi.perform()
            found = self._finished()
        return found

    def close(self) -> None:
        """Close all connections. Requests in flight are dropped."""
        for handle, exchange in self._in_flight.items():
            self._multi.remove_handle(handle)
            self._put_by(exchange)
        for exchanges in self._idle.values():
            for exchange in exchanges:
                exchange.handle.close()
        self._in_flight.clear()
        self._idle.clear()
        self._multi.close()

    def _put_by(self, exchange: CurlExchange) -> None:
        self._idle.setdefault(exchange.address.access, []).append(exchange)

    def _finished(self) -> list[tuple[int, Answer]]:
        found: list[tuple[int, Answer]] = []
        while True:
            left, done, failed = self._multi.info_read()
            found += [self._end(handle) for handle in done]
            for handle, code, message in failed:
                if self._settings.keep_alive and self._in_flight[handle].is_unsent(code):
                    self._repeat(handle)
                else:
                    found.append(self._end(handle, code, message))
            if not left:
                return found

    def _repeat(self, handle: pycurl.Curl) -> None:
        self._multi.remove_handle(handle)
        self._in_flight[handle].repeat()
        self._multi.add_handle(handle)

    def _end(self, handle: pycurl.Curl, code: int = 0, message: str = "") -> tuple[int, Answer]:
        exchange = self._in_flight.pop(handle)
        if self._settings.keep_alive and not code:
            self._kept.note(handle)
        self._multi.remove_handle(handle)
        latency = perf_counter() - exchange.started
        self._is_slow = latency > _SLOW
        self._put_by(exchange)
        try:
            head = self._read_head(exchange.head)
        except HTTPException as broken:  # a head that libcurl may have accepted
            return exchange.token, self._lost(exchange, code, message or str(broken), latency)
        answer = Answer(head.status, head.headers.copy(), exchange.body, latency=latency)
        answer = mark_proxy_answer(answer, exchange.address)
        if code == 0 or exchange.full or (code in _RESET and head.may_end_in_a_reset):
            return exchange.token, answer
        lost = self._lost(exchange, code, message, latency)
        return exchange.token, replace(answer, error=lost.error, failure=lost.failure)

    def _read_head(self, lines: list[bytes]) -> Head:
        """The head of the answer. Most heads equal the one before, so that is kept; trailers come behind the head."""
        if self._head is None or lines != self._head_lines:
            self._head = None
            self._head_lines = lines.copy()
            self._head = read_head(iter(lines))
        return self._head

    def _lost(self, exchange: CurlExchange, code: int, message: str, latency: float) -> Answer:
        """The failure in place of an answer that did not come whole, with the same words as every other engine."""
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
        if refusal := _refusal_of_proxy(handle, address.access.proxy, code):
            failure, message = Failure.PROXY, refusal
        error = describe_failure(failure, address, timeout=self._settings.timeout, detail=message, is_end=code in _ENDS)
        return Answer(None, error=error, latency=latency, failure=failure)

    def _lack(self, exchange: CurlExchange, code: int) -> Failure | None:
        """The lack of this machine for which there was no connection; None if there was another reason."""
        if code == pycurl.E_OUT_OF_MEMORY:
            return Failure.OWN_MEMORY
        if code == pycurl.E_COULDNT_CONNECT:
            number = exchange.handle.getinfo(pycurl.OS_ERRNO)
            if number:
                return lack_behind(OSError(number, ""))
            if exchange.address.access.proxy is not None:  # a proxy that refuses CONNECT has no number either
                return hidden_lack()
            # Without a number there was not even a socket, and by now another thread may have closed a descriptor.
            return hidden_lack() or Failure.OWN_DESCRIPTORS
        return hidden_lack() if code in _AMBIGUOUS else None


def _refusal_of_proxy(handle: pycurl.Curl, proxy: Proxy | None, code: int) -> str:
    """The words for a proxy that did not connect to the receiver; empty if it did, or without a proxy."""
    if proxy is None:
        return ""
    status = handle.getinfo(pycurl.HTTP_CONNECTCODE)
    if status and not 200 <= status <= 299:
        return proxy.refusal(status)
    if code == pycurl.E_COULDNT_RESOLVE_PROXY:
        return proxy.unreached("its name leads to no address")
    if code == pycurl.E_COULDNT_CONNECT:
        refused = handle.getinfo(pycurl.OS_ERRNO) == ECONNREFUSED
        return proxy.unreached("connection refused, nothing listens there" if refused else "no connection")
    return ""


def _next_descriptor() -> int:
    """The number of the file that is opened next; 0 where none can be opened."""
    try:
        number = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return 0
    os.close(number)
    return number
