"""What time is it, and how is time waited for? Injected, so that a day of retries takes a test no time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_SLEEP = time.sleep
_NAP = 0.05  # seconds that a real wait takes at most to notice that it was stopped


def _the_time() -> Callable[[], float]:
    return time.time  # looked up for each clock: tools that stop the clock replace it


@dataclass(frozen=True, slots=True)
class Clock:
    """``now`` is seconds since the epoch, for signing; ``steady`` never goes back, for waiting; ``sleep`` waits."""

    now: Callable[[], float] = field(default_factory=_the_time)
    steady: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = _SLEEP

    def wait(self, seconds: float) -> None:
        """Wait that long, or a part of it: of real time a moment, so that the caller can look up and wait on."""
        self.sleep(min(seconds, _NAP) if self.sleep is _SLEEP else seconds)
