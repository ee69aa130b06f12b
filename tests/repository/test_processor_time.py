"""The table of --slowest has the processor seconds of each test function, whichever process measured them."""

from __future__ import annotations

import os
from itertools import count
from types import SimpleNamespace

import processor_time
import pytest

FILE = """
import pytest

@pytest.mark.parametrize("number", [1, 2, 3])
def test_of_three(number): pass

def test_that_fails(): assert False

def test_quick(): pass
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Tests of which each takes a second of the processor, by a clock that jumps at each look."""
    ticks = count()
    monkeypatch.setattr(processor_time, "_processor_seconds", lambda: float(next(ticks)))
    # Plugins that are imported in there are forgotten after it, and so is half of what they have imported.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest('pytest_plugins = ["processor_time"]')
    pytester.makepyfile(test_shop=FILE)
    return pytester


def test_the_slowest_functions_are_shown_with_all_their_examples(run: pytest.Pytester) -> None:
    result = run.runpytest_inprocess("--slowest", "2")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        [
            "=* processor time: 5 s in all =*",
            "   3.0 s     3  test_shop.py::test_of_three",
            "   1.0 s     1  test_shop.py::test_that_fails",
        ]
    )
    result.stdout.no_fnmatch_line("*s     1  test_shop.py::test_quick")


@pytest.mark.parametrize("wrong", ["0", "-3", "few", "1.5"])
def test_a_number_that_shows_nothing_is_refused(run: pytest.Pytester, wrong: str) -> None:
    result = run.runpytest_inprocess(f"--slowest={wrong}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--slowest: '{wrong}' is no number of functions; name 1 or more, such as 20"])


def test_nothing_is_measured_without_the_option(run: pytest.Pytester) -> None:
    run.runpytest_inprocess().stdout.no_fnmatch_line("*processor time*")


def test_what_workers_measured_is_added_up() -> None:
    measured = processor_time.ProcessorTime(2)
    plugins = SimpleNamespace(get_plugin=lambda _name: measured)
    for seconds in (2.0, 0.5):
        there = processor_time.ProcessorTime(2)
        there.add({"test_a": (seconds, 3)})
        config = SimpleNamespace(pluginmanager=plugins, workeroutput={})
        there.pytest_sessionfinish(SimpleNamespace(config=config))  # type: ignore[arg-type]
        processor_time.pytest_testnodedown(SimpleNamespace(config=config, workeroutput=config.workeroutput))
    processor_time.pytest_testnodedown(SimpleNamespace(config=SimpleNamespace(pluginmanager=plugins)))  # one that died
    lines: list[str] = []
    measured.pytest_terminal_summary(SimpleNamespace(section=lines.append, line=lines.append))  # type: ignore[arg-type]
    assert lines == ["processor time: 2 s in all", "   2.5 s     6  test_a"]


def test_the_processor_time_of_children_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    times = SimpleNamespace(user=1, system=2, children_user=4, children_system=8, elapsed=16)
    monkeypatch.setattr(os, "times", lambda: times)
    assert processor_time._processor_seconds() == 15
