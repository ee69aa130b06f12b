"""Writes a scorecard as text: a table of families that one can take in at a glance, then each finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from steppay_mock.conformance.kinds import FAMILIES, SEVERITIES

if TYPE_CHECKING:
    from steppay_mock.conformance.check import CheckResult
    from steppay_mock.conformance.finding import Finding

_MARKS = {"passed": "+", "failed": "x", "skipped": "."}
_RULE = "-" * 72
_REASONS = 6  # reasons for skipped checks that the text lists


def headline(
    *, ok: bool, findings: Sequence[Finding], checks: Sequence[CheckResult], interrupted_after: int | None
) -> str:
    """The whole card in one line; ``interrupted_after`` this number of checks, if not all were made."""
    counts = Counter(one.severity for one in findings)
    told = ", ".join(f"{counts[one]} {one}" for one in SEVERITIES if counts[one])
    outcomes = Counter(one.outcome for one in checks)
    passed = f"{outcomes['passed']} of {len(checks)} checks passed"
    unknown = f", {outcomes['skipped']} could not tell" if outcomes["skipped"] else ""
    verdict = "ok" if ok else "not ok"
    if interrupted_after is not None:
        verdict = f"interrupted after {interrupted_after} of {len(checks)} checks"
    return f"{verdict}: {passed}{unknown}; findings: {told or 'none'}"


def card_text(
    *,
    receiver: str,
    headline_text: str,
    findings: Sequence[Finding],
    checks: Sequence[CheckResult],
    numbers: str,
) -> str:
    """The report."""
    lines = [f"The scorecard of {receiver}", headline_text, numbers, "", *_families(checks)]
    for number, finding in enumerate(findings, start=1):
        lines += ["", _RULE, f"{number}. {finding.report()}"]
    lines += _skipped(checks)
    return "\n".join(lines)


def _families(checks: Sequence[CheckResult]) -> list[str]:
    """One line for each family: a mark for each check (+ passed, x failed, . could not tell), and what failed."""
    lines = []
    for family in FAMILIES:
        own = [one for one in checks if one.check.family == family]
        if not own:
            continue
        marks = "".join(_MARKS[one.outcome] for one in own)
        failed = ", ".join(one.check.name for one in own if one.outcome == "failed")
        lines.append(f"  {family:<14} {marks:<20} {failed}".rstrip())
    return [*lines, "  (+ passed, x failed, . could not tell)"] if lines else []


def _skipped(checks: Sequence[CheckResult]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for one in checks:
        if one.outcome == "skipped":
            reasons.setdefault(one.judgement.why, []).append(one.check.full_name)
    if not reasons:
        return []
    lines = ["", _RULE, "What could not be told:"]
    for why, names in list(reasons.items())[:_REASONS]:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        lines.append(f"  {', '.join(names[:3])}{more}: {why}")
    if len(reasons) > _REASONS:
        lines.append(f"  ... and {len(reasons) - _REASONS} other reasons, all in the JSON data")
    return lines
