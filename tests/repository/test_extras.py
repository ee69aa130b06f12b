"""A test that needs an extra is skipped without it or fails with --require-tools; no other skip hides beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import extras
import pytest

FILE = """
import pytest

@pytest.fixture
def heavy():
    raise AssertionError("a skipped test has no fixtures")

@pytest.mark.extra("fast")
def test_fast(heavy): pass

@pytest.mark.extra("faker")
def test_faker(): pass

@pytest.mark.xfail(strict=True)
def test_expected(): assert False
"""
OTHER_SKIP = "\ndef test_other(): pytest.skip('for the weather')\n"
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The modules of extras that are there; a test adds some."""
    found: set[str] = set()
    monkeypatch.setattr(extras, "_missing", lambda module: module not in found)
    return found


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, installed: set[str]) -> Run:
    """A run of these tests with the conftest of this project."""
    assert not installed
    # Plugins that are imported in there are forgotten after it, and so is half of what they have imported.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(Path(extras.__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = extra")

    def run(*options: str, more: str = "") -> pytest.RunResult:
        pytester.makepyfile(FILE + more)
        return pytester.runpytest_inprocess("-rs", *options)

    return run


def test_each_extra_has_the_modules_of_its_packages() -> None:
    assert extras.modules_of_extras() == {
        "fast": ["jsonschema_rs", "pycurl"],
        "faker": ["faker"],
        "locust": ["locust"],
    }


def test_what_needs_an_extra_is_skipped_where_a_package_of_it_is_missing(run: Run, installed: set[str]) -> None:
    installed |= {"faker", "pycurl"}
    result = run()
    result.assert_outcomes(passed=1, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(["SKIPPED*needs the extra fast: pip install 'steppay-mock[[]fast]'"])


def test_where_all_tools_are_required_it_fails(run: Run, installed: set[str]) -> None:
    installed |= {"jsonschema_rs", "faker"}
    result = run("--require-tools")
    result.assert_outcomes(passed=1, errors=1, xfailed=1)
    result.stdout.fnmatch_lines(["*needs the extra fast*", "--require-tools allows no skip here*"])


def test_a_run_without_extras_skips_what_needs_one_and_nothing_else(run: Run) -> None:
    run("--without-extras").assert_outcomes(skipped=2, xfailed=1)
    result = run("--without-extras", more=OTHER_SKIP)
    result.assert_outcomes(skipped=2, xfailed=1, failed=1)
    result.stdout.fnmatch_lines(["*for the weather", "--without-extras allows a skip only for want of an extra."])


def test_a_run_without_extras_skips_no_whole_file(run: Run) -> None:
    result = run("--without-extras", more="\npytest.importorskip('no_such_module')\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*could not import 'no_such_module'*", "--without-extras allows a skip only*"])


def test_a_run_without_extras_is_refused_where_one_is_installed(run: Run, installed: set[str]) -> None:
    installed.add("pycurl")
    result = run("--without-extras")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--without-extras, but pycurl is installed: make bare has its own place*"])


@pytest.mark.parametrize("mark", ["extra", "extra('fsat')", "extra('fast', 'no')"])
def test_a_mark_that_names_no_extra_is_refused(run: Run, mark: str) -> None:
    result = run("--without-extras", more=f"\n@pytest.mark.{mark}\ndef test_other(): pytest.skip('for the weather')\n")
    result.assert_outcomes(skipped=2, xfailed=1, errors=1)
    result.stdout.fnmatch_lines(["It is marked extra(*). Name an extra: fast, faker, locust."])
