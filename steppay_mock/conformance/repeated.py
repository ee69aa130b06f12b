"""Makes a check, and makes it again if it fails: what fails once alone is no mistake that the check is about.

A receiver that is busy, or behind a limit of requests, refuses now this request and now that one. So a run counts for
itself only if nothing failed in it; a receiver that always fails at one place does so in each run. Where no state can
be put back, the same events would be copies: a run is made again only if something failed in it, with events of another
second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import CheckResult, Judgement, skipped
from steppay_mock.conformance.unlike import Unlike, has_passing
from steppay_mock.contract.catalogue import EventType

if TYPE_CHECKING:
    from steppay_mock.conformance.check import Check
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace

PASSING_TAG = "passing"
"""The tag of judgements amid whose requests a limit, a maintenance or a proxy answered."""
_MOST = 5  # runs of a check
_ALL_FAILING = 3  # runs in each of which something failed
_TYPES = frozenset(map(str, EventType))


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One run of a check: its judgement, and the requests that it took."""

    judgement: Judgement
    traces: tuple[Trace, ...]

    @property
    def is_clean(self) -> bool:
        """Whether no request failed, as any may that comes at a bad moment."""
        return not any((one.answer.status or 500) >= 500 or one.answer.status == 429 for one in self.traces)

    @property
    def statuses(self) -> tuple[int | None, ...]:
        """The statuses of all answers: what fails now and then fails at another place in another run."""
        return tuple(one.answer.status for one in self.traces)

    @property
    def kind(self) -> tuple[object, ...]:
        """What is equal in two runs that ended in the same way."""
        one = self.judgement
        told = (one.outcome, one.severity, one.tags)
        if one.trace is None:
            return (*told, one.why)
        return (*told, one.trace.what, one.trace.answer.status)


def judge_surely(at: CheckedReceiver, check: Check) -> Judgement:
    """The judgement of the check: a failure only if it fails again, in the same way."""
    at.begin_check(check.full_name)
    runs = [_run(at, check)]
    first = runs[0]
    if first.judgement.outcome == "passed" or not first.traces:
        return first.judgement
    if first.is_clean and (first.judgement.outcome == "skipped" or not at.can_reset):
        return first.judgement
    while (found := _verdict(runs)) is None and not at.is_gone:
        if len(runs) > 1:
            at.begin()
            at.deliver(at.event())  # what counts requests then meets another one
        at.repeat_check(check.full_name)
        runs.append(_run(at, check))
    if check.severity != "fact" and (unlike := _unlike(check, runs)) is not None:
        at.unlike.append(unlike)
    return found or first.judgement


def without_passing(at: CheckedReceiver, results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results; a failure amid answers of a limit or a proxy is none, if right webhooks got such answers too."""
    if not any(one.is_passing for one in at.unlike):
        return list(results)
    why = "A limit of requests, a maintenance or a proxy answered in the place of the receiver."
    return [
        replace(one, judgement=skipped(why, one.judgement.trace))
        if one.outcome == "failed" and PASSING_TAG in one.judgement.tags
        else one
        for one in results
    ]


def _run(at: CheckedReceiver, check: Check) -> CheckRun:
    begin = len(at.traces)
    judgement = check.run(at)
    return CheckRun(judgement, tuple(at.traces[begin:]))


def _verdict(runs: Sequence[CheckRun]) -> Judgement | None:
    """What the runs say; None if another one is needed."""
    first, clean = runs[0], [one for one in runs if one.is_clean]
    twice = next((one for place, one in enumerate(clean) if one.kind in [other.kind for other in clean[:place]]), None)
    if twice is not None and twice.judgement.outcome == "failed":
        return twice.judgement
    right = next((one.judgement for one in clean if one.judgement.outcome != "failed"), None)
    if right is not None:
        return right if first.judgement.outcome == "skipped" else _unsure(first)
    if not clean and len(runs) == _ALL_FAILING:
        return _always(runs) if len({(one.kind, one.statuses) for one in runs}) == 1 else _unsure(first)
    return _unsure(first) if len(clean) > 1 or len(runs) == _MOST else None


def _always(runs: Sequence[CheckRun]) -> Judgement:
    """The judgement of runs that all failed in the same way."""
    judgement = runs[0].judgement
    if any(has_passing(one.traces) for one in runs):
        return replace(judgement, tags=judgement.tags | {PASSING_TAG})
    return judgement


def _unsure(first: CheckRun) -> Judgement:
    return skipped("It failed once, and not in the same way when it was repeated.", first.judgement.trace)


def _unlike(check: Check, runs: Sequence[CheckRun]) -> Unlike | None:
    """What was unlike in the runs; None if they all ended in the same way."""
    first = runs[0]
    other = next((one for one in runs if (one.kind, one.statuses) != (first.kind, first.statuses)), None)
    if other is None:
        return None
    for one, again in zip(first.traces, other.traces, strict=False):
        if one.what != again.what:
            break
        if one.answer.status != again.answer.status:
            return Unlike.of_answers(one, again, is_right=one.what in _TYPES)
    name, why = check.full_name, first.judgement.why
    told = f"The check {name} did not end in the same way when it was repeated. At first: {why}"
    return Unlike(told=told, trace=first.judgement.trace)
