"""A pytest option that prints which tests take the most time of the processor, their subprocesses included.

The durations of pytest are no help here: a test that stops the clock seems to take years, and one that waits takes long
without making any other test wait.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Generator, Mapping
from heapq import nlargest
from operator import itemgetter
from typing import Any

import pytest

_KEY = "processor_seconds"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --slowest."""
    parser.addoption(
        "--slowest",
        type=_count,
        metavar="N",
        help="Print the N test functions that take the most time of the processor, each with all its examples.",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of functions; name 1 or more, such as 20")
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Measure only if asked."""
    if config.getoption("--slowest"):
        config.pluginmanager.register(ProcessorTime(config.getoption("--slowest")), _KEY)


@pytest.hookimpl(optionalhook=True)  # of xdist
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of xdist measured."""
    measured = node.config.pluginmanager.get_plugin(_KEY)
    if measured is not None:
        measured.add(getattr(node, "workeroutput", {}).get(_KEY, {}))


class ProcessorTime:
    """The processor seconds and the number of examples of each test function."""

    def __init__(self, shown: int) -> None:
        self._shown = shown
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._examples: defaultdict[str, int] = defaultdict(int)

    def add(self, measured: Mapping[str, tuple[float, int]]) -> None:
        """Add what was measured elsewhere."""
        for name, (seconds, examples) in measured.items():
            self._seconds[name] += seconds
            self._examples[name] += examples

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure a test with its set-up and tear-down."""
        before = _processor_seconds()
        try:
            return (yield)
        finally:
            self.add({item.nodeid.partition("[")[0]: (_processor_seconds() - before, 1)})

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Pass the measurements of a worker to the main process."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_KEY] = {
                name: (seconds, self._examples[name]) for name, seconds in self._seconds.items()
            }

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table."""
        terminalreporter.section(f"processor time: {sum(self._seconds.values()):.0f} s in all")
        for name, seconds in nlargest(self._shown, self._seconds.items(), key=itemgetter(1)):
            terminalreporter.line(f"{seconds:6.1f} s  {self._examples[name]:4}  {name}")


def _processor_seconds() -> float:
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system
