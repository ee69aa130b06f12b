"""The deadline of a delivery: the time that is left of its timeout."""

from __future__ import annotations

from collections.abc import Callable

from steppay_mock.wire.real_time import perf_counter


class Deadline:
    """A timeout in seconds for all steps of a delivery together.

    A socket's own timeout begins anew with each read: a receiver that sends a byte now and then would never be late.
    ``clock`` never goes back; it is real time if it is left out.
    """

    def __init__(self, timeout: float, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._started = clock()
        self._end = self._started + timeout

    @property
    def elapsed(self) -> float:
        """The seconds since the delivery began."""
        return self._clock() - self._started

    def left(self) -> float:
        """The seconds that are left; TimeoutError if none are."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left
