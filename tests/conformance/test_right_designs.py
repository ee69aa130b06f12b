"""Right receivers of twenty designs, in four frameworks of Python and in Node, have no finding: no alarm is false."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conformance.designs.design import Design
from conformance.designs.right import RIGHT
from node_programs import require_express
from thinning import thinned

IN_THIS_PROCESS = sorted(name for name, design in RIGHT.items() if not design.alone and not design.tools)
ALONE = sorted(name for name, design in RIGHT.items() if design.alone)
IN_NODE = sorted(name for name, design in RIGHT.items() if design.tools == "node")

SCRIPT = """
import json, pathlib, sys
from conformance.designs.right import RIGHT
card = RIGHT[sys.argv[1]].card(pathlib.Path(sys.argv[2]), **json.loads(sys.argv[3]))
print(json.dumps([card.ok, len(card.passed), [one.full_name for one in card.findings], card.report()]))
"""


def assert_right(design: Design, *, ok: bool, passed: int, findings: list[str], report: str) -> None:
    """Whether much was told, and nothing was found but what the design has for a reason."""
    assert set(findings) <= design.argued.keys(), report
    assert ok, report
    assert passed > 75, report


def check(name: str, folder: Path, **options: bool) -> None:
    """Check the receiver in this process."""
    card = RIGHT[name].card(folder, **options)
    findings = [one.full_name for one in card.findings]
    assert_right(RIGHT[name], ok=card.ok, passed=len(card.passed), findings=findings, report=card.report())


def check_alone(name: str, folder: Path, **options: bool) -> None:
    """Check the receiver in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, str(folder), json.dumps(options)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ok, passed, findings, report = json.loads(done.stdout)
    assert_right(RIGHT[name], ok=ok, passed=passed, findings=findings, report=report)


@pytest.mark.parametrize("name", thinned(IN_THIS_PROCESS, every=5))
def test_a_right_design_has_no_finding(name: str, tmp_path: Path) -> None:
    check(name, tmp_path, quick=True)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", IN_THIS_PROCESS)
def test_a_right_design_is_proved_in_every_order(name: str, tmp_path: Path) -> None:
    check(name, tmp_path)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ALONE)
def test_a_right_design_in_django_is_proved_in_every_order(name: str, tmp_path: Path) -> None:
    check_alone(name, tmp_path)


@pytest.mark.exhaustive
@pytest.mark.node
@pytest.mark.parametrize("name", IN_NODE)
def test_a_right_design_in_node_is_proved_in_every_order(
    name: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    require_express(pytestconfig)
    check(name, tmp_path)


def test_there_are_twenty_designs_in_several_frameworks() -> None:
    assert len(RIGHT) >= 20
    frameworks = {design.framework for design in RIGHT.values()}
    assert frameworks >= {"Flask", "Django", "FastAPI", "Starlette", "AWS Lambda", "Express", "Next.js"}
    assert len({design.what for design in RIGHT.values()}) == len(RIGHT)
