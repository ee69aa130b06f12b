"""The flaws of the zoo are found, and the right receiver has no finding, behind Flask, Django and FastAPI too."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from conformance.checked import PROVED
from conformance.zoo.members import FLAWED
from conformance.zoo.mounted import findings_in
from thinning import thinned

pytestmark = pytest.mark.usefixtures("stopped")

NAMES = ["right", *sorted(name for name, shop in FLAWED.items() if not str(shop.finding).startswith(PROVED))]
"""Those that a quick card tells: an order is the same in each framework."""
SOME = ["right", *NAMES[5::10]]
EXPECTED = {name: [] if name == "right" else [FLAWED[name].finding] for name in NAMES}


@pytest.mark.parametrize("framework", ["flask", "fastapi"])
@pytest.mark.parametrize("name", thinned(SOME, every=8))
def test_a_receiver_has_the_same_finding_behind_a_framework(name: str, framework: str) -> None:
    assert findings_in(framework, name) == EXPECTED[name]


@pytest.mark.parametrize("chosen", thinned([SOME[:2], SOME[2:]], every=2), ids=["two", "more"])
def test_a_receiver_has_the_same_finding_behind_django(chosen: list[str]) -> None:
    assert findings_in_django(chosen) == {name: EXPECTED[name] for name in chosen}


@pytest.mark.hunt  # some minutes
@pytest.mark.parametrize("framework", ["flask", "fastapi", "django"])
def test_all_receivers_have_the_same_findings_behind_a_framework(framework: str) -> None:
    if framework == "django":
        found = findings_in_django(NAMES)
    else:
        found = {name: findings_in(framework, name) for name in NAMES}
    assert found == EXPECTED


def findings_in_django(names: list[str]) -> dict[str, list[str]]:
    """The findings of these receivers, from a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "conformance.zoo.mounted", "django", *names],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found
