"""A pytest plugin that writes how many seconds each test took, and shields coverage.py from what tests replace."""

import json
import os
import sqlite3
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from coverage import sqlitedb

# A test that lets sqlite3.connect fail would let coverage.py fail too, which opens its file anew after each test.
setattr(sqlitedb, "sqlite3", SimpleNamespace(**vars(sqlite3)))  # noqa: B010 - which a type checker takes for a module

seconds: dict[str, float] = defaultdict(float)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add a phase of a test, set-up and tear-down included."""
    seconds[report.nodeid] += report.duration


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the sums to the file of MUTANTS_DURATIONS, in the process that gathers the reports of all workers."""
    if not hasattr(session.config, "workerinput"):
        Path(os.environ["MUTANTS_DURATIONS"]).write_text(json.dumps(seconds), encoding="utf-8")
