"""How is a search of all orders watched and stopped? A bar on a terminal, and Ctrl-C that keeps what was found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import click

from steppay_mock.cli.show.progress import REDRAWN, Stop, stoppable
from steppay_mock.cli.show.terminal import say
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.wire.real_time import monotonic


class StoppedError(ExplorationError):
    """Somebody pressed Ctrl-C."""


@contextmanager
def searching(*, budget: int) -> Iterator[Callable[[int, int], None]]:
    """What ``explore`` is to call as ``watch``: draws a bar if somebody can see it, raises StoppedError after Ctrl-C.

    Ctrl-C ends what the search is at: where that is the making smaller of a counterexample, the one found is told.
    Pressed again before anything came of it, it ends at once.
    """
    with ExitStack() as stack:
        stop = stack.enter_context(stoppable())
        bar = None
        if sys.stderr is not None and sys.stderr.isatty():
            bar = stack.enter_context(
                click.progressbar(
                    length=budget, label="exploring", file=sys.stderr, item_show_func=lambda told: told or ""
                )
            )
        try:
            yield _Watch(stop, bar).look
        except StoppedError:
            if bar is not None:
                say("")  # a terminal has just written ^C
            raise


@dataclass(slots=True)
class _Watch:
    stop: Stop
    bar: Any
    drawn: float = 0.0

    def look(self, made: int, budget: int) -> None:
        if self.stop.pressed:
            self.stop.pressed = False
            raise StoppedError("Stopped. Explore again to go through all of it.")
        if self.bar is not None and monotonic() - self.drawn >= REDRAWN:
            self.drawn = monotonic()
            self.bar.update(max(made - self.bar.pos, 0), f"{made:,} of at most {budget:,} deliveries")
