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
    nothing. Within ``with``, ``watch`` begins and ``rest`` ends; the two cost a system call each.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._armed = False

    def __enter__(self) -> Self:
        if (
            hasattr(signal, "setitimer")
            and threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
            and signal.getitimer(signal.ITIMER_REAL)[0] == 0
        ):
            signal.signal(signal.SIGALRM, _bark)
            self._armed = True
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._armed:
            self.rest()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            self._armed = False

    def watch(self) -> None:
        """From now on it must not take longer."""
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def rest(self) -> None:
        """It came to its end."""
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _bark(_number: int, _frame: FrameType | None) -> None:
    raise HungError
