"""Django in process: which test, which receiver and which database go together. Each database has a process of its own.

The matrix is printed (``pytest -s`` shows it) and stands in docs/django.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from docs.pages import blocks_of, rows, section
from postgres import Database

pytestmark = pytest.mark.exhaustive  # slow: each run is a process of its own

KIOSK = Path(__file__).with_name("kiosk")
PLUGINS = "pytest_django.plugin", "pytest_steppay.plugin", "anyio.pytest_plugin", "frameworks.kiosk.watching"
WAYS = "one by one", "at once"
COLUMNS = {"memory": "SQLite in memory", "file": "SQLite in a file", "postgresql": "PostgreSQL"}

Outcome = tuple[str, str, str, str]
"""Frame, receiver, how it is delivered, and what came of it."""


def run(folder: Path, database: str, *cells: str, variables: dict[str, str] | None = None) -> list[Outcome]:
    """What came of the cells, in a pytest of its own whose Django project is the kiosk."""
    plugins = [f"-p{name}" for name in PLUGINS]
    outcomes = folder / "outcomes.json"
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "STEPPAY_TEST_DATABASE": database,
        "STEPPAY_TEST_FILE": str(folder / "test.sqlite3"),
        "STEPPAY_TEST_OUTCOMES": str(outcomes),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", "--import-mode=importlib", *plugins, *cells],
        cwd=KIOSK,
        env=os.environ | (variables or {}) | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "being accessed by other users" not in done.stdout, done.stdout
    return [(frame, name, way, came) for frame, name, way, came in json.loads(outcomes.read_text("utf-8"))]


def table(found: Iterable[Outcome], way: str) -> list[tuple[str, str, str]]:
    """What came of each test with each receiver; one row where the receivers do not differ."""
    cells: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for frame, name, delivered, came in found:
        if delivered == way:
            cells[frame][name].add(came)
    lines = []
    for frame, receivers in cells.items():
        told = {name: " or ".join(sorted(came)) for name, came in receivers.items()}
        alike = len(set(told.values())) == 1
        pairs = [(", ".join(sorted(told, reverse=True)), next(iter(told.values())))] if alike else list(told.items())
        lines += [(frame, name, came) for name, came in pairs]
    return sorted(lines)


def check(found: list[Outcome], database: str) -> None:
    """The page tells the same; each table has a column for each database."""
    column = 2 + list(COLUMNS).index(database)
    for way in WAYS:
        printed = table(found, way)
        print(f"\n{COLUMNS[database]}, {way}", *(" | ".join(row) for row in printed), sep="\n")  # noqa: T201
        told = rows(section("django", f"Webhooks {way}"))
        assert printed == sorted((row[0], row[1], row[column]) for row in told)


@pytest.mark.parametrize("database", ["memory", "file"])
def test_what_goes_together_on_sqlite(tmp_path: Path, database: str) -> None:
    check(run(tmp_path, database, "cells.py"), database)


@pytest.mark.postgres
def test_what_goes_together_on_postgresql(tmp_path: Path, postgres: Database) -> None:
    check(run(tmp_path, "postgresql", "cells.py", variables=postgres.environment), "postgresql")


@pytest.mark.postgres
def test_the_page_runs_and_troubles_are_told(tmp_path: Path, postgres: Database) -> None:
    run(tmp_path, "postgresql", "cells_page.py", "cells_troubles.py", variables=postgres.environment)


def test_the_code_of_the_page_is_that_of_the_kiosk() -> None:
    files = "\n".join(path.read_text(encoding="utf-8") for path in sorted(KIOSK.glob("*.py")))
    shown = [block.text for block in blocks_of("django") if block.language == "python"]
    assert len(shown) > 5
    assert [text for text in shown if text.rstrip() not in files] == []
