"""How is a receiver stopped that never answers, though it runs in this very thread? By an alarm of the system."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Self


class HungError(BaseException):
    """Raised within what hangs. Not an Exception: an app that catches those must not go on."""


class Watchdog:
    """Raises HungError in what goes on for too long.

    It needs SIGALRM, the main thread, and that nobody else has set an alarm; where it cannot have them it watches
    nothing. Within ``with``, ``watch`` begins and ``rest`` ends. The alarm rings all the time, and asks whether what
    was going on at the last ring still is: so the two cost no system call, and it barks after once or twice the time.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._armed = False
        self._begun = 0
        """How many times something began; 0 while nothing goes on."""
        self._rang_at = 0
        self._count = 0

    def __enter__(self) -> Self:
        if (
            hasattr(signal, "setitimer")
            and threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
            and signal.getitimer(signal.ITIMER_REAL)[0] == 0
        ):
            signal.signal(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds)
            self._armed = True
        return self

    def __exit__(self, *_exception: object) -> None:
        self.rest()
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            self._armed = False

    def watch(self) -> None:
        """From now on it must not take longer."""
        self._count += 1
        self._begun = self._count

    def rest(self) -> None:
        """It came to its end."""
        self._begun = 0

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if self._begun and self._begun == self._rang_at:
            raise HungError
        self._rang_at = self._begun
