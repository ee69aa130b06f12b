"""How far is a long search? A line on the terminal that comes and goes; nothing where nobody is watching."""

from __future__ import annotations

import os
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    import pytest

PATIENCE = 1.0  # seconds before the first line, and between two


def progress_of(item: pytest.Item) -> Progress:
    """The progress of this test's searches; not shown without a terminal, in a worker of xdist, on CI and with -q."""
    config = item.config
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    is_shown = reporter is not None and capture is not None and config.get_verbosity() >= 0 and _is_terminal(reporter)
    if not is_shown or hasattr(config, "workerinput") or os.environ.get("CI"):
        reporter = None
    return Progress(item, reporter=reporter, capture=capture)


class Progress:
    """The line of one test. Within ``with`` it is called at every delivery; it looks at the clock, and seldom more."""

    def __init__(self, item: pytest.Item, *, reporter: Any, capture: Any) -> None:
        self._item = item
        self._reporter = reporter
        self._capture = capture
        self._next = float("inf")
        self._is_shown = False

    def __enter__(self) -> Self:
        if self._reporter is not None:
            self._next = monotonic() + PATIENCE
        return self

    def __call__(self, made: int, budget: int) -> None:
        """Show how many deliveries were made, if the last time is long enough ago."""
        if monotonic() < self._next:
            return
        self._write(f"steppay-mock: {self._item.name}: {made:,} of at most {budget:,} deliveries")
        self._next = monotonic() + PATIENCE

    def __exit__(self, *_exception: object) -> None:
        if self._is_shown:
            self._write("")
            self._is_shown = False
            with self._capture.global_and_fixture_disabled():  # the result goes where it would have gone
                self._reporter.pytest_runtest_logstart(self._item.nodeid, self._item.location)

    def _write(self, text: str) -> None:
        with self._capture.global_and_fixture_disabled():
            if not self._is_shown:
                self._reporter.ensure_newline()
                self._is_shown = True
            # A line that is broken could not be written over.
            self._reporter.rewrite(text[: get_terminal_size().columns - 1], erase=True)
            self._reporter.flush()


def _is_terminal(reporter: Any) -> bool:
    answer = reporter.isatty  # a bool before pytest 9, and to become a method
    return bool(answer() if callable(answer) else answer)
