"""The tests' own PostgreSQL is there, and an empty database each."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest
from postgres import Database

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.postgres
@pytest.mark.parametrize("time", [1, 2])
def test_each_test_has_an_empty_database(postgres: Database, time: int) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute("CREATE TABLE things (id integer)")
        connection.execute("INSERT INTO things VALUES (%s)", [time])
        assert connection.execute("SELECT * FROM things").fetchall() == [(time,)]


@pytest.mark.postgres
def test_the_server_listens_on_no_port(postgres: Database) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


@pytest.mark.parametrize("required", [True, False])
def test_where_postgres_is_missing_its_tests_are_skipped_or_fail_if_all_tools_are_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *, required: bool
) -> None:
    for name in ("conftest", "postgres"):
        shutil.copy(TESTS / f"{name}.py", pytester.path)
    pytester.makeini("[pytest]\nmarkers = postgres")
    pytester.makepyfile("import pytest\n@pytest.mark.postgres\ndef test_one(postgres): pass")
    monkeypatch.setattr("postgres._programs", lambda: None)
    # Plugins that are imported in there are forgotten after it, and so is half of what they have imported.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_inprocess("-rs", *["--require-tools"][: int(required)])
    if required:
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            ["*PostgreSQL is not installed: apt-get install postgresql", "*allows no skip here*"]
        )
    else:
        result.assert_outcomes(skipped=1)
