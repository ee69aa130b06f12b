"""Runs ``check --mutate``: shows how far it is, and prints which mistakes the user's tests would not notice."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from steppay_mock.cli import environment
from steppay_mock.cli.exit_codes import INTERRUPTED, WRONG
from steppay_mock.cli.show.terminal import printable, say, write_json, write_text
from steppay_mock.mutation.mutation_run import MutationOptions, try_mistakes
from steppay_mock.mutation.result_text import headline, result_text
from steppay_mock.mutation.trials import MutationWatch

if TYPE_CHECKING:
    from steppay_mock.cli.options.mutating import Mutating
    from steppay_mock.mutation.fate import TriedMutant


def try_handler(mutating: Mutating, *, seed: int, as_json: bool) -> int:
    """Try the mistakes and print the result; the exit code."""
    options = MutationOptions(
        targets=mutating.mutated,
        tests=mutating.mutate_tests,
        most=mutating.mutate_max,
        seed=seed,
        timeout=mutating.mutate_timeout,
        jobs=mutating.jobs,
        secrets=tuple(filter(None, map(os.environ.get, (environment.SECRET, environment.TOKEN)))),
    )
    with _ended_by_sigterm(), _watching() as watch:
        result = try_mistakes(options, watch)
    if as_json:
        write_json(result.as_dict())
    else:
        write_text(result_text(result))
    say(headline(result))
    if not result.is_whole:
        return INTERRUPTED
    return WRONG if result.survivors else 0


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does: what is known is told, and the copies are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python delivers signals to the main thread alone
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching() -> Iterator[MutationWatch]:
    watch = _Bar() if sys.stderr is not None and sys.stderr.isatty() else MutationWatch()
    try:
        yield watch
    finally:
        if isinstance(watch, _Bar):
            watch.end()


class _Bar(MutationWatch):
    """A bar on the terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._survivors = 0

    def say(self, text: str) -> None:
        say(text)

    def begin(self, count: int) -> None:
        self._bar = click.progressbar(
            length=count, label="mistakes", file=sys.stderr, item_show_func=lambda told: told or ""
        )
        self._bar.__enter__()

    def tried(self, one: TriedMutant) -> None:
        self._survivors += one.fate.is_survivor
        self._bar.update(1, printable(f"{self._survivors} not noticed"))

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
