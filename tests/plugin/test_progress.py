"""A long search shows its progress on a terminal, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

WATCHED = """
    import pytest
    import pytest_steppay.progress

    pytest_steppay.progress.PATIENCE = {patience}

    @pytest.hookimpl(trylast=True)
    def pytest_configure(config):
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.isatty = lambda: {is_terminal}
"""
TEST = """
    import ledger

    def test_it(steppay, capsys):
        print("before")
        steppay.assert_order_independent(
            "virtual-account-deposit", ledger.right, state=ledger.show, reset=ledger.reset
        )
        print("after")
        assert capsys.readouterr().out == "before\\nafter\\n"

    def test_other():
        pass
"""


def write(pytester: pytest.Pytester, *, patience: float = -1, is_terminal: bool = True) -> None:
    pytester.makeconftest(WATCHED.format(patience=patience, is_terminal=is_terminal))
    pytester.makeini("[pytest]\npythonpath = .")
    pytester.makepyfile(test_it=TEST)


def require_nothing_shown(result: pytest.RunResult) -> None:
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*of at most*")


@pytest.mark.parametrize("options", [(), ("-v",), ("-s",)], ids=str)
@pytest.mark.usefixtures("ledger")
def test_a_line_comes_and_goes(pytester: pytest.Pytester, run: Run, options: tuple[str, ...]) -> None:
    write(pytester)
    result = run(*options)
    result.assert_outcomes(passed=2)
    lines = [line for line in result.stdout.lines if line]  # each carriage return begins one here
    begin = next(place for place, line in enumerate(lines) if line.startswith("steppay-mock: test_it: "))
    for made in range(100):
        assert lines[begin + made].rstrip() == f"steppay-mock: test_it: {made + 1:,} of at most 20,000 deliveries"
    end = next(place for place, line in enumerate(lines[begin:], begin) if not line.startswith("steppay-mock: "))
    assert lines[end].isspace()
    assert len(lines[end]) > len(lines[end - 1].rstrip())
    assert lines[end + 1].startswith("test_it.py")


@pytest.mark.usefixtures("ledger")
def test_short_searches_show_nothing(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, patience=3600)
    require_nothing_shown(run())


@pytest.mark.usefixtures("ledger")
def test_nothing_is_shown_without_a_terminal(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester, is_terminal=False)
    require_nothing_shown(run())


@pytest.mark.usefixtures("ledger")
def test_nothing_is_shown_on_ci_and_with_q(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(pytester)
    require_nothing_shown(run("-q"))
    monkeypatch.setenv("CI", "true")
    require_nothing_shown(run())


@pytest.mark.usefixtures("ledger")
def test_nothing_is_shown_by_workers(pytester: pytest.Pytester, run_apart: Run) -> None:
    write(pytester)
    require_nothing_shown(run_apart("-n", "1"))


@pytest.mark.usefixtures("ledger")
def test_a_watch_of_ones_own_takes_its_place(pytester: pytest.Pytester, run: Run) -> None:
    write(pytester)
    text = TEST.replace("reset=ledger.reset", "reset=ledger.reset, watch=lambda made, budget: None")
    pytester.makepyfile(test_it=text)
    require_nothing_shown(run())
