"""Watches a run, with a bar on a terminal and words about long waits, and ends it in order at Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.show.terminal import say
from steppay_mock.cli.show.waits import Waits, waits_for
from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    from steppay_mock.delivery.run.progress import RunProgress
    from steppay_mock.delivery.sender.sender import Sender

REDRAWN = 0.1
"""Seconds between two drawings of a bar."""


@dataclass(slots=True)
class Stop:
    """Whether Ctrl-C was pressed, or SIGTERM came, and the sender that it stops."""

    pressed: bool = False
    sender: Sender | None = None

    def press(self, *_signal: Any) -> None:
        """Start nothing more and wait for what is in flight; the second time, leave at once."""
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
        if self.sender is not None:
            self.sender.stop()


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Take Ctrl-C and SIGTERM while this lasts."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # Python delivers signals to the main thread alone
        return
    before = {number: signal.signal(number, stop.press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def watching(stop: Stop, *, count: int) -> Iterator[Callable[[RunProgress], None]]:
    """The ``watch`` of a sender: draws a bar on a terminal, and else reports long waits."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield Waits().update
        return
    with click.progressbar(
        length=count, label="sending", file=sys.stderr, item_show_func=lambda told: told or ""
    ) as bar:
        drawn = _Drawn(bar)
        try:
            yield drawn.update
        finally:
            drawn.finish()
    if stop.pressed:
        say("")  # a terminal has just written ^C


@dataclass(slots=True)
class _Drawn:
    """A bar, and what it showed last."""

    bar: Any
    began: float = field(default_factory=monotonic)
    at: float = -inf
    last: RunProgress | None = None

    def update(self, progress: RunProgress) -> None:
        self.last = progress
        if monotonic() - self.at >= REDRAWN:
            self.draw(progress)

    def draw(self, progress: RunProgress) -> None:
        self.at = monotonic()
        done = progress.succeeded + progress.failed
        self.bar.update(max(done - self.bar.pos, 0), told(progress, self.at - self.began))

    def finish(self) -> None:
        if self.last is not None:
            self.draw(self.last)


def told(progress: RunProgress, seconds: float) -> str:
    """The counts, as they stand beside the bar."""
    attempts = sum(progress.answers.values())
    answered = attempts - progress.statuses[None]
    rate = attempts / seconds if seconds > 0 else 0.0
    counts = f"{answered} answered, {progress.failed} failed, {rate:.0f}/s"
    return counts if progress.waiting is None else f"{counts}, {waits_for(progress.waiting)}"
