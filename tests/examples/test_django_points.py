"""The example in Django with an inbox table, tested by its own tests, and by some that show what it has to be like."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from examples.conftest import EXAMPLES
from postgres import Database

pytestmark = [pytest.mark.postgres, pytest.mark.exhaustive]

APP = EXAMPLES / "apps" / "django_points"


def run(postgres: Database, *tests: Path) -> str:
    """What a pytest of its own says of the tests, in the example's folder."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "pytest_django.plugin", "-p", "pytest_steppay.plugin"]
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # to load all plugins takes seconds
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "pytest.ini", *options, *tests],
        cwd=APP,
        env=os.environ | postgres.environment | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_passes_its_own_tests_and_the_frames_of_django_hide_nothing(postgres: Database) -> None:
    # In one process: most of the time goes into starting it and making the tables.
    own, ours = APP / "test_points.py", Path(__file__).with_name("django_frames.py")
    assert f"{2 + 11} passed" in run(postgres, own, ours)
