"""What carries many requests at once? One thread that starts requests and asks which of them were answered.

Two engines: libcurl's multi interface, from the extra ``fast``, and threads over the transport of ``deliver``.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from steppay_mock.delivery.endpoint import Endpoint
from steppay_mock.delivery.http import HttpTransport
from steppay_mock.delivery.sender.kept import KeptTransport
from steppay_mock.delivery.transport import Answer, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How requests travel."""

    timeout: float
    keep_alive: bool
    concurrency: int


class Engine(Protocol):
    """Carries requests; each has a token by which its answer is known. Everything a receiver does is an answer."""

    def start(self, token: int, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin a request; it goes on while :meth:`poll` is called."""

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, after so many seconds at most if there are none yet."""

    def close(self) -> None:
        """Let go of connections and threads. What is still in flight is forgotten."""


def make_engine(wire: Wire) -> Engine:
    """The quickest engine that is installed."""
    try:
        from steppay_mock.delivery.sender.curl import CurlEngine
    except ImportError:
        return ThreadEngine(wire)
    return CurlEngine(wire)


class ThreadEngine:
    """Threads, each sending through transports of its own."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._transport = KeptTransport if wire.keep_alive else HttpTransport
        self._pool = ThreadPoolExecutor(wire.concurrency, thread_name_prefix="steppay-sender")
        self._answers: queue.SimpleQueue[tuple[int, Answer]] = queue.SimpleQueue()
        self._of_thread = threading.local()
        self._opened = ExitStack()

    def start(self, token: int, endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin a request."""
        self._pool.submit(self._send, token, endpoint, Request(body, headers))

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come."""
        found: list[tuple[int, Answer]] = []
        try:
            found.append(self._answers.get(timeout=seconds) if seconds > 0 else self._answers.get_nowait())
            while True:
                found.append(self._answers.get_nowait())
        except queue.Empty:
            return found

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._opened.close()

    def _send(self, token: int, endpoint: Endpoint, request: Request) -> None:
        known: dict[Endpoint, HttpTransport] = self._of_thread.__dict__.setdefault("transports", {})
        if endpoint not in known:
            transport = self._transport(endpoint, timeout=self._wire.timeout)
            known[endpoint] = self._opened.enter_context(transport)
        self._answers.put((token, known[endpoint].send(request)))
