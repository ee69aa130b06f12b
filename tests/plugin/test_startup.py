"""What the plugin costs and shows in a run that does not use it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

import pytest

import pytest_steppay.plugin

Run = Callable[..., pytest.RunResult]

LOADED = """
    import sys

    def pytest_unconfigure():
        ours = [name for name in sys.modules if name.partition(".")[0] in ("steppay_mock", "pytest_steppay")]
        print("loaded:", *sorted(ours))
"""
OWN = "loaded: pytest_steppay pytest_steppay.fixtures pytest_steppay.keys pytest_steppay.plugin pytest_steppay.record"


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_importing_the_plugin_loads_nothing_that_pytest_has_not_loaded() -> None:
    loaded = loaded_by("import pytest_steppay.plugin") - loaded_by("import pytest, argparse")
    assert loaded == {
        "pytest_steppay",
        "pytest_steppay.fixtures",
        "pytest_steppay.keys",
        "pytest_steppay.plugin",
        "pytest_steppay.record",
    }


def test_a_run_without_the_fixtures_loads_nothing_of_the_engine(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makeconftest(LOADED)
    pytester.makepyfile("def test_passes():\n    pass\n\ndef test_fails():\n    assert False")
    result = run_apart()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([OWN])
    assert "steppay_mock" not in result.stdout.str()


def test_the_fixtures_load_neither_the_command_line_nor_a_server(pytester: pytest.Pytester, run_apart: Run) -> None:
    pytester.makeconftest(LOADED)
    pytester.makepyfile("def test_it(steppay):\n    steppay.validate(steppay.event('order.created'))")
    result = run_apart()
    result.assert_outcomes(passed=1)
    assert "steppay_mock.payload.factory" in result.stdout.str()
    for absent in ("steppay_mock.cli", "steppay_mock.rest.serving", "steppay_mock.delivery.deliver"):
        assert find_spec(absent), f"{absent} is the name of no module any more"
        assert absent not in result.stdout.str()


def test_the_header_tells_the_seed(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(): pass")
    run().stdout.fnmatch_lines(["steppay-mock: seed 0"])
    run("--steppay-seed", "7").stdout.fnmatch_lines(["steppay-mock: seed 7"])
    run("-q").stdout.no_fnmatch_line("*steppay-mock*")


def test_help_lists_the_options_and_the_ini_keys(run: Run) -> None:
    result = run("--help")
    result.stdout.fnmatch_lines(
        ["StepPay:", "*--steppay-seed=N|random", "*--steppay-target=URL|MODULE:APP", "*--steppay-secret=SECRET"]
    )
    for key in ("seed", "secret", "target", "path", "locale"):
        result.stdout.fnmatch_lines([f"  steppay_{key} (string):*"])
    result.stdout.fnmatch_lines(["  steppay_allow_hosts (linelist):"])


def test_the_marker_describes_itself_with_its_signature(run: Run) -> None:
    run("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.steppay([*]event_types, seed=..., secret=..., locale=..., body=..., nulls=..., edge=..., *"]
    )


@pytest.mark.parametrize("name", pytest_steppay.plugin.__all__)
def test_every_fixture_describes_itself(run: Run, name: str) -> None:
    text = run("--fixtures").stdout.str()
    assert re.search(rf"^{name} -- .*\n    [A-Z].*\.$", text, re.MULTILINE)


def test_strict_markers_know_the_marker(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.steppay("order.created", seed=1)
        def test_it(steppay_event):
            pass
        """
    )
    run("--strict-markers", "-W", "error").assert_outcomes(passed=1)


def test_switched_off_the_plugin_is_gone(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay): pass")
    result = run("-p", "no:steppay")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'steppay' not found"])
    result.stdout.no_fnmatch_line("*steppay-mock: seed*")


def test_the_fixtures_work_without_the_cache_and_with_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("def test_it(steppay): steppay.event('order.created')")
    run().assert_outcomes(passed=1)
    run("-p", "cacheprovider", "--lf").assert_outcomes(passed=1)
