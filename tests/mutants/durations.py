"""A pytest plugin that writes the seconds of each test that passed, and shields coverage.py from what tests replace."""

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
failed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add a phase of a test, set-up and tear-down included."""
    seconds[report.nodeid] += report.duration
    if report.failed:
        failed.add(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the sums to the file of MUTANTS_DURATIONS, in the process that gathers the reports of all workers."""
    if not hasattr(session.config, "workerinput"):
        # Where a test stops the clock a phase may seem to take years, or less than nothing: the sum is right.
        passed = {test: round(max(spent, 0), 4) for test, spent in seconds.items() if test not in failed}
        Path(os.environ["MUTANTS_DURATIONS"]).write_text(json.dumps(passed), encoding="utf-8")
