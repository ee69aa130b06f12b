"""``saving_sqlalchemy``: saves and restores the rows of tables through SQLAlchemy, synchronous and asynchronous.

Savepoints of the database would be faster, and cannot do it: rolling back to one destroys all later ones, and a search
goes back to states in any order, and more than once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.saving.postgres import Execute, PostgresRows, PostgresTable
from steppay_mock.ordering.saving.saving import Saving

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData, TableClause
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.orm import Session, scoped_session

    Bind = Engine | Connection | Session | scoped_session[Session]

_COUNTERS = "sqlite_sequence"
_Rows = list[list[tuple[Any, ...]]]


def saving_sqlalchemy(bind: Bind, metadata: MetaData | None = None) -> Saving:
    """``save`` and ``restore`` for the tables of ``metadata``; without it, for those in the database at the first save.

    With an Engine each call has a transaction. A Session is committed after a restore, and its objects are expunged. A
    Connection is committed unless it is in a transaction already. Counters of primary keys are restored on PostgreSQL
    and SQLite; on others, ignore such keys. For SQLite, ``saving_sqlite`` is faster. SteppayMockError for other binds.
    """
    tables = _SqlalchemyTables(metadata)

    def save() -> Any:
        with _connected(bind) as connection:
            return tables.save(connection)

    def restore(saved: Any) -> None:
        with _connected(bind, write=True) as connection:
            tables.restore(connection, saved)

    return {"save": save, "restore": restore}


def saving_sqlalchemy_async(engine: AsyncEngine, metadata: MetaData | None = None) -> Saving:
    """The same for an AsyncEngine, such as one of asyncpg.

    Both functions are async and run in the event loop of the app, so the engine may be the app's own, with its pool.
    """
    from sqlalchemy.ext.asyncio import AsyncEngine

    if not isinstance(engine, AsyncEngine):
        raise SteppayMockError(
            f"saving_sqlalchemy_async() cannot use a {type(engine).__qualname__}. Pass an AsyncEngine; for what is "
            "synchronous there is saving_sqlalchemy()."
        )
    tables = _SqlalchemyTables(metadata)

    async def save() -> Any:
        async with engine.begin() as connection:
            return await connection.run_sync(tables.save)

    async def restore(saved: Any) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(tables.restore, saved)

    return {"save": save, "restore": restore}


class _SqlalchemyTables:
    """The tables of a database, looked up at the first save."""

    def __init__(self, metadata: MetaData | None) -> None:
        self._metadata = metadata
        self._tables: list[TableClause] = []
        self._of_postgres: PostgresRows | None = None

    def save(self, connection: Connection) -> Any:
        if not self._tables:
            self._tables = _tables(connection, self._metadata)
            if connection.dialect.name == "postgresql":
                self._of_postgres = _of_postgres(connection, self._tables)
        if self._of_postgres is not None:
            return self._of_postgres.save(_executing(connection))
        return [[tuple(row) for row in connection.execute(table.select())] for table in self._tables]

    def restore(self, connection: Connection, saved: Any) -> None:
        if self._of_postgres is not None:
            self._of_postgres.restore(saved, _executing(connection))
        else:
            self._write(connection, saved)

    def _write(self, connection: Connection, saved: _Rows) -> None:
        for table in reversed(self._tables):
            connection.execute(table.delete())
        if connection.dialect.name == "sqlite":
            # The driver begins the transaction at the first DELETE, and this setting lasts until its end. It moves the
            # check of foreign keys to the commit, because tables may refer to each other in cycles.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table, rows in zip(self._tables, saved, strict=True):
            if table.name == _COUNTERS:
                connection.execute(table.delete())  # the inserts above have changed the counters of AUTOINCREMENT
            if rows:
                names = list(table.columns.keys())
                connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _of_postgres(connection: Connection, tables: list[TableClause]) -> PostgresRows:
    quoted = connection.dialect.identifier_preparer
    return PostgresRows(
        (PostgresTable(quoted.format_table(one), tuple(map(quoted.quote, one.columns.keys()))) for one in tables),
        _executing(connection),
        place=":rows",
    )


def _executing(connection: Connection) -> Execute:
    from sqlalchemy import text

    def execute(statement: str, rows: list[str] | None) -> Any:
        done = connection.execute(text(statement), {} if rows is None else {"rows": rows})
        return done.all() if done.returns_rows else ()

    return execute


def _tables(connection: Connection, metadata: MetaData | None) -> list[TableClause]:
    """The tables, parents first, without column types: SQLAlchemy must not convert what the driver gave."""
    from sqlalchemy import MetaData, column, inspect, table

    if metadata is None:
        metadata = MetaData()
        metadata.reflect(connection)
    found = [
        table(one.name, *(column(each.name) for each in one.columns if each.computed is None), schema=one.schema)
        for one in metadata.sorted_tables
    ]
    if not found:
        raise SteppayMockError("The database has no tables to save. Let the receiver make them before it is explored.")
    if connection.dialect.name == "sqlite" and inspect(connection).has_table(_COUNTERS):
        found.append(table(_COUNTERS, column("name"), column("seq")))
    return found


@contextmanager
def _connected(bind: Bind, *, write: bool = False) -> Iterator[Connection]:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session, scoped_session

    if isinstance(bind, Engine):
        with bind.begin() as connection:
            yield connection
    elif isinstance(bind, Connection):
        begun = not bind.in_transaction()
        yield bind
        if begun:
            bind.commit()
    elif isinstance(bind, Session | scoped_session):
        yield from _of_session(bind() if isinstance(bind, scoped_session) else bind, write=write)
    else:
        raise SteppayMockError(
            f"saving_sqlalchemy() cannot use a {type(bind).__qualname__}. Pass an Engine, a Connection or a Session; "
            "for an AsyncEngine there is saving_sqlalchemy_async()."
        )


def _of_session(session: Session, *, write: bool) -> Iterator[Connection]:
    if write:
        if not session.is_active:
            session.rollback()  # an error in the last delivery left its transaction broken
        session.expunge_all()  # objects in the session would hide the restored rows
        yield session.connection()
        session.commit()
        return
    begun = not session.in_transaction()
    session.flush()
    yield session.connection()
    if begun:
        session.rollback()
