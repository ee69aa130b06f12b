"""The code of each cure in Python: a receiver with the flaw has the finding, and with the code in its place none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conformance.checked import names, no_wait
from conformance.flaws_in_python import FLAWS, SUBSCRIPTIONS, FlawedPart
from conformance.snippet_receivers import APPS, flask_app
from node_programs import SECRET
from postgres import Database
from sqlalchemy import BigInteger, NullPool, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from steppay_mock import Clock, Scorecard, check_receiver
from steppay_mock.conformance.snippet import snippet_for


class Rows:
    """A database on disk: each request has a connection of its own."""

    def __init__(self, file: Path, tables: str) -> None:
        self.file = file
        with self.connect() as db:
            db.executescript(f"PRAGMA journal_mode = WAL; {tables}")
            self.tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.file)
        try:
            db.execute("PRAGMA synchronous = OFF")
            yield db
        finally:
            db.close()

    def state(self) -> dict[str, list[Any]]:
        """All rows of all tables."""
        with self.connect() as db:
            return {table: sorted(db.execute(f"SELECT * FROM {table}")) for table in self.tables}

    def reset(self) -> None:
        with self.connect() as db, db:
            for table in self.tables:
                db.execute(f"DELETE FROM {table}")


READ_BY_PYDANTIC = """
def read(event):
    payment = Payment.model_validate(event["data"])
    row = {"id": payment.paymentId, "status": payment.status, "is_paid": payment.status == "COMPLETE"}
    return {**row, "email": payment.payer and payment.payer.email or None, "amount": payment.paidAmount or 0}
"""


def program(part: str, handle: str) -> dict[str, Any]:
    """The names of a receiver that is made of these."""
    namespace: dict[str, Any] = {"__name__": "receiver", "json": json, "SUBSCRIPTIONS": SUBSCRIPTIONS}
    for code in (part, READ_BY_PYDANTIC if "BaseModel" in part else "", handle):
        exec(compile(code, "receiver", "exec", dont_inherit=True), namespace)
    return namespace


def card_with(flaw: FlawedPart, part: str, framework: str, folder: Path) -> Scorecard:
    """The card of the receiver in which this part is in its place."""
    folder.mkdir()
    rows = Rows(folder / "rows.sqlite3", flaw.tables)
    handle = program(part, flaw.handle)["handle"]
    app = APPS[framework](lambda body: handle(rows.connect, body))
    return check_receiver(
        app,
        secret=SECRET,
        state=rows.state,
        reset=rows.reset,
        clock=Clock(sleep=no_wait),
        **flaw.options,
    )


def cases() -> Iterator[Any]:
    """Each flaw in Flask; in FastAPI too, and the searches through orders, where there is time."""
    for flaw in FLAWS:
        for framework in APPS:
            long = flaw.topic == "order" or (framework == "fastapi" and flaw.topic != "reading")
            marks = [pytest.mark.exhaustive] if long else []
            yield pytest.param(flaw, framework, id=f"{flaw.shows}-{framework}", marks=marks)


@pytest.mark.parametrize(("flaw", "framework"), [*cases()])
def test_with_the_code_of_its_cure_a_flawed_receiver_is_right(flaw: FlawedPart, framework: str, tmp_path: Path) -> None:
    wrong = card_with(flaw, flaw.part, framework, tmp_path / "wrong")
    assert flaw.shows in names(wrong)
    code, _ = snippet_for(flaw.topic, framework)
    assert code in {one.snippet for one in wrong.findings}
    right = card_with(flaw, code, framework, tmp_path / "right")
    assert names(right) == [], right.report()
    assert {one.check.full_name for one in wrong.failed} <= {one.check.full_name for one in right.passed}


IDS_IN_32_BITS = """
class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str | None]
"""


def card_of_ids(code: str, postgres: Database) -> Scorecard:
    """The card of a receiver with this model of SQLAlchemy."""

    class Base(DeclarativeBase):
        pass

    namespace: dict[str, Any] = {"Base": Base, "Mapped": Mapped, "mapped_column": mapped_column}
    exec(compile(code, "model", "exec", dont_inherit=True), {**namespace, "BigInteger": BigInteger}, namespace)
    model = namespace["Payment"]
    engine = create_engine(postgres.url("postgresql+psycopg"), poolclass=NullPool)
    Base.metadata.create_all(engine)

    def handle(body: bytes) -> int:
        payment = json.loads(body)["data"]
        with Session(engine) as session, session.begin():
            session.merge(model(id=payment["paymentId"], order_id=payment.get("orderId")))
        return 204

    def state() -> list[Any]:
        with engine.connect() as db:
            return [tuple(row) for row in db.execute(text("SELECT * FROM payments ORDER BY id"))]

    def reset() -> None:
        with engine.begin() as db:
            db.execute(text("DELETE FROM payments"))

    types, clock = ["payment.completed"], Clock(sleep=no_wait)
    card = check_receiver(
        flask_app(handle), secret=SECRET, state=state, reset=reset, types=types, clock=clock, only="big-id", quick=True
    )
    Base.metadata.drop_all(engine)
    return card


@pytest.mark.postgres
def test_with_a_column_of_64_bits_ids_are_right(postgres: Database) -> None:
    code, _ = snippet_for("ids", "flask")
    wrong, right = card_of_ids(IDS_IN_32_BITS, postgres), card_of_ids(code, postgres)
    assert [(one.full_name, one.snippet) for one in wrong.findings] == [("big-id/keeps-ids-in-32-bits", code)]
    assert names(right) == [], right.report()
    assert len(right.passed) == 6


def test_what_is_done_after_the_answer_is_done_once(tmp_path: Path) -> None:
    done: list[str] = []
    rows = Rows(
        tmp_path / "rows.sqlite3", "CREATE TABLE received (hash TEXT PRIMARY KEY, body TEXT, done INTEGER DEFAULT 0)"
    )
    later = program(snippet_for("later", "flask")[0], "")

    def handle(body: bytes) -> int:
        with rows.connect() as db:
            later["take"](db, body)
        return 204

    def work() -> None:
        with rows.connect() as db:
            later["work_off"](db, lambda _db, event: done.append(f"{event['event']} {event['data']['paymentId']}"))

    def reset() -> None:
        rows.reset()
        done.clear()

    card = check_receiver(
        flask_app(handle),
        secret=SECRET,
        state=rows.state,
        effects=lambda: list(done),
        reset=reset,
        settle=work,
        clock=Clock(sleep=no_wait),
        types=["payment.completed"],
        only=["duplicate", "latency/within-a-second"],
        quick=True,
    )
    assert names(card) == [], card.report()
    assert {"duplicate/copy-counts-once", "latency/within-a-second"} <= {one.check.full_name for one in card.passed}
