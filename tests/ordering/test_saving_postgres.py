"""What was saved comes back on PostgreSQL: rows of every type, and the counters of keys; also through async engines."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from ordering.test_saving import check
from postgres import Database
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from steppay_mock import SteppayMockError, explore, make_event
from steppay_mock.ordering.saving import saving_all, saving_objects, saving_sqlalchemy, saving_sqlalchemy_async

SCHEMA = """
CREATE SEQUENCE numbers START 100;
CREATE TABLE customers (id serial PRIMARY KEY, name text UNIQUE, boss integer REFERENCES customers (id));
CREATE TABLE "Pay ments" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number bigint DEFAULT nextval('numbers'),
    customer integer NOT NULL REFERENCES customers (id),
    "the amount" numeric(19, 4),
    doubled numeric GENERATED ALWAYS AS ("the amount" * 2) STORED,
    facts jsonb,
    raw json,
    tags text[],
    bytes bytea,
    at timestamptz,
    ratio double precision
);
CREATE TABLE other (id serial PRIMARY KEY);
"""
DUMP = (
    "SELECT CAST(t AS text) FROM customers t ORDER BY 1",
    'SELECT CAST(t AS text) FROM "Pay ments" t ORDER BY 1',
    "SELECT last_value, is_called FROM customers_id_seq",
    "SELECT last_value, is_called FROM numbers",
    """SELECT last_value, is_called FROM "Pay ments_id_seq" """,
)


def statements(random: Random) -> list[str]:
    """Something is done to the tables: rows come, go, and refer to others."""
    what = random.choice(["add", "add", "add", "remove", "refer"])
    if what == "add":
        facts = random.choice(
            ["NULL", "'null'", """'{"a": "it''s \\"quoted\\", (yes)", "n": 1234567890123456789.5}'"""]
        )
        values = f"{random.random():.4f}, {facts}, {facts}, '{{a,NULL,\"b,c\"}}', '\\xff00', now(), {random.random()!r}"
        columns = 'customer, "the amount", facts, raw, tags, bytes, at, ratio'
        return [
            f"INSERT INTO customers (name) VALUES ('{random.random()}')",
            f'INSERT INTO "Pay ments" ({columns}) SELECT max(id), {values} FROM customers',
        ]
    if what == "remove":
        return [
            'DELETE FROM "Pay ments" WHERE customer = (SELECT max(id) FROM customers)',
            "UPDATE customers SET boss = NULL",
            "DELETE FROM customers WHERE id = (SELECT max(id) FROM customers)",
        ]
    return ["UPDATE customers SET boss = (SELECT max(id) FROM customers)"]


def change(connection: Connection, random: Random) -> None:
    for statement in statements(random):
        connection.exec_driver_sql(statement)


def read(connection: Connection) -> list[Any]:
    return [list(map(tuple, connection.exec_driver_sql(query))) for query in DUMP]


@pytest.fixture
def engine(postgres: Database) -> Iterator[Engine]:
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute(SCHEMA)
    made = create_engine(postgres.url("postgresql+psycopg"))
    yield made
    made.dispose()


def check_engine(engine: Engine, **options: Any) -> None:
    def commit(random: Random) -> None:
        with engine.begin() as connection:
            change(connection, random)

    def look() -> list[Any]:
        with engine.connect() as connection:
            return read(connection)

    check(saving_sqlalchemy(engine, **options), commit, look)


@pytest.mark.postgres
def test_an_engine_of_postgres_comes_back_with_its_sequences(engine: Engine) -> None:
    check_engine(engine)


@pytest.mark.postgres
def test_who_is_no_superuser_saves_as_well(engine: Engine, postgres: Database) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS plain")
        connection.exec_driver_sql("CREATE ROLE plain LOGIN")
        for table in ("customers", '"Pay ments"', "other"):
            connection.exec_driver_sql(f"ALTER TABLE {table} OWNER TO plain")
        connection.exec_driver_sql("ALTER SEQUENCE numbers OWNER TO plain")
    plain = create_engine(postgres.url("postgresql+psycopg").replace("steppay@", "plain@"))
    check_engine(plain)
    plain.dispose()
    with engine.begin() as connection:
        connection.exec_driver_sql("REASSIGN OWNED BY plain TO steppay")
        connection.exec_driver_sql("DROP ROLE plain")


@pytest.mark.postgres
def test_a_counter_goes_back_only_with_its_table(engine: Engine) -> None:
    from sqlalchemy import MetaData

    metadata = MetaData()
    metadata.reflect(engine, only=["customers"])
    saving = saving_sqlalchemy(engine, metadata)
    saved = saving["save"]()
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO customers (name) VALUES ('kim')")
        connection.exec_driver_sql("INSERT INTO other DEFAULT VALUES")
    saving["restore"](saved)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO customers (name) VALUES ('kim')")
        connection.exec_driver_sql("INSERT INTO other DEFAULT VALUES")
        assert connection.execute(text("SELECT id FROM customers")).scalars().all() == [1]
        assert connection.execute(text("SELECT id FROM other")).scalars().all() == [1, 2]


@pytest.mark.postgres
def test_triggers_do_not_fire_while_rows_come_back(engine: Engine) -> None:
    body = "$$ BEGIN INSERT INTO audit VALUES (NEW.name); RETURN NEW; END $$"
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE audit (name text)",
            f"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS {body}",
            "CREATE TRIGGER noted AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION note()",
            "INSERT INTO customers (name) VALUES ('kim')",
        ):
            connection.exec_driver_sql(statement)
    saving = saving_sqlalchemy(engine)
    saving["restore"](saving["save"]())
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 1
        connection.exec_driver_sql("INSERT INTO customers (name) VALUES ('lee')")
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 2


def check_async(url: str, begin: list[str], dump: list[str], insert: str) -> None:
    """Go back to each of some states through an async engine, whose pool stays open, in one event loop."""

    async def work() -> None:
        engine = create_async_engine(url)

        async def execute(statement: str) -> Any:
            async with engine.begin() as connection:
                done = await connection.exec_driver_sql(statement)
                return done.all() if done.returns_rows else None

        for statement in begin:
            await execute(statement)
        saving = saving_sqlalchemy_async(engine)
        states = []
        for _ in range(4):
            states.append((await saving["save"](), [await execute(query) for query in dump]))
            await execute(insert)
        assert len({repr(seen) for _, seen in states}) == 4
        for saved, seen in states[::-1] + states:
            await saving["restore"](saved)
            assert [await execute(query) for query in dump] == seen
            await execute(insert)
        await engine.dispose()

    asyncio.run(work())


@pytest.mark.postgres
def test_an_async_engine_of_asyncpg_comes_back(postgres: Database) -> None:
    begin = [statement for statement in SCHEMA.split(";\n") if statement.strip()]
    facts = json.dumps({"a": [1, None], "b": "it's"}).replace("'", "''")
    insert = (
        "WITH one AS (INSERT INTO customers (name) SELECT CAST(count(*) AS text) FROM customers RETURNING id) "
        'INSERT INTO "Pay ments" (customer, facts, raw, tags, at) '
        f"SELECT id, '{facts}', 'null', '{{a}}', now() FROM one"
    )
    check_async(postgres.url("postgresql+asyncpg"), begin, list(DUMP), insert)


def test_an_async_engine_of_sqlite_comes_back(tmp_path: Path) -> None:
    begin = ["CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)"]
    dump = ["SELECT * FROM customers ORDER BY id", "SELECT * FROM sqlite_sequence"]
    check_async(f"sqlite+aiosqlite:///{tmp_path}/a.sqlite3", begin, dump, "INSERT INTO customers (name) VALUES ('kim')")


def test_an_app_with_an_async_engine_is_explored_beside_a_list(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/b.sqlite3")
    mails: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.exec_driver_sql("CREATE TABLE payments (id INTEGER PRIMARY KEY, status TEXT)")
        yield
        await engine.dispose()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            async with lifespan():
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        webhook = json.loads((await receive())["body"])
        async with engine.begin() as connection:
            row = {"id": webhook["data"]["paymentId"], "status": webhook["data"]["status"]}
            done = await connection.execute(
                text("INSERT INTO payments VALUES (:id, :status) ON CONFLICT (id) DO NOTHING"), row
            )
        if done.rowcount:
            mails.append(row["status"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def state() -> list[Any]:
        async with engine.connect() as connection:
            return list((await connection.execute(text("SELECT * FROM payments ORDER BY id"))).all())

    saving = saving_all(saving_sqlalchemy_async(engine), saving_objects(mails))
    events = [make_event("payment.completed", seed=7, data={"paymentId": number}) for number in (1, 2, 3)]
    result = explore(events, app, state=state, effects=lambda: list(mails), seed=7, **saving)
    assert result.verdict == "proved", result.report()


def test_what_is_synchronous_and_what_is_not_have_savers_of_their_own() -> None:
    other: AsyncEngine = create_async_engine("sqlite+aiosqlite://")
    with pytest.raises(SteppayMockError, match=r"cannot use a AsyncEngine.*there is saving_sqlalchemy_async\(\)\."):
        saving_sqlalchemy(other)["save"]()  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match=r"cannot use a Engine\. .*there is saving_sqlalchemy\(\)\."):
        saving_sqlalchemy_async(create_engine("sqlite://"))  # type: ignore[arg-type]


@pytest.mark.postgres
@pytest.mark.exhaustive
def test_django_comes_back_on_postgres_within_a_transaction_and_without(postgres: Database) -> None:
    script = Path(__file__).with_name("django_project.py")
    done = subprocess.run(
        [sys.executable, script],
        env=os.environ | postgres.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
