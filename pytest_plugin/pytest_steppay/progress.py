"""Shows the progress of a long search as a line on the terminal, which is erased at the end."""

from __future__ import annotations

import os
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Self

from steppay_mock.wire.real_time import monotonic

if TYPE_CHECKING:
    import pytest

PATIENCE = 1.0  # seconds before the first line, and between two updates


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
    """The progress line of one test. Called at every delivery, it mostly reads the clock and returns."""

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
        """Show the number of deliveries, if the last update was ``PATIENCE`` seconds ago."""
        self.tell(f"{made:,} of at most {budget:,} deliveries")

    def tell(self, progress: object) -> None:
        """Show how far it is, if the last update was ``PATIENCE`` seconds ago."""
        if monotonic() < self._next:
            return
        self._write(f"steppay-mock: {self._item.name}: {progress}")
        self._next = monotonic() + PATIENCE

    def __exit__(self, *_exception: object) -> None:
        if self._is_shown:
            self._write("")
            self._is_shown = False
            # Print the name of the test again, so that its result follows the name as usual.
            with self._capture.global_and_fixture_disabled():
                self._reporter.pytest_runtest_logstart(self._item.nodeid, self._item.location)

    def _write(self, text: str) -> None:
        with self._capture.global_and_fixture_disabled():
            if not self._is_shown:
                self._reporter.ensure_newline()
                self._is_shown = True
            # A line longer than the terminal breaks in two, and only the second is erased.
            self._reporter.rewrite(text[: get_terminal_size().columns - 1], erase=True)
            self._reporter.flush()


def _is_terminal(reporter: Any) -> bool:
    answer = reporter.isatty  # a bool before pytest 9; a later version may make it a method
    return bool(answer() if callable(answer) else answer)
