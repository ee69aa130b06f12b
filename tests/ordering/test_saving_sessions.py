"""What was saved comes back whatever the last delivery left: in a session, in a connection, in several at once."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ordering.test_saving import SCHEMA, dump_of
from sqlalchemy import Engine, MetaData, Table, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, registry
from sqlalchemy.pool import NullPool, StaticPool

from steppay_mock.ordering.saving.objects import saving_objects
from steppay_mock.ordering.saving.saving import saving_all
from steppay_mock.ordering.saving.sqlalchemy import saving_sqlalchemy
from steppay_mock.ordering.saving.sqlite import saving_sqlite


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    with made.begin() as connection:
        for statement in SCHEMA.split(";\n")[:3]:
            connection.exec_driver_sql(statement)
    yield made
    made.dispose()


def test_a_session_whose_last_flush_failed_comes_back(engine: Engine) -> None:
    session = Session(engine)
    saving = saving_sqlalchemy(session)
    session.execute(text("INSERT INTO customers (name) VALUES ('kim')"))
    session.commit()
    saved = saving["save"]()
    session.execute(text("DELETE FROM customers"))
    session.commit()

    class Broken:
        id = name = None

    registry().map_imperatively(Broken, Table("customers", MetaData(), autoload_with=engine))
    broken = Broken()
    broken.id = object()  # type: ignore[assignment]
    session.add(broken)
    with pytest.raises(SQLAlchemyError):
        session.flush()
    saving["restore"](saved)
    assert dump_of(engine)[0] == [(1, "kim", None)]
    session.close()


def test_what_a_session_restores_is_there_for_other_connections_too(tmp_path: Path) -> None:
    made = create_engine(f"sqlite:///{tmp_path / 'receiver.sqlite3'}", poolclass=NullPool)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mails (address TEXT)")
        connection.exec_driver_sql("INSERT INTO mails VALUES ('kim')")
    session = Session(made)
    saving = saving_sqlalchemy(session)
    saved = saving["save"]()
    session.execute(text("DELETE FROM mails"))
    saving["restore"](saved)
    assert not session.in_transaction()
    with closing(sqlite3.connect(tmp_path / "receiver.sqlite3")) as other:
        assert other.execute("SELECT address FROM mails").fetchall() == [("kim",)]
    session.close()
    made.dispose()


def test_what_a_session_has_not_flushed_is_saved_too(engine: Engine) -> None:
    class Customer:
        id = name = None

    registry().map_imperatively(Customer, Table("customers", MetaData(), autoload_with=engine))
    session = Session(engine)
    customer = Customer()
    customer.name = "kim"  # type: ignore[assignment]
    session.add(customer)
    saved = saving_sqlalchemy(session)["save"]()
    assert [row[1] for row in saved[0]] == ["kim"]
    session.close()


@pytest.mark.parametrize("within", [True, False])
def test_a_session_that_is_saved_is_in_a_transaction_only_if_it_was(engine: Engine, *, within: bool) -> None:
    session = Session(engine)
    if within:
        session.execute(text("INSERT INTO customers (name) VALUES ('kim')"))
    saved = saving_sqlalchemy(session)["save"]()
    assert session.in_transaction() is within
    assert [row[1] for row in saved[0]] == (["kim"] if within else [])
    session.rollback()
    assert dump_of(engine)[0] == []


def test_several_of_which_some_are_async_are_saved_together() -> None:
    rows: list[int] = [1]
    mails: list[str] = ["a"]

    async def save() -> list[int]:
        return list(rows)

    async def restore(saved: list[int]) -> None:
        rows[:] = saved

    async def there_and_back() -> None:
        saving = saving_all({"save": save, "restore": restore}, saving_objects(mails))
        saved = await saving["save"]()
        rows.append(2)
        mails.append("b")
        await saving["restore"](saved)

    asyncio.run(there_and_back())
    assert (rows, mails) == ([1], ["a"])


def test_a_database_without_counters_comes_back() -> None:
    made = create_engine("sqlite://", poolclass=StaticPool)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mails (address TEXT)")
    saving = saving_sqlalchemy(made)
    saved = saving["save"]()
    with made.begin() as connection:
        connection.exec_driver_sql("INSERT INTO mails VALUES ('kim')")
    after = saving["save"]()
    for wanted, rows in ((saved, []), (after, [("kim",)]), (saved, [])):
        saving["restore"](wanted)
        with made.connect() as connection:
            assert connection.execute(text("SELECT address FROM mails")).all() == rows
    made.dispose()


def test_a_database_is_written_in_haste_and_then_as_before(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "receiver.sqlite3")) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(SCHEMA)
        saving = saving_sqlite(connection)
        saved = saving["save"]()
        done: list[str] = []
        connection.set_trace_callback(done.append)
        saving["restore"](saved)
        assert [one for one in done if "synchronous =" in one] == ["PRAGMA synchronous = OFF", "PRAGMA synchronous = 1"]


if sys.version_info >= (3, 12):  # the first whose sqlite3 knows autocommit=

    def test_a_connection_that_is_always_in_a_transaction_comes_back(tmp_path: Path) -> None:
        options: Any = {"autocommit": False}
        with closing(sqlite3.connect(tmp_path / "receiver.sqlite3", **options)) as connection:
            connection.execute("CREATE TABLE mails (address TEXT)")
            connection.commit()
            saving = saving_sqlite(connection)
            saved = saving["save"]()
            connection.execute("INSERT INTO mails VALUES ('kim')")
            connection.commit()
            saving["restore"](saved)
            assert connection.execute("SELECT * FROM mails").fetchall() == []
