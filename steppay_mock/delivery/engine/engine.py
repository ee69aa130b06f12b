"""The protocol of an engine, which carries many requests at once for one thread, and its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request


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
    """Carries requests; the caller knows each by its token. Everything that a receiver does is an answer.

    Where this machine lacks something, the answer's ``exception`` is an OwnLackError.
    """

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request; it goes on while :meth:`poll` is called."""

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, with their tokens; waits up to this many seconds if there are none yet."""

    def close(self) -> None:
        """Close connections and end threads. Requests in flight are dropped."""
