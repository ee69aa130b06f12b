"""Hooks of pytest in the process that runs a user's tests: which tests there are, what they reach, which one fails.

The process that runs mutants starts pytest with ``-p steppay_mock.mutation.hooks``. The environment names a file that
has the task; its answer is written to another file, which the task names.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from steppay_mock.mutation.hooks_name import TASK
from steppay_mock.mutation.tracing import LineTracer


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks of the task."""
    task = json.loads(Path(os.environ[TASK]).read_text(encoding="utf-8"))
    kinds = {"collect": _CollectTask, "trace": _TraceTask, "try": _TryTask}
    config.pluginmanager.register(kinds[task["kind"]](task, config), "steppay-mutation")


class _Task:
    """A task, and its answer."""

    def __init__(self, task: dict[str, Any], config: pytest.Config) -> None:
        self.task = task
        self.config = config

    def answer(self, found: dict[str, Any]) -> None:
        """Write the answer."""
        Path(self.task["answer"]).write_text(json.dumps(found), encoding="utf-8")

    def choose(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the task."""
        wanted = set(self.task["tests"])
        left_out = [item for item in items if item.nodeid not in wanted]
        if left_out:
            items[:] = [item for item in items if item.nodeid in wanted]
            self.config.hook.pytest_deselected(items=left_out)


class _CollectTask(_Task):
    """Tells which tests there are, which of them use the toolkit, and where modules are."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Answer, once all tests are known."""
        texts: dict[Path, bool] = {}
        tests = [
            {"id": item.nodeid, "file": str(item.path), "uses": _uses_toolkit(item, texts)} for item in session.items
        ]
        self.answer(
            {
                "tests": tests,
                "options": sorted(vars(self.config.option)),
                "root": str(self.config.rootpath),
                "ini": None if self.config.inipath is None else str(self.config.inipath),
                "modules": {name: _file_of(name) for name in self.task["modules"]},
            }
        )


def _uses_toolkit(item: pytest.Item, texts: dict[Path, bool]) -> bool:
    """Whether the test asks for a fixture of the plugin, itself or through another, or its file names the toolkit."""
    if any(name.startswith("steppay") for name in getattr(item, "fixturenames", ())):
        return True
    if item.get_closest_marker("steppay") is not None or _names_toolkit(item.path, texts):
        return True
    info = getattr(item, "_fixtureinfo", None)
    used = getattr(info, "name2fixturedefs", {}).values()
    codes = [getattr(one.func, "__code__", None) for definitions in used for one in definitions]
    files = {Path(code.co_filename) for code in codes if code is not None}
    return any(_names_toolkit(file, texts) for file in files if file.is_relative_to(item.config.rootpath))


def _names_toolkit(file: Path, texts: dict[Path, bool]) -> bool:
    if file not in texts:
        texts[file] = file.suffix == ".py" and b"steppay_mock" in file.read_bytes()
    return texts[file]


def _file_of(name: str) -> str | None:
    """The file of a module as the tests import it; None if there is none."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    return None if spec is None else spec.origin or next(iter(spec.submodule_search_locations or ()), None)


class _TraceTask(_Task):
    """Runs tests without a mistake, and tells which of them reach which lines."""

    def __init__(self, task: dict[str, Any], config: pytest.Config) -> None:
        super().__init__(task, config)
        self.tracer = LineTracer(task["files"])
        self.tracer.start()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the task."""
        self.choose(items)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self.tracer.enter(nodeid)

    def pytest_runtest_logfinish(self) -> None:
        """A test has ended."""
        self.tracer.leave()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        """Lines that a fixture of several tests reaches are reached for all of them."""
        if fixturedef.scope == "function":
            return (yield)
        with self.tracer.shared():
            return (yield)

    def pytest_sessionfinish(self) -> None:
        """Answer, once all tests have run."""
        self.tracer.stop()
        loaded = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        originals = [path for path in self.task["originals"] if path in loaded]
        self.answer({**self.tracer.as_dict(), "originals": originals})


class _TryTask(_Task):
    """Runs tests with a mistake, and tells the first that fails."""

    found: dict[str, Any] | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the task."""
        self.choose(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of tests that cannot be imported."""
        if report.failed:
            self.found = self.found or {"test": report.nodeid, "imported": False}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails."""
        if report.failed:
            self.found = self.found or {"test": report.nodeid, "imported": True}

    def pytest_sessionfinish(self) -> None:
        """Answer, once a test has failed or all have passed."""
        self.answer(self.found or {})
