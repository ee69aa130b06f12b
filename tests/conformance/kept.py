"""Texts that are kept beside the tests: after a change that was meant, UPDATE_REPORTS=1 writes them anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from steppay_mock import Finding
from steppay_mock.conformance.catalogue import CHECKS
from steppay_mock.conformance.check import PASSED, CheckResult, failed, skipped

TEXTS = Path(__file__).parent / "texts"


_FAILED = re.compile(r"failed (?P<name>\S+) \((?P<severity>\w+)(?P<tags>[^)]*)\): (?P<why>.*)")


def finding_line(one: Finding) -> str:
    """A finding: its name, what it costs, its facts, and the checks that it explains."""
    facts = ", ".join(map(str, one.facts))
    return f"{one.full_name}: {one.severity}, {one.harm}, facts {facts}, explains {' '.join(one.explains) or 'none'}"


def failed_line(one: CheckResult) -> str:
    """A failed check, with what it saw: its tags, of which causes are found."""
    return (
        f"failed {one.check.full_name} ({' '.join([one.severity, *sorted(one.judgement.tags)])}): {one.judgement.why}"
    )


def results_of(pattern: str) -> list[CheckResult]:
    """The results of all checks as a kept pattern has them; checks that need an API have none."""
    found = {match["name"]: match for match in map(_FAILED.fullmatch, pattern.splitlines()) if match}
    left_out = {line.removeprefix("skipped ") for line in pattern.splitlines() if line.startswith("skipped ")}
    results = []
    for check in CHECKS:
        judgement = skipped("It is kept so.") if check.full_name in left_out else PASSED
        if (match := found.get(check.full_name)) is not None:
            judgement = failed(match["why"], severity=match["severity"], tags=tuple(match["tags"].split()))  # type: ignore[arg-type]
        if check.family != "read-back":
            results.append(CheckResult(check=check, judgement=judgement))
    return results


def compare(name: str, text: str) -> None:
    """Hold the text against the kept file of this name."""
    file = TEXTS / name
    if os.environ.get("UPDATE_REPORTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == file.read_text(encoding="utf-8")
