"""What carries many requests at once? One thread that starts requests and asks which of them were answered.

Two engines: libcurl's multi interface, from the extra ``fast``, and threads over the transport of ``deliver``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from steppay_mock.delivery.address import Address
from steppay_mock.delivery.http import HttpTransport
from steppay_mock.delivery.request import Request
from steppay_mock.delivery.sender.crew import Crew
from steppay_mock.delivery.sender.kept import KeptTransport
from steppay_mock.delivery.transport import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The timeout of one request in seconds, whether connections are used again, and how many requests run at once.

    ``sleep`` waits for the pauses that a fault makes; None: real time.
    """

    timeout: float
    keep_alive: bool
    concurrency: int
    sleep: Callable[[float], object] | None = None


class Engine(Protocol):
    """Carries requests; each has a token by which its answer is known. Everything a receiver does is an answer."""

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request; it goes on while :meth:`poll` is called."""

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, after so many seconds at most if there are none yet."""

    def close(self) -> None:
        """Let go of connections and threads. What is still in flight is forgotten."""


def make_engine(settings: EngineSettings) -> Engine:
    """The quickest engine that is installed."""
    try:
        from steppay_mock.delivery.sender.curl import CurlEngine
    except ImportError:
        return ThreadEngine(settings)
    from steppay_mock.delivery.sender.large import SizedEngine

    return SizedEngine(CurlEngine(settings), settings)


class ThreadEngine:
    """Threads, each sending through transports of its own."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._crew = Crew(self._equip, size=settings.concurrency, name="steppay-sender")

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request."""
        self._crew.start(token, (address, request))

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come."""
        return self._crew.arrived(seconds)

    def close(self) -> None:
        """End the threads that have nothing in flight, and leave the others to themselves."""
        self._crew.close()

    def _equip(self, opened: ExitStack) -> Callable[[tuple[Address, Request]], Answer]:
        transport = KeptTransport if self._settings.keep_alive else HttpTransport
        known: dict[Address, HttpTransport] = {}

        def send(job: tuple[Address, Request]) -> Answer:
            address, request = job
            if address not in known:
                known[address] = opened.enter_context(
                    transport(address, timeout=self._settings.timeout, sleep=self._settings.sleep)
                )
            return known[address].send(request)

        return send
