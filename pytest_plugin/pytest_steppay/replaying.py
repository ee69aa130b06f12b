"""Hooks of a run with ``--steppay-replay``: skips tests of other events, and fails the run if no test replayed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_steppay.record import RECORD
from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.token import read_token

if TYPE_CHECKING:
    from collections.abc import Generator

_OUTCOME = "_steppay_replay"
_MOST = 5


class Replaying:
    """The hooks of the run. Raises UsageError if the text is not a token."""

    def __init__(self, token: str, config: pytest.Config) -> None:
        try:
            self._token = read_token(token)
        except SteppayMockError as error:
            raise pytest.UsageError(f"--steppay-replay: {error}") from None
        self._is_worker = hasattr(config, "workerinput")
        self._is_replayed = False
        self._passed_over: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Report a test as skipped if it did not replay the token."""
        report = yield
        record = item.stash.get(RECORD, None)
        if record is not None and (record.is_replayed or record.passed_over):
            vars(report)[_OUTCOME] = "" if record.is_replayed else record.passed_over
            if report.when == "call" and report.passed and not record.is_replayed:
                path, line, _ = item.location
                report.outcome = "skipped"
                report.longrepr = (path, line or 0, f"Skipped: --steppay-replay: {record.passed_over}")
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember whether the token was replayed, and why it was not."""
        passed_over = getattr(report, _OUTCOME, None)
        if passed_over:
            self._passed_over[report.nodeid] = passed_over
        elif passed_over is not None:
            self._is_replayed = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run if no test replayed the token."""
        if not self._is_replayed and not self._is_worker and session.exitstatus in _WELL:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print why the token was not replayed."""
        if self._is_replayed:
            return
        terminalreporter.section("steppay-mock", red=True)
        for line in self._reasons():
            terminalreporter.write_line(line, red=True)

    def _reasons(self) -> list[str]:
        types = ", ".join(self._token.events[place][1] for place in self._token.course)
        reasons = [f"{name}: {why}" for name, why in sorted(self._passed_over.items())[:_MOST]]
        if len(self._passed_over) > _MOST:
            reasons.append(f"and {len(self._passed_over) - _MOST} more tests")
        return [
            f"--steppay-replay: no test of this run explored the events of the token: {types}.",
            *reasons,
            "Name the test of the token, and pass the --steppay-seed of its run. Or explore again.",
        ]


_WELL = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
