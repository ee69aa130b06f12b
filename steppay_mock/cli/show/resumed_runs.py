"""How the runs of a journal stand after a resume: in words, as data, and as an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING, Any, Literal

from steppay_mock.cli.exit_codes import ELSEWHERE, INTERRUPTED, UNPLANNED, UNREACHED, WRONG
from steppay_mock.cli.show.report_files import Line

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.reading import Standing
    from steppay_mock.delivery.sender.tally import Tally

Outcome = Literal["stopped", "failed", "unreached", "never-planned", "still-sending", "complete"]

_CODES: dict[Outcome, int] = {
    "stopped": INTERRUPTED,
    "failed": WRONG,
    "unreached": UNREACHED,
    "never-planned": UNPLANNED,
    "still-sending": ELSEWHERE,
    "complete": 0,
}
"""By outcome, the exit code. Of several runs the first one here counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a run stands."""

    run: int
    outcome: Outcome
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


_WORDS: dict[Outcome, str] = {
    "stopped": "was not begun",
    "failed": "ended in failure: {run.failed} of {run.planned} failed{run.unknown}; resume sends none of them again",
    "unreached": "ended in failure: nothing could be reached",
    "never-planned": "ended while it was planned: nothing of it was sent, and it is taken out. Begin it anew.",
    "still-sending": "is being sent elsewhere, and was left to it",
    "complete": "is complete: all {run.planned} deliveries arrived",
}


def outcome_of(tallies: Sequence[Tally]) -> Outcome:
    """What became of runs that were sent or resumed."""
    if any(tally.stopped and (tally.pending or tally.run is None) for tally in tallies):
        return "stopped"
    if all(tally.ok for tally in tallies):
        return "complete"
    controls = [tally.control for tally in tallies if tally.control is not None]
    statuses = {status for tally in (*tallies, *controls) for status in tally.statuses}
    return "unreached" if statuses == {None} else "failed"


def stands(
    found: Iterable[Standing], *, never_planned: Iterable[int], resumed: Iterable[int], stopped: bool
) -> Iterator[Stand]:
    """How the runs stand that were not ``resumed``; ``stopped`` says that Ctrl-C left some of them out."""
    for run in never_planned:
        yield Stand(run=run, outcome="never-planned")
    done = set(resumed)
    for one in found:
        if one.run not in done:
            yield Stand(
                run=one.run,
                outcome=_outcome(one, stopped=stopped),
                planned=one.planned,
                succeeded=one.succeeded,
                failed=one.failed,
                pending=one.pending,
            )


def _outcome(standing: Standing, *, stopped: bool) -> Outcome:
    if not standing.ended:
        return "stopped" if stopped else "still-sending"
    return "complete" if standing.succeeded == standing.planned else "failed"


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of several runs together."""
    return min(outcomes, key=list(_CODES).index)


def exit_code(outcome: Outcome) -> int:
    """The exit code for an outcome."""
    return _CODES[outcome]


def words_about(others: Sequence[Stand], *, journal: str) -> Iterator[str]:
    """What is told of the runs that were not resumed; of those that were never planned it was told before."""
    told = [one for one in others if one.outcome not in {"complete", "never-planned"}]
    yield from map(str, told)
    if any(one.outcome == "failed" for one in told):
        file = quote(journal)
        yield f"what failed: steppay-mock log --journal {file} --state FAIL"
        yield f"deliver it again: steppay-mock resend --journal {file} ID..."


def lines_about(others: Iterable[Stand], *, name: str) -> Iterator[Line]:
    """What reports show of runs of which the journal has no delivery any more."""
    for one in others:
        if one.outcome == "never-planned":
            yield Line(number=one.run, event="the plan", state="FAIL", answer=str(one), seconds=None, receiver=name)
