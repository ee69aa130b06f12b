"""Large requests beside the others, in threads: libcurl drops an answer that comes while it is still writing.

It writes what is small in one go, before anybody can answer, and then reads. Of a large body it writes the next part
first, and where that fails, for the receiver has answered 413 and closed, it does not read what has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from steppay_mock.delivery.sender.engine import Engine, ThreadEngine

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.sender.engine import Wire
    from steppay_mock.delivery.transport import Answer

LARGE = 16 * 1024
"""Bytes of a body from which on it goes by threads: as many as TLS writes at once."""

_SLICE = 0.02  # seconds that one engine is waited for while the other has requests too


class SizedEngine:
    """An engine for small requests, and threads for large ones."""

    def __init__(self, small: Engine, wire: Wire) -> None:
        self._small = small
        self._wire = wire
        self._threads: ThreadEngine | None = None
        self._large: set[int] = set()
        self._in_flight = 0

    def start(self, token: int, address: Address, body: bytes, headers: Mapping[str, str]) -> None:
        """Begin a request."""
        self._in_flight += 1
        if len(body) < LARGE:
            self._small.start(token, address, body, headers)
            return
        self._threads = self._threads or ThreadEngine(self._wire)
        self._large.add(token)
        self._threads.start(token, address, body, headers)

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come, after so many seconds at most if there are none yet."""
        found: list[tuple[int, Answer]] = []
        if self._threads is not None and self._large:
            only = len(self._large) == self._in_flight
            found = self._threads.poll(seconds if only else min(seconds, _SLICE))
            self._large.difference_update(token for token, _ in found)
            seconds = 0.0 if found or only else min(seconds, _SLICE)
        found += self._small.poll(seconds)
        self._in_flight -= len(found)
        return found

    def close(self) -> None:
        """Let go of both."""
        self._small.close()
        if self._threads is not None:
            self._threads.close()
