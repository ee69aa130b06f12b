"""The request to end a run early, by a call or by Ctrl-C: nothing more starts, and what is in flight is waited for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether a run was asked to end.

    A plain flag that the run looks at now and then, and no lock: a signal handler may set it at any moment, and a
    process that is forked meanwhile must not inherit a lock that nobody will release.
    """

    __slots__ = ("asked",)

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        """Let nothing more start."""
        self.asked = True


@contextmanager
def stopped_by_interrupt(stop: StopRequest) -> Iterator[None]:
    """Within ``with``, the first Ctrl-C asks to stop, and the second one interrupts at once.

    A handler that the program has installed stays: it decides what Ctrl-C does. Threads other than the main one get no
    signals in Python.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            signal.default_int_handler(number, frame)
        stop.ask()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
