"""Makes the fastest engine that is installed: libcurl (the extra ``fast``) with threads beside it, or threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steppay_mock.delivery.engine.engine import Engine, EngineSettings
from steppay_mock.delivery.engine.threads import ThreadEngine

if TYPE_CHECKING:
    from steppay_mock.delivery.address import Address
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request

LARGE = 16 * 1024
"""Bytes of a body from which on threads send it: as many as TLS writes at once."""

_SLICE = 0.02  # seconds of waiting for one engine while the other has requests too


def make_engine(settings: EngineSettings) -> Engine:
    """An engine, open; close it after use."""
    try:
        from steppay_mock.delivery.engine.libcurl import CurlEngine
    except ImportError:
        return ThreadEngine(settings)
    return MixedEngine(CurlEngine(settings), settings)


class MixedEngine:
    """libcurl, and threads for large requests and for those whose bytes a fault writes.

    libcurl drops an answer that comes while it still writes the body. A small body it writes in one go, before anybody
    can answer. Of a large one it writes the next part first; where that fails, because the receiver has answered 413
    and closed, it does not read the answer.
    """

    def __init__(self, libcurl: Engine, settings: EngineSettings) -> None:
        self._libcurl = libcurl
        self._settings = settings
        self._threads: ThreadEngine | None = None  # made for the first request that needs it
        self._in_threads: set[int] = set()
        self._in_flight = 0

    def start(self, token: int, address: Address, request: Request) -> None:
        """Begin a request."""
        self._in_flight += 1
        if request.writing is None and len(request.body) < LARGE:
            self._libcurl.start(token, address, request)
            return
        self._threads = self._threads or ThreadEngine(self._settings)
        self._in_threads.add(token)
        self._threads.start(token, address, request)

    def poll(self, seconds: float) -> list[tuple[int, Answer]]:
        """The answers that have come; waits up to this many seconds if there are none yet."""
        found: list[tuple[int, Answer]] = []
        if self._threads is not None and self._in_threads:
            only = len(self._in_threads) == self._in_flight
            found = self._threads.poll(seconds if only else min(seconds, _SLICE))
            self._in_threads.difference_update(token for token, _ in found)
            seconds = 0.0 if found or only else min(seconds, _SLICE)
        found += self._libcurl.poll(seconds)
        self._in_flight -= len(found)
        return found

    def close(self) -> None:
        """Close both engines."""
        self._libcurl.close()
        if self._threads is not None:
            self._threads.close()
