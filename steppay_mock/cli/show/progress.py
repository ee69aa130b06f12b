"""Watches a run, with a bar on a terminal and words about long waits, and ends it in order at Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.show.terminal import say
from steppay_mock.cli.show.waits import Waits, waits_for
from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    from steppay_mock.delivery.sender.sender import Sender
    from steppay_mock.delivery.sender.tally import Tally

REDRAWN = 0.1
"""Seconds between two drawings of a bar."""


@dataclass(slots=True)
class Stop:
    """Whether Ctrl-C was pressed, or SIGTERM came, and what is to be stopped by it."""

    pressed: bool = False
    sender: Sender | None = None

    def press(self, *_signal: Any) -> None:
        """Let come down what is in flight; the second time, leave at once."""
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
        yield stop  # only the main thread hears of signals
        return
    before = {number: signal.signal(number, stop.press) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def watching(stop: Stop, *, count: int) -> Iterator[Callable[[Tally], None]]:
    """What a sender is to call with its counts: draws a bar if somebody can see it, and else tells of long waits."""
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
    at: float = 0.0
    last: Tally | None = None

    def update(self, tally: Tally) -> None:
        self.last = tally
        if monotonic() - self.at >= REDRAWN:
            self.draw(tally)

    def draw(self, tally: Tally) -> None:
        self.at = monotonic()
        self.bar.update(max(tally.succeeded + tally.failed - self.bar.pos, 0), told(tally, self.at - self.began))

    def finish(self) -> None:
        if self.last is not None:
            self.draw(self.last)


def told(tally: Tally, seconds: float) -> str:
    """The counts, as they stand beside the bar."""
    attempts = sum(tally.answers.values())
    answered = attempts - tally.statuses[None]
    rate = attempts / seconds if seconds > 0 else 0.0
    counts = f"{answered} answered, {tally.failed} failed, {rate:.0f}/s"
    return counts if tally.waiting is None else f"{counts}, {waits_for(tally.waiting)}"
