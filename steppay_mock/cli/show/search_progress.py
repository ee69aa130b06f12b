"""Shows the progress of a search as a bar on a terminal, and stops it at Ctrl-C without losing what it found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any

import click

from steppay_mock.cli.show.progress import REDRAWN, Stop, stoppable
from steppay_mock.cli.show.terminal import say
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.wire.real_time import monotonic


class StoppedError(ExplorationError):
    """The user pressed Ctrl-C."""


@contextmanager
def searching(*, budget: int) -> Iterator[Callable[[int, int], None]]:
    """A function for the option ``watch`` of ``explore``: it draws the bar, and raises StoppedError after Ctrl-C.

    Ctrl-C ends the present phase of the search: if a counterexample is being made smaller, the report has the one that
    was found. A second Ctrl-C before the search reacts ends the program.
    """
    with ExitStack() as stack:
        stop = stack.enter_context(stoppable())
        bar = None
        if sys.stderr is not None and sys.stderr.isatty():
            bar = stack.enter_context(
                click.progressbar(
                    length=budget, label="exploring", file=sys.stderr, item_show_func=lambda text: text or ""
                )
            )
        try:
            yield _Watch(stop, bar).look
        except StoppedError:
            if bar is not None:
                say("")  # the terminal has just printed ^C on the line of the bar
            raise


@dataclass(slots=True)
class _Watch:
    stop: Stop
    bar: Any
    drawn: float = -inf

    def look(self, made: int, budget: int) -> None:
        if self.stop.pressed:
            self.stop.pressed = False
            raise StoppedError("Stopped by Ctrl-C. Explore again to try all orders.")
        if self.bar is not None and monotonic() - self.drawn >= REDRAWN:
            self.drawn = monotonic()
            self.bar.update(max(made - self.bar.pos, 0), f"{made:,} of at most {budget:,} deliveries")
