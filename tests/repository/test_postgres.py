"""The tests' own PostgreSQL is there, and an empty database each."""

from __future__ import annotations

import psycopg
import pytest
from postgres import Database

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_has_an_empty_database(postgres: Database, time: int) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute("CREATE TABLE things (id integer)")
        connection.execute("INSERT INTO things VALUES (%s)", [time])
        assert connection.execute("SELECT * FROM things").fetchall() == [(time,)]


def test_the_server_listens_on_no_port(postgres: Database) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
