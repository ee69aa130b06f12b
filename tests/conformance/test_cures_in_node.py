"""The code of each cure in JavaScript: in Express and in Next.js, over PostgreSQL, it takes the finding away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psycopg
import pytest
from conformance.checked import names, no_wait
from conformance.flaws_in_javascript import FLAWS
from conformance.flaws_in_python import FlawedPart
from conformance.snippet_receivers import in_node
from node_programs import SECRET, require_express
from postgres import Database

from steppay_mock import Clock, Scorecard, check_receiver
from steppay_mock.conformance.snippet import snippet_for

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.exhaustive]


def program(part: str, handle: str, database: Database) -> str:
    """The receiver's code beside what verifies; its pool of connections is that of the test's database."""
    where = json.dumps({"host": database.host, "user": database.environment["PGUSER"], "database": database.name})
    return f'import pg from "pg";\nconst pool = new pg.Pool({where});\n{part}\n{handle}'


class PostgresRows:
    """The rows of a database, as a test sees them."""

    def __init__(self, db: psycopg.Connection[Any], tables: str) -> None:
        self.db = db
        for statement in tables.split(";"):
            self.db.execute(statement.encode())
        found = self.db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self.tables = [name for (name,) in found]

    def state(self) -> dict[str, list[Any]]:
        """All rows of all tables."""
        read = {table: self.db.execute(f"SELECT * FROM {table} ORDER BY 1".encode()) for table in self.tables}
        return {table: rows.fetchall() for table, rows in read.items()}

    def reset(self) -> None:
        for table in self.tables:
            self.db.execute(f"DELETE FROM {table}".encode())


def card_with(flaw: FlawedPart, code: str, rows: PostgresRows, framework: str, folder: Path) -> Scorecard:
    """The card of the receiver with this code."""
    options: dict[str, Any] = {"secret": SECRET, "state": rows.state, "reset": rows.reset, **flaw.options}
    with in_node(folder, framework, code) as url:
        return check_receiver(url, clock=Clock(sleep=no_wait), **options)


@pytest.mark.parametrize("framework", ["express", "nextjs"])
@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.shows)
def test_with_the_code_of_its_cure_a_flawed_receiver_is_right(
    flaw: FlawedPart, framework: str, postgres: Database, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    require_express(pytestconfig)
    code, _ = snippet_for(flaw.topic, framework)
    with psycopg.connect(postgres.dsn, autocommit=True) as db:
        rows = PostgresRows(db, flaw.tables)
        wrong = card_with(flaw, program(flaw.part, flaw.handle, postgres), rows, framework, tmp_path / "wrong")
        right = card_with(flaw, program(code, flaw.handle, postgres), rows, framework, tmp_path / "right")
    assert flaw.shows in names(wrong)
    assert code in {one.snippet for one in wrong.findings}
    assert names(right) == [], right.report()
    assert {one.check.full_name for one in wrong.failed} <= {one.check.full_name for one in right.passed}


WORK = """
const done = (client, event) => client.query("INSERT INTO points (payment) VALUES ($1)", [event.data.paymentId]);
app.post("/work", (request, response) => workOff(done).then(() => response.sendStatus(204)));
const handle = (body) => take(body).then(() => 204);
"""


def test_what_is_done_after_the_answer_is_done_once(
    postgres: Database, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    require_express(pytestconfig)
    code, _ = snippet_for("later", "express")
    tables = "CREATE TABLE received (hash text PRIMARY KEY, body text, done boolean DEFAULT false)"
    with psycopg.connect(postgres.dsn, autocommit=True) as db:
        rows = PostgresRows(db, f"{tables}; CREATE TABLE points (payment bigint)")
        with in_node(tmp_path / "receiver", "express", program(code, WORK, postgres)) as url:
            work = Request(url.replace("/webhooks/steppay", "/work"), method="POST")
            card = check_receiver(
                url,
                secret=SECRET,
                state=rows.state,
                reset=rows.reset,
                settle=lambda: urlopen(work).close(),
                types=["payment.completed"],
                only=["duplicate", "latency/within-a-second"],
                quick=True,
            )
    assert names(card) == [], card.report()
    assert {"duplicate/copy-counts-once", "latency/within-a-second"} <= {one.check.full_name for one in card.passed}
