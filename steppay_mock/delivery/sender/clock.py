"""The clock of deliveries. It gives the time of signing, and waits; with another clock a test waits for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from steppay_mock.delivery.signing_clock import now_at
from steppay_mock.wire.real_time import monotonic, sleep, wall_clock

_NAP = 0.05  # seconds that a real wait takes at most to notice that it was stopped


def real_now() -> float:
    """Real seconds since the epoch: the default, beside which any other function, ``wall_clock`` too, was chosen."""
    return wall_clock()


@dataclass(frozen=True, slots=True)
class Clock:
    """``now`` is seconds since the epoch, for signing; ``steady`` never goes back, for waiting; ``sleep`` waits.

    What is left out is real time, also where a test stops the clock. Only signatures follow the test then, if the
    receiver is in its process.
    """

    now: Callable[[], float] = real_now
    steady: Callable[[], float] = monotonic
    sleep: Callable[[float], object] = sleep

    def signs_at(self, url: str, now: float) -> int:
        """The second at which what goes to the URL ``now`` is signed."""
        return int(now_at(url) if self.now is real_now else now)

    def wait(self, seconds: float) -> None:
        """Wait that long, or a part of it: of real time a moment, so that the caller can look up and wait on."""
        self.sleep(min(seconds, _NAP) if self.sleep is sleep else seconds)
