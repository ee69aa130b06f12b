"""What was saved comes back as it was: in any order, as often as one likes, wherever the receiver keeps its state."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.pool import StaticPool

from steppay_mock import SteppayMockError
from steppay_mock.ordering.saving.objects import saving_objects
from steppay_mock.ordering.saving.saving import Saving, saving_all
from steppay_mock.ordering.saving.sqlalchemy import saving_sqlalchemy
from steppay_mock.ordering.saving.sqlite import saving_sqlite

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, boss INTEGER REFERENCES customers (id));
CREATE TABLE payments (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id), amount NUMERIC, doubled AS (amount * 2)
);
CREATE INDEX amounts ON payments (amount);
"""
DUMP = ("SELECT * FROM customers ORDER BY id", "SELECT * FROM payments ORDER BY id", "SELECT * FROM sqlite_sequence")


def change(execute: Callable[[str], Any], random: Random) -> None:
    """Do something to the tables: rows come, go, and point at each other, also at later ones."""
    what = random.choice(["add", "add", "add", "remove", "point"])
    if what == "add":
        execute(f"INSERT INTO customers (name) VALUES ('{random.random()}')")
        execute("INSERT INTO payments (customer, amount) SELECT max(id), 9.5 FROM customers")
    elif what == "remove":
        execute("DELETE FROM payments WHERE customer = (SELECT max(id) FROM customers)")
        execute("UPDATE customers SET boss = NULL")
        execute("DELETE FROM customers WHERE id = (SELECT max(id) FROM customers)")
    else:
        execute("UPDATE customers SET boss = (SELECT max(id) FROM customers)")


def check(saving: Saving, change: Callable[[Random], None], read: Callable[[], Any]) -> None:
    """Go through many states, then back to each of them, in an order of chance, more than once."""
    random = Random(7)
    states = []
    for _ in range(12):
        states.append((saving["save"](), read()))
        change(random)
    assert len({repr(seen) for _, seen in states}) > 8
    for saved, seen in random.sample(states, 12) + random.sample(states, 12):
        saving["restore"](saved)
        assert read() == seen
        change(random)


@pytest.fixture(params=["memory", "rollback", "wal"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = ":memory:" if request.param == "memory" else str(tmp_path / "a receiver's #1.sqlite3")
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        if request.param == "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(SCHEMA)
        yield connection


def dump(connection: sqlite3.Connection) -> list[Any]:
    return [connection.execute(query).fetchall() for query in DUMP]


def test_an_sqlite_connection_comes_back(database: sqlite3.Connection) -> None:
    def commit(random: Random) -> None:
        with database:
            change(database.execute, random)

    def settings() -> list[Any]:
        return [database.execute(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "synchronous")]

    before = settings()
    check(saving_sqlite(database), commit, lambda: dump(database))
    assert settings() == before
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("database", ["rollback", "wal"], indirect=True)
def test_an_sqlite_file_comes_back_for_all_who_have_it_open(database: sqlite3.Connection) -> None:
    path = database.execute("PRAGMA database_list").fetchone()[2]

    def commit(random: Random) -> None:
        with database:
            change(database.execute, random)

    check(saving_sqlite(Path(path)), commit, lambda: dump(database))


def test_what_was_not_committed_is_saved_and_a_transaction_is_ended_by_restoring(database: sqlite3.Connection) -> None:
    saving = saving_sqlite(database)
    database.execute("INSERT INTO customers (name) VALUES ('kim')")
    saved = saving["save"]()
    database.execute("INSERT INTO customers (name) VALUES ('lee')")
    saving["restore"](saved)
    assert not database.in_transaction
    assert database.execute("SELECT name FROM customers").fetchall() == [("kim",)]


def test_a_database_with_nothing_in_it_comes_back() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        saving = saving_sqlite(connection)
        empty = saving["save"]()
        connection.executescript(SCHEMA)
        saving["restore"](empty)
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []


def test_saved_databases_share_the_pages_that_are_the_same(database: sqlite3.Connection) -> None:
    saving = saving_sqlite(database)
    one = saving["save"]()
    with database:
        database.execute("INSERT INTO customers (name) VALUES ('kim')")
    other = saving["save"]()
    assert len(one) == len(other) > 4
    assert {len(page) for page in one} == {4_096}
    assert sum(there is here for there, here in zip(one, other, strict=True)) >= 2


def test_a_database_whose_rows_are_being_read_is_an_error(database: sqlite3.Connection) -> None:
    saving = saving_sqlite(database)
    with database:
        database.execute("INSERT INTO customers (name) VALUES ('kim'), ('lee')")
    saved = saving["save"]()
    reading = database.execute("SELECT id FROM customers")
    reading.fetchone()
    with pytest.raises(SteppayMockError, match=r"cannot be restored: .* in use\. .*fetch all rows of each result\."):
        saving["restore"](saved)
    reading.close()
    saving["restore"](saved)


def test_a_database_that_somebody_locked_is_an_error_and_not_an_endless_wait(tmp_path: Path) -> None:
    path = tmp_path / "receiver.sqlite3"
    with closing(sqlite3.connect(path, timeout=0)) as connection, closing(sqlite3.connect(path)) as other:
        connection.executescript(SCHEMA)
        saving = saving_sqlite(connection)
        saved = saving["save"]()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            SteppayMockError, match=r"cannot be restored: .* locked\. Let the receiver and the probe end"
        ):
            saving["restore"](saved)
        other.rollback()
        saving["restore"](saved)


@pytest.mark.parametrize("wrong", [":memory:", None, create_engine("sqlite://")])
def test_what_is_no_sqlite_database_is_refused(wrong: Any) -> None:
    with pytest.raises(SteppayMockError, match="needs the path of a file, or the receiver's connection"):
        saving_sqlite(wrong)["save"]()


def test_a_file_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite3"
    with pytest.raises(SteppayMockError, match=r"There is no database in '.*none\.sqlite3'.*Let the receiver make it"):
        saving_sqlite(path)["save"]()
    assert not path.exists()


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(made, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys = ON"))
    with made.begin() as connection:
        for statement in SCHEMA.split(";\n")[:3]:
            connection.exec_driver_sql(statement)
    yield made
    made.dispose()


def dump_of(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [connection.execute(text(query)).all() for query in DUMP]


def test_an_engine_of_sqlalchemy_comes_back(engine: Engine) -> None:
    def commit(random: Random) -> None:
        with engine.begin() as connection:
            change(lambda sql: connection.execute(text(sql)), random)

    check(saving_sqlalchemy(engine), commit, lambda: dump_of(engine))


def test_only_the_tables_that_were_chosen_come_back(engine: Engine) -> None:
    metadata = MetaData()
    metadata.reflect(engine, only=["customers"])
    saving = saving_sqlalchemy(engine, metadata)
    saved = saving["save"]()
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(text("INSERT INTO customers (name) VALUES ('kim')"))
        connection.execute(text("CREATE TABLE mails (address TEXT)"))
        connection.execute(text("INSERT INTO mails VALUES ('kim')"))
    saving["restore"](saved)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM customers")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM mails")).scalar() == 1


@pytest.mark.parametrize("outer", [True, False], ids=["in a transaction", "by itself"])
def test_a_connection_of_sqlalchemy_comes_back_and_stays_in_its_transaction(engine: Engine, *, outer: bool) -> None:
    with engine.connect() as connection:
        transaction = connection.begin() if outer else None

        def act(random: Random) -> None:
            change(lambda sql: connection.execute(text(sql)), random)
            if transaction is None:
                connection.commit()

        def read() -> list[Any]:
            found = [connection.execute(text(query)).all() for query in DUMP]
            if transaction is None:
                connection.rollback()
            return found

        check(saving_sqlalchemy(connection), act, read)
        assert connection.in_transaction() is outer
        if transaction is not None:
            transaction.rollback()
            assert connection.execute(text("SELECT count(*) FROM customers")).scalar() == 0


@pytest.mark.parametrize("scoped", [True, False])
def test_a_session_comes_back_and_what_it_restored_outlives_a_rollback(engine: Engine, *, scoped: bool) -> None:
    session: Any = scoped_session(sessionmaker(engine)) if scoped else Session(engine)

    def commit(random: Random) -> None:
        session.rollback()
        change(lambda sql: session.execute(text(sql)), random)
        session.commit()

    check(saving_sqlalchemy(session), commit, lambda: dump_of(engine))
    session.close()


def test_a_session_within_the_transaction_of_a_test_leaves_that_to_the_test(engine: Engine) -> None:
    with engine.connect() as connection:
        # Without this, the driver of SQLite begins by itself, and too late for a savepoint.
        connection.exec_driver_sql("BEGIN")
        session = Session(connection, join_transaction_mode="create_savepoint")

        def commit(random: Random) -> None:
            session.rollback()
            change(lambda sql: session.execute(text(sql)), random)
            session.commit()

        check(saving_sqlalchemy(session), commit, lambda: [connection.execute(text(query)).all() for query in DUMP])
        session.close()
        connection.rollback()
    assert dump_of(engine) == [[], [], []]


def test_what_sqlalchemy_cannot_save_is_refused(engine: Engine) -> None:
    with pytest.raises(SteppayMockError, match=r"cannot use a str\. Pass an Engine, a Connection or a Session"):
        saving_sqlalchemy("sqlite://")["save"]()  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match="The database has no tables to save"):
        saving_sqlalchemy(engine, MetaData())["save"]()


def test_django_comes_back_within_a_transaction_and_without() -> None:
    # A process of its own: Django is configured once in a process.
    script = Path(__file__).with_name("django_project.py")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@dataclass
class Shop:
    rows: dict[str, Any] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    itself: Shop | None = None


@dataclass(frozen=True, slots=True)
class Slotted:
    rows: dict[str, Any]


def test_objects_come_back_and_stay_who_they_are() -> None:
    shop = Shop()
    shop.itself = shop
    rows: defaultdict[str, Any] = defaultdict(list)
    log: deque[int] = deque(maxlen=3)
    seen: set[int] = set()
    counts: Counter[str] = Counter()
    slotted = Slotted({"a": [1]})
    rows["shop"].append(shop)

    def act(random: Random) -> None:
        number = random.randrange(1_000)
        shop.rows.setdefault("a", {}).setdefault("b", []).append(number)
        shop.mails.append(str(number))
        rows[str(number)].append({"n": [number]})
        log.append(number)
        seen.add(number)
        counts[str(number)] += 1
        object.__setattr__(slotted, "rows", {"number": number})

    def read() -> str:
        return repr((shop.rows, shop.mails, [*rows.items()][1:], log, sorted(seen), counts, slotted))

    check(saving_objects(shop, rows, log, seen, counts, slotted), act, read)
    assert shop.itself is shop
    assert rows["shop"] == [shop]
    assert rows["shop"][0] is shop
    assert rows["new"] == []
    assert log.maxlen == 3


def test_attributes_that_came_later_go() -> None:
    class Half:
        __slots__ = ("late",)

    class Whole(Half):
        pass

    class Rows(dict[str, int]):
        pass

    thing, rows = Whole(), Rows()
    saving = saving_objects(thing, rows)
    saved = saving["save"]()
    thing.late, thing.later, rows.latest, rows["a"] = 1, 2, 3, 4  # type: ignore[attr-defined]
    after = saving["save"]()
    saving["restore"](saved)
    assert (hasattr(thing, "late"), vars(thing), vars(rows), rows) == (False, {}, {}, {})
    saving["restore"](after)
    assert (thing.late, vars(thing), vars(rows), rows) == (1, {"later": 2}, {"latest": 3}, {"a": 4})  # type: ignore[attr-defined]


@pytest.mark.parametrize("wrong", [7, "text", (1, 2), len, Shop, frozenset(), Shop().rows.clear])
def test_what_holds_nothing_that_changes_is_refused(wrong: Any) -> None:
    with pytest.raises(SteppayMockError, match=r"saving_objects\(\) cannot bring back a \w+\. Pass dicts, lists, sets"):
        saving_objects(wrong)


def test_what_cannot_be_copied_is_an_error() -> None:
    with pytest.raises(SteppayMockError, match=r"cannot be copied: TypeError: .*lock.*\. Pass only the dicts"):
        saving_objects({"lock": threading.Lock()})["save"]()


def test_several_are_saved_together(database: sqlite3.Connection) -> None:
    mails: list[float] = []

    def act(random: Random) -> None:
        with database:
            change(database.execute, random)
        mails.append(random.random())

    check(saving_all(saving_sqlite(database), saving_objects(mails)), act, lambda: [*dump(database), list(mails)])


@pytest.mark.parametrize("save", [saving_objects, saving_all, lambda: saving_all({"save": list})])  # type: ignore[typeddict-item]
def test_what_saves_nothing_is_refused(save: Callable[[], Saving]) -> None:
    with pytest.raises(SteppayMockError, match=r"saving_objects\(\) got nothing to save|needs savings"):
        save()
