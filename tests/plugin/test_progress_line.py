"""When the progress line of a search is written, how long it is, and how it is erased."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
from types import SimpleNamespace
from typing import Any

import pytest


def own_copy() -> Any:
    """A copy of the module that nobody else has: runs of pytest within other tests change its patience."""
    spec = find_spec("pytest_steppay.progress")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


watched = own_copy()
Progress = watched.Progress


class Terminal:
    """The part of pytest's terminal reporter, and of its capture, that a progress line uses."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.is_captured = True

    def ensure_newline(self) -> None:
        """Note it."""
        self._note("newline")

    def rewrite(self, text: str, *, erase: bool) -> None:
        """Note the text."""
        assert erase
        self._note(text)

    def flush(self) -> None:
        """Note it."""
        self._note("flush")

    def pytest_runtest_logstart(self, nodeid: str, location: object) -> None:
        """Note the test."""
        self._note((nodeid, location))

    @contextmanager
    def global_and_fixture_disabled(self) -> Iterator[None]:
        """As pytest's capture manager does."""
        self.is_captured = False
        yield
        self.is_captured = True

    def _note(self, call: object) -> None:
        assert not self.is_captured
        self.calls.append(call)


ITEM: Any = SimpleNamespace(name="test_it", nodeid="t.py::test_it", location=("t.py", 1, "test_it"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(watched, "monotonic", lambda: now[0])
    monkeypatch.setattr(watched, "get_terminal_size", lambda: os.terminal_size((60, 20)))
    return now


def test_a_line_is_written_once_a_second_and_erased_at_the_end(clock: list[float]) -> None:
    terminal = Terminal()
    with Progress(ITEM, reporter=terminal, capture=terminal) as progress:
        for second in (0, 0.99):
            clock[0] = 100 + second
            progress(1, 2)
        assert terminal.calls == []
        clock[0] = 101.0
        progress(1234, 20000)
        clock[0] = 101.99
        progress(1235, 20000)
        clock[0] = 102.5
        progress(5, 9)
        clock[0] = 103.4
        progress(6, 9)
    first = "steppay-mock: test_it: 1,234 of at most 20,000 deliveries"
    second_line = "steppay-mock: test_it: 5 of at most 9 deliveries"
    assert terminal.calls == [
        *("newline", first, "flush", second_line, "flush", "", "flush"),
        (ITEM.nodeid, ITEM.location),
    ]
    assert watched.PATIENCE == 1.0


def test_what_was_never_shown_is_not_erased_and_the_next_search_begins_anew(clock: list[float]) -> None:
    terminal = Terminal()
    progress = Progress(ITEM, reporter=terminal, capture=terminal)
    with progress:
        progress(1, 2)
    assert terminal.calls == []
    for begin in (200.0, 300.0):
        clock[0] = begin
        with progress:
            clock[0] = begin + 1
            progress(1, 2)
    assert terminal.calls.count("newline") == terminal.calls.count("") == 2


def test_a_line_is_shorter_than_the_terminal(clock: list[float]) -> None:
    terminal = Terminal()
    long: Any = SimpleNamespace(**{**vars(ITEM), "name": "x" * 80})
    with Progress(long, reporter=terminal, capture=terminal) as progress:
        clock[0] += 5
        progress(1, 2)
    assert terminal.calls[1] == f"steppay-mock: {'x' * 80}"[:59]


def test_without_a_reporter_nothing_is_ever_written(clock: list[float]) -> None:
    with Progress(ITEM, reporter=None, capture=None) as progress:
        clock[0] += 10**6
        progress(1, 2)


def shown(*, verbosity: int = 0, isatty: Any = True, missing: str = "", worker: bool = False) -> bool:
    terminal: Any = Terminal()
    terminal.isatty = isatty
    plugins = {"terminalreporter": terminal, "capturemanager": terminal}
    config = SimpleNamespace(
        pluginmanager=SimpleNamespace(get_plugin=lambda name: None if name == missing else plugins[name]),
        get_verbosity=lambda: verbosity,
    )
    if worker:
        config.workerinput = {}
    item: Any = SimpleNamespace(**vars(ITEM), config=config)
    with watched.progress_of(item) as progress:
        before = len(terminal.calls)
        progress(1, 2)
    return len(terminal.calls) > before


def test_it_is_shown_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 10**6, 10))
    monkeypatch.setattr(watched, "monotonic", lambda: next(ticks))
    monkeypatch.delenv("CI", raising=False)
    for isatty in (True, lambda: True):
        assert shown(isatty=isatty)
    assert shown(verbosity=1)
    assert not shown(verbosity=-1)
    for isatty in (False, lambda: False):
        assert not shown(isatty=isatty)
    assert not shown(missing="terminalreporter")
    assert not shown(missing="capturemanager")
    assert not shown(worker=True)
    monkeypatch.setenv("CI", "true")
    assert not shown()
