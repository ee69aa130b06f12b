"""Receivers whose deliveries meet: each waits until all that are in flight with it have come as far."""

from __future__ import annotations

from threading import Barrier


class Meeting:
    """Knows from ``watch=`` how many deliveries are in flight at once, and lets these meet."""

    def __init__(self) -> None:
        self._made = 0
        self._barrier: Barrier | None = None
        self.met = 0

    def watch(self, made: int, _budget: int) -> None:
        in_flight, self._made = made - self._made, made
        self._barrier = Barrier(in_flight) if in_flight > 1 else None

    @property
    def is_on(self) -> bool:
        return self._barrier is not None

    def meet(self) -> None:
        if self._barrier is not None:
            self._barrier.wait(timeout=20)
            self.met += 1
