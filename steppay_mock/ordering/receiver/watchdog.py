"""The watchdog stops a receiver that never answers, though it runs in this very thread: an alarm of the system rings.

There is one alarm for the whole process, and pytest-timeout uses it as well. So the watchdog lets the handler that was
there before ring at its own time, and gives the alarm back at the end.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from types import FrameType
from typing import Any, Self

from steppay_mock.wire.real_time import monotonic

_AT_ONCE = 1e-4  # seconds; zero would switch the alarm off


class HungError(BaseException):
    """Raised within what hangs. Not an Exception: an app that catches those must not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Former:
    """Who had the alarm before: the handler, when it is due, and how often after that."""

    handler: Callable[[int, FrameType | None], Any] | int
    due: float
    interval: float


class Watchdog:
    """Raises HungError in what goes on for too long.

    It needs SIGALRM and the main thread; where it cannot have them it watches nothing, and is not ``armed``. Within
    ``with``, ``watch`` begins and ``rest`` ends. The alarm rings all the time, and asks whether what was going on at
    the last ring still is: so the two cost no system call, and HungError comes after once or twice the time.
    """

    def __init__(self, seconds: float) -> None:
        self.armed = False
        """Whether it watches, or watched within the last ``with``."""
        self._is_on = False
        self._seconds = seconds
        self._begun = 0
        """How many times something began; 0 while nothing goes on."""
        self._rang_at = 0
        self._count = 0
        self._due = inf
        self._former = _Former(handler=0, due=inf, interval=0.0)

    def __enter__(self) -> Self:
        self.armed = self._is_on = _can_ring()
        if self._is_on:
            self._former = _who_has_it()
            self._due = monotonic() + self._seconds
            signal.signal(signal.SIGALRM, self._ring)
            self._wind()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.rest()
        if self._is_on:
            self._is_on, former = False, self._former
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former.handler)
            if former.due < inf:
                signal.setitimer(signal.ITIMER_REAL, max(former.due - monotonic(), _AT_ONCE), former.interval)

    def watch(self) -> None:
        """From now on it must not take longer."""
        self._count += 1
        self._begun = self._count

    def rest(self) -> None:
        """It has ended."""
        self._begun = 0

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if not self._is_on:  # it rang while the alarm was given back: to wind it now would leave it to somebody else
            return
        now, is_hung = monotonic(), False
        if now >= self._due:
            is_hung = self._begun > 0 and self._begun == self._rang_at
            self._rang_at = self._begun
            self._due = now + self._seconds
        try:
            if now >= self._former.due:
                self._let_former_ring(number, frame)
        finally:
            self._wind()
        if is_hung:
            raise HungError

    def _let_former_ring(self, number: int, frame: FrameType | None) -> None:
        former = self._former
        self._former = replace(former, due=monotonic() + former.interval if former.interval else inf)
        try:
            if callable(former.handler):
                former.handler(number, frame)
            elif former.handler == signal.SIG_DFL:  # which ends the process, as it would without a watchdog
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.raise_signal(signal.SIGALRM)
        finally:
            self._keep_what_it_set()

    def _keep_what_it_set(self) -> None:
        """A handler may have set the alarm anew, or may have given it to another one."""
        now_there = _who_has_it()
        is_mine = now_there.handler == self._ring
        if now_there.due < inf or not is_mine:
            self._former = replace(now_there, handler=self._former.handler) if is_mine else now_there
            signal.signal(signal.SIGALRM, self._ring)

    def _wind(self) -> None:
        soon = min(self._due, self._former.due) - monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(soon, _AT_ONCE))


def _can_ring() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) is not None  # which was not set from Python, and cannot be given back
    )


def _who_has_it() -> _Former:
    remaining, interval = signal.getitimer(signal.ITIMER_REAL)
    handler = signal.getsignal(signal.SIGALRM)
    return _Former(
        handler=signal.SIG_DFL if handler is None else handler,
        due=monotonic() + remaining if remaining else inf,
        interval=interval,
    )
