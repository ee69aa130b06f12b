"""How much of a delivery's time is left?"""

from __future__ import annotations

from collections.abc import Callable


class Deadline:
    """The seconds that all of a delivery may take together, by a clock that only goes on."""

    def __init__(self, timeout: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._end = self._started + timeout

    @property
    def elapsed(self) -> float:
        """The seconds since it began."""
        return self._clock() - self._started

    def left(self) -> float:
        """The seconds that are left; TimeoutError if there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left
