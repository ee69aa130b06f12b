"""Shows the state of the runs of a journal after a resume: in words, as data, and as an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.cli.exit_codes import ELSEWHERE, INTERRUPTED, UNPLANNED, UNREACHED, WRONG
from steppay_mock.cli.show.journal import lines_of_runs
from steppay_mock.cli.show.report_files import ReportLine

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import RunCounts
    from steppay_mock.delivery.report import Report

RunOutcome = Literal["stopped", "failed", "unreached", "never-planned", "still-sending", "complete"]

_CODES: dict[RunOutcome, int] = {
    "stopped": INTERRUPTED,
    "failed": WRONG,
    "unreached": UNREACHED,
    "never-planned": UNPLANNED,
    "still-sending": ELSEWHERE,
    "complete": 0,
}
"""By outcome, the exit code. Of several runs the first one here counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The state of a run that was not sent or resumed just now."""

    run: int
    outcome: RunOutcome
    planned: int = 0
    succeeded: int = 0
    failed: int = 0
    pending: int = 0

    @property
    def unknown(self) -> str:
        """How many have no outcome, in words; at the end of a run that is so only where its journal is damaged."""
        return f", {self.pending} have no outcome that is known" if self.pending else ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json`` and ``--report``."""
        return {
            "ok": self.outcome == "complete",
            "outcome": self.outcome,
            "run": self.run,
            "planned": self.planned,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "pending": self.pending,
        }

    def __str__(self) -> str:
        return f"run {self.run} {_WORDS[self.outcome].format(run=self)}"


_WORDS: dict[RunOutcome, str] = {
    "stopped": "was not begun",
    "failed": "ended in failure: {run.failed} of {run.planned} failed{run.unknown}; resume sends none of them again",
    "unreached": "ended in failure: nothing could be reached",
    "never-planned": "ended while it was planned: nothing of it was sent, and the run is removed. Start it again.",
    "still-sending": "is being sent by another process, and was not resumed",
    "complete": "is complete: all {run.planned} deliveries arrived",
}


def outcome_of(reports: Sequence[Report]) -> RunOutcome:
    """The outcome of runs that were sent or resumed."""
    if any(report.stopped for report in reports):
        return "stopped"
    if all(report.ok for report in reports):
        return "complete"
    statuses = {status for report in reports for status in report.statuses}
    statuses |= {one.status for report in reports for one in report.controls}
    return "unreached" if statuses == {None} else "failed"


def states_of(
    found: Iterable[RunCounts], *, never_planned: Iterable[int], resumed: Iterable[int], stopped: bool
) -> Iterator[RunState]:
    """The states of the runs that were not ``resumed``; ``stopped`` says that Ctrl-C left some of them out."""
    for run in never_planned:
        yield RunState(run=run, outcome="never-planned")
    done = set(resumed)
    for one in found:
        if one.run not in done:
            yield RunState(
                run=one.run,
                outcome=_outcome(one, stopped=stopped),
                planned=one.planned,
                succeeded=one.succeeded,
                failed=one.failed,
                pending=one.pending,
            )


def _outcome(counts: RunCounts, *, stopped: bool) -> RunOutcome:
    if not counts.ended:
        return "stopped" if stopped else "still-sending"
    return "complete" if counts.succeeded == counts.planned else "failed"


def worst(outcomes: Iterable[RunOutcome]) -> RunOutcome:
    """The outcome of several runs together."""
    return min(outcomes, key=list(_CODES).index)


def exit_code(outcome: RunOutcome) -> int:
    """The exit code for an outcome."""
    return _CODES[outcome]


def words_about(others: Sequence[RunState], *, journal: str) -> Iterator[str]:
    """Lines about the runs that were not resumed. Those that were never planned were reported before."""
    told = [one for one in others if one.outcome not in {"complete", "never-planned"}]
    yield from map(str, told)
    if any(one.outcome == "failed" for one in told):
        file = quote(journal)
        yield f"what failed: steppay-mock log --journal {file} --state FAIL"
        yield f"deliver it again: steppay-mock resend --journal {file} ID..."


def lines_about(others: Iterable[RunState], *, name: str, journal: str | None) -> Iterator[ReportLine]:
    """The deliveries of other runs, as reports show them, and a line for each run that was never planned."""
    found = tuple(others)
    if journal is not None and found:
        from steppay_mock.delivery.journal.reading import read_journal

        with read_journal(journal) as reading:
            yield from lines_of_runs(reading, [one.run for one in found])
    for one in found:
        if one.outcome == "never-planned":
            yield ReportLine(
                number=one.run, event="the plan", state="FAIL", answer=str(one), seconds=None, receiver=name
            )
