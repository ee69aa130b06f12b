"""Tests that need an extra of the project, and the switch for a run without any extra.

``pytest.mark.extra("fast")`` says that a test needs the extra ``fast``: where a package of it is not installed, the
test is skipped, and with ``--require-tools`` it fails. ``--without-extras`` is for an environment that has no extra: no
test may be skipped there for another reason, so that the run leaves out nothing else unseen.
"""

from __future__ import annotations

import tomllib
from collections.abc import Generator, Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement


def needing(extra: str, word: str, names: Iterable[str]) -> list[Any]:
    """These names for ``parametrize``; those that have the word in them need the extra."""
    return [pytest.param(name, id=name, marks=[pytest.mark.extra(extra)] if word in name else []) for name in names]


@cache
def modules_of_extras() -> dict[str, list[str]]:
    """The modules of each extra in pyproject.toml; each package there has one, of its own name."""
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))["project"]
    return {
        extra: [Requirement(line).name.replace("-", "_") for line in lines]
        for extra, lines in project["optional-dependencies"].items()
    }


@cache  # asked before a test can hide a module
def _missing(module: str) -> bool:
    return find_spec(module) is None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --without-extras."""
    parser.addoption(
        "--without-extras",
        action="store_true",
        help="No extra is installed: tests marked extra are skipped, and each other skip is a failure.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Look what is installed; refuse a run that is said to be without extras and has one."""
    found = [module for modules in modules_of_extras().values() for module in modules if not _missing(module)]
    if config.getoption("--without-extras") and found:
        raise pytest.UsageError(
            f"--without-extras, but {', '.join(found)} is installed: make bare has its own place, .venv-bare. "
            "If it is there, remove that folder and run make bare."
        )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose extra is not installed, before its fixtures import it."""
    for mark in item.iter_markers("extra"):
        known = modules_of_extras().keys()
        if not mark.args or not known >= set(mark.args):  # any skip would pass for one for want of it
            named = ", ".join(map(repr, mark.args))
            pytest.fail(f"It is marked extra({named}). Name an extra: {', '.join(known)}.", pytrace=False)
        for extra in mark.args:
            if any(map(_missing, modules_of_extras()[extra])):
                pytest.skip(f"needs the extra {extra}: pip install 'steppay-mock[{extra}]'")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With --without-extras, turn a skip for another reason into a failure."""
    report = yield
    if item.get_closest_marker("extra") is None and not hasattr(report, "wasxfail"):
        _refuse_skip(report, item.config)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same of a whole file, which can have no marker yet."""
    report = yield
    _refuse_skip(report, collector.config)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport, config: pytest.Config) -> None:
    if report.skipped and config.getoption("--without-extras"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\n--without-extras allows a skip only for want of an extra."
