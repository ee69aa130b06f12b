"""Makes a check, and makes it again if it fails: what fails once alone is no mistake that the check is about.

A receiver that is busy, or behind a limit of requests, refuses now this request and now that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from steppay_mock.conformance.check import CheckResult, Judgement, skipped
from steppay_mock.conformance.unlike import Unlike, has_passing
from steppay_mock.contract.catalogue import EventType

if TYPE_CHECKING:
    from steppay_mock.conformance.check import Check
    from steppay_mock.conformance.checked_receiver import CheckedReceiver
    from steppay_mock.conformance.trace import Trace

PASSING_TAG = "passing"
"""The tag of judgements in whose requests a limit, a maintenance or a proxy answered."""
_TYPES = frozenset(map(str, EventType))


def judge_surely(at: CheckedReceiver, check: Check) -> Judgement:
    """The judgement of the check: a failure only if it fails again, in the same way."""
    begin = len(at.traces)
    at.begin_check(check.full_name)
    first = check.run(at)
    seen = at.traces[begin:]
    if first.outcome == "passed" or (first.outcome == "skipped" and not has_passing(seen)) or not seen:
        return first
    for is_third in (False, True)[: 2 if _has_failure(seen) else 1]:
        if at.is_gone:
            return first
        if is_third:
            at.begin()
            at.deliver(at.event())  # what counts requests then meets another one
        begin = len(at.traces)
        at.repeat_check(check.full_name)
        again = check.run(at)
        if first.outcome == "skipped":
            return again if again.outcome == "passed" else first
        if not _is_same(first, again):
            return _unsure(at, check, first, _unlike_answers(seen, at.traces[begin:]))
    return replace(first, tags=first.tags | {PASSING_TAG}) if has_passing(seen) else first


def without_passing(at: CheckedReceiver, results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results; a failure amid answers of a limit or a proxy is none, if right webhooks got such answers too."""
    if not any(one.is_passing for one in at.unlike):
        return list(results)
    return [
        replace(
            one,
            judgement=skipped(
                "A limit of requests, a maintenance or a proxy answered in the place of the receiver.",
                one.judgement.trace,
            ),
        )
        if one.outcome == "failed" and PASSING_TAG in one.judgement.tags
        else one
        for one in results
    ]


def _unsure(at: CheckedReceiver, check: Check, first: Judgement, unlike: Unlike | None) -> Judgement:
    if check.severity != "fact":
        told = f"The check {check.full_name} failed, and did not fail in the same way when it was repeated: {first.why}"
        at.unlike.append(unlike or Unlike(told=told, trace=first.trace))
    return skipped("It failed once, and not in the same way when it was repeated.", first.trace)


def _has_failure(traces: Sequence[Trace]) -> bool:
    """Whether a request failed, as any may that comes at a bad moment."""
    return any((trace.answer.status or 500) >= 500 or trace.answer.status == 429 for trace in traces)


def _is_same(first: Judgement, again: Judgement) -> bool:
    return _kind(first) == _kind(again)


def _kind(one: Judgement) -> tuple[object, ...]:
    shown = (one.why,) if one.trace is None else (one.trace.what, one.trace.answer.status)
    return (one.outcome, one.severity, one.tags, shown)


def _unlike_answers(first: Sequence[Trace], again: Sequence[Trace]) -> Unlike | None:
    """The first of the requests whose answer has another status the second time; None if all are the same."""
    for one, other in zip(first, again, strict=False):
        if one.what != other.what:
            return None
        if one.answer.status != other.answer.status:
            return Unlike.of_answers(one, other, is_right=one.what in _TYPES)
    return None
