"""What of a run that replays a token? Tests that explore other events are skipped, and it must be about some test."""

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
    """The hooks of such a run; UsageError if the token is none."""

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
        """Skip, after the fact, a test of which nothing was replayed."""
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
        """Remember what became of the token."""
        passed_over = getattr(report, _OUTCOME, None)
        if passed_over:
            self._passed_over[report.nodeid] = passed_over
        elif passed_over is not None:
            self._is_replayed = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let a run fail that could not replay the token anywhere."""
        if not self._is_replayed and not self._is_worker and session.exitstatus in _WELL:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say why nothing was replayed."""
        if self._is_replayed:
            return
        terminalreporter.section("steppay-mock", red=True)
        for line in self._reasons():
            terminalreporter.write_line(line, red=True)

    def _reasons(self) -> list[str]:
        types = ", ".join(self._token.events[place][1] for place in self._token.course)
        told = [f"{name}: {why}" for name, why in sorted(self._passed_over.items())[:_MOST]]
        if len(self._passed_over) > _MOST:
            told.append(f"and {len(self._passed_over) - _MOST} more tests")
        return [
            f"--steppay-replay: no test of this run explored the events of the token: {types}.",
            *told,
            "Name the test that the token is of, and give the --steppay-seed of that run; or explore anew.",
        ]


_WELL = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
