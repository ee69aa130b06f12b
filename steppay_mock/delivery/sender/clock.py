"""The clocks of a sender. They can be passed in, so that a day of retries takes a test no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from steppay_mock.delivery.signing_clock import now_at
from steppay_mock.wire.real_time import monotonic, sleep, wall_clock

_NAP = 0.05  # seconds that a real wait takes at most to notice that it was stopped


@dataclass(frozen=True, slots=True)
class Clock:
    """``now`` is seconds since the epoch, for signing; ``steady`` never goes back, for waiting; ``sleep`` waits.

    What is left out is real time, also where a test stops the clock. Only signatures follow the test then, if the
    receiver is in its process.
    """

    now: Callable[[], float] = wall_clock
    steady: Callable[[], float] = monotonic
    sleep: Callable[[float], object] = sleep

    def signs_at(self, url: str, now: float) -> int:
        """The second at which what goes to the URL ``now`` is signed."""
        return int(now_at(url) if self.now is wall_clock else now)

    def wait(self, seconds: float) -> None:
        """Wait that long, or a part of it: of real time a moment, so that the caller can look up and wait on."""
        self.sleep(min(seconds, _NAP) if self.sleep is sleep else seconds)
