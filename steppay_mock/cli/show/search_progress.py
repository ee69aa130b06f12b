"""Shows the progress of a search or of checks as a bar on a terminal; Ctrl-C ends it without losing what was found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli.show.progress import REDRAWN, Stop, stoppable
from steppay_mock.cli.show.terminal import say
from steppay_mock.ordering.failure import ExplorationError
from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    from steppay_mock.conformance.progress import CheckProgress


class StoppedError(ExplorationError):
    """The user pressed Ctrl-C."""


@contextmanager
def searching(*, budget: int) -> Iterator[Callable[[int, int], None]]:
    """A function for the option ``watch`` of ``explore``: it draws the bar, and raises StoppedError after Ctrl-C.

    Ctrl-C ends the present phase of the search: if a counterexample is being made smaller, the report has the one that
    was found. A second Ctrl-C before the search reacts ends the program.
    """
    with stoppable() as stop, _bar("exploring", length=budget) as bar:
        watch = _Watch(stop, bar)
        try:
            yield watch.look
        except StoppedError:
            watch.end_line()
            raise


@contextmanager
def checking() -> Iterator[Callable[[CheckProgress], bool]]:
    """A function for the option ``watch`` of ``check_receiver``: it draws the bar, and ends the checks after Ctrl-C.

    A second Ctrl-C before the checks react ends the program.
    """
    with stoppable() as stop, _bar("checking", length=1) as bar:
        watch = _Watch(stop, bar)
        yield watch.look_at_checks
        if stop.pressed:
            watch.end_line()


@contextmanager
def _bar(label: str, *, length: int) -> Iterator[Any]:
    """A bar on standard error; None where that is no terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr, item_show_func=lambda text: text or "") as bar:
        yield bar


@dataclass(slots=True)
class _Watch:
    stop: Stop
    bar: Any
    drawn: float = -inf

    def look(self, made: int, budget: int) -> None:
        if self.stop.pressed:
            self.stop.pressed = False
            raise StoppedError("Stopped by Ctrl-C. Explore again to try all orders.")
        self.draw(made, f"{made:,} of at most {budget:,} deliveries")

    def look_at_checks(self, progress: CheckProgress) -> bool:
        if self.bar is not None:
            self.bar.length = progress.total
        self.draw(progress.done, str(progress))
        return self.stop.pressed

    def draw(self, at: int, text: str) -> None:
        if self.bar is not None and monotonic() - self.drawn >= REDRAWN:
            self.drawn = monotonic()
            self.bar.update(max(at - self.bar.pos, 0), text)

    def end_line(self) -> None:
        if self.bar is not None:
            say("")  # the terminal has just printed ^C on the line of the bar
