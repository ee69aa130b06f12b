"""The watchdog: interrupts a receiver or a probe that hangs in this thread, with the alarm of the system (SIGALRM).

A WSGI app runs in the thread of the search, so no timeout of a socket or a loop can end it. A signal handler can:
Python calls it between two bytecodes of the main thread, and an exception from it is raised within the app's code.

There is one alarm for the whole process, and pytest-timeout uses it as well. So the watchdog calls the handler that was
there before at its own time, and gives the alarm back at the end.
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

_AT_ONCE = 1e-4  # seconds; 0 would switch the alarm off


class HungError(BaseException):
    """Raised within the code that hangs. A BaseException, because an app that catches Exception must not go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormerAlarm:
    """The alarm as it was before: its handler, when it is due, and its interval after that."""

    handler: Callable[[int, FrameType | None], Any] | int
    due: float
    interval: float


class Watchdog:
    """Raises HungError in a call that takes too long.

    Within ``with``, ``watch`` begins a call and ``rest`` ends it. They are called for every delivery, so they cost no
    system call: they only set a number. The alarm rings at a fixed interval, and its handler compares the number with
    that of the ring before. If it is the same, the call has lasted for a whole interval. So HungError comes after one
    to two times ``seconds``.

    It needs SIGALRM (no Windows) and the main thread. Without them it watches nothing, and is not ``armed``.
    """

    def __init__(self, seconds: float) -> None:
        self.armed = False
        """Whether it can watch; known after the first ``with``."""
        self._is_on = False
        self._seconds = seconds
        self._begun = 0
        """The number of the present call; 0 between calls."""
        self._rang_at = 0
        self._count = 0
        self._due = inf
        self._former = _FormerAlarm(handler=0, due=inf, interval=0.0)

    def __enter__(self) -> Self:
        self.armed = self._is_on = _can_ring()
        if self._is_on:
            self._former = _read_alarm()
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
        """A call begins."""
        self._count += 1
        self._begun = self._count

    def rest(self) -> None:
        """The call has ended."""
        self._begun = 0

    def _ring(self, number: int, frame: FrameType | None) -> None:
        # A last ring may come while __exit__ gives the alarm back. Setting it again would take it from its owner.
        if not self._is_on:
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
            elif former.handler == signal.SIG_DFL:  # it ends the process, as without a watchdog
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.raise_signal(signal.SIGALRM)
        finally:
            self._keep_what_it_set()

    def _keep_what_it_set(self) -> None:
        """Keep the alarm if the former handler set it again, or installed another handler."""
        present = _read_alarm()
        is_own = present.handler == self._ring
        if present.due < inf or not is_own:
            self._former = replace(present, handler=self._former.handler) if is_own else present
            signal.signal(signal.SIGALRM, self._ring)

    def _wind(self) -> None:
        soon = min(self._due, self._former.due) - monotonic()
        signal.setitimer(signal.ITIMER_REAL, max(soon, _AT_ONCE))


def _can_ring() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) is not None  # None: set by C code, and Python cannot give it back
    )


def _read_alarm() -> _FormerAlarm:
    remaining, interval = signal.getitimer(signal.ITIMER_REAL)
    handler = signal.getsignal(signal.SIGALRM)
    return _FormerAlarm(
        handler=signal.SIG_DFL if handler is None else handler,
        due=monotonic() + remaining if remaining else inf,
        interval=interval,
    )
