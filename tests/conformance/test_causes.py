"""The results that are kept for each flaw of the zoo have the findings that are kept with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from conformance.kept import TEXTS, finding_line, results_of
from conformance.zoo.members import FLAWED

from steppay_mock.conformance.causes import contents, courses, verifying
from steppay_mock.conformance.causes.find import find_findings

PATTERNS = sorted((TEXTS / "patterns").glob("*.txt"))
ELSEWHERE = {"allows-too-little-time"}
"""Causes of which test_attacked.py has the receiver."""


def findings_kept(pattern: str) -> list[str]:
    """The lines of findings: those before the first that tells of a check."""
    return [line for line in pattern.splitlines() if ", explains " in line and not line.startswith("failed ")]


def test_each_flaw_of_the_zoo_has_its_kept_results() -> None:
    assert {one.stem for one in PATTERNS} == set(FLAWED), (
        "write them: UPDATE_REPORTS=1, over tests/conformance/test_zoo.py"
    )


@pytest.mark.parametrize("file", PATTERNS, ids=lambda one: one.stem)
def test_kept_results_have_the_kept_findings(file: Path) -> None:
    pattern = file.read_text(encoding="utf-8")
    kept = findings_kept(pattern)
    if kept[0].startswith("control/"):
        assert "failed " not in pattern, "the control ends all checks"
        return
    assert [finding_line(one) for one in find_findings(results_of(pattern))] == kept


def test_each_cause_is_that_of_a_flaw() -> None:
    names = {f"{one.family}/{one.name}" for room in (contents, courses, verifying) for one in room.CAUSES}
    kept = {findings_kept(one.read_text(encoding="utf-8"))[0].partition(":")[0] for one in PATTERNS}
    assert {one.partition("/")[2] for one in names - kept} <= ELSEWHERE
