"""Finds the causes behind failed checks: a receiver that verifies nothing fails fifteen checks, and has one mistake.

Causes are tried in their order, and a check is explained once. Each failed check that no cause explains is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable

from steppay_mock.conformance.causes import contents, courses, reading_back, verifying
from steppay_mock.conformance.causes.cause import Cause, ResultPattern
from steppay_mock.conformance.check import CheckResult
from steppay_mock.conformance.finding import Finding
from steppay_mock.conformance.kinds import SEVERITIES

CAUSES = (*verifying.CAUSES, *reading_back.CAUSES, *contents.CAUSES, *courses.CAUSES)
"""All causes, in the order in which they are tried."""


def find_findings(results: Iterable[CheckResult]) -> tuple[Finding, ...]:
    """One finding for each cause, and for each failed check without a known cause; the dearest first."""
    all_results = list(results)
    pattern = ResultPattern({one.check.full_name: one for one in all_results})
    open_results = [one for one in all_results if one.outcome == "failed"]
    findings = []
    for cause in CAUSES:
        explained = [one for one in open_results if cause.explains(one)]
        if explained and cause.shows(pattern):
            findings.append(_of_cause(cause, explained))
            open_results = [one for one in open_results if one not in explained]
    findings += [_of_check(one) for one in open_results]
    return tuple(sorted(findings, key=lambda one: one.rank))


def _of_cause(cause: Cause, explained: list[CheckResult]) -> Finding:
    gravest = min(explained, key=lambda one: SEVERITIES.index(one.severity))
    shown = next((one for one in explained if one.judgement.trace is not None), gravest)
    return Finding(
        family=cause.family,
        check=cause.name,
        severity=cause.severity or gravest.severity,
        harm=cause.harm,
        summary=f"{cause.summary} {shown.judgement.why}".strip(),
        seen=shown.judgement.why,
        cure=cause.cure,
        facts=cause.facts,
        explains=tuple(one.check.full_name for one in explained),
        trace=shown.judgement.trace,
        changes=shown.judgement.changes,
        detail=next((one.judgement.detail for one in explained if one.judgement.detail), ""),
    )


def _of_check(one: CheckResult) -> Finding:
    return Finding(
        family=one.check.family,
        check=one.check.name,
        severity=one.severity,
        harm=one.check.harm,
        summary=one.judgement.why,
        cure=one.check.cure,
        facts=one.check.facts,
        trace=one.judgement.trace,
        changes=one.judgement.changes,
        detail=one.judgement.detail,
    )
