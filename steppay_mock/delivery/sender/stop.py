"""How is a run told to end before its time? By whoever holds its stop, or by Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Whether a run is to end once what is in flight has come down.

    A plain flag that is looked at now and then, and no lock: signal handlers set it, and it survives a fork.
    """

    __slots__ = ("asked",)

    def __init__(self) -> None:
        self.asked = False

    def ask(self) -> None:
        """Start nothing more."""
        self.asked = True


@contextmanager
def stopped_by_interrupt(stop: Stop) -> Iterator[None]:
    """While it lasts, the first Ctrl-C asks to stop, and the second one interrupts at once.

    A program that has its own way with Ctrl-C keeps it; threads other than the main one hear of none.
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
