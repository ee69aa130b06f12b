"""How are tables brought back to the rows they had, through SQLAlchemy?

Savepoints would not do: they end in the reverse of the order in which they began, and a search goes back to any state.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.saving.saving import Saving

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData, TableClause
    from sqlalchemy.orm import Session, scoped_session

    Bind = Engine | Connection | Session | scoped_session[Session]

_COUNTERS = "sqlite_sequence"
_Rows = list[list[tuple[Any, ...]]]


def saving_sqlalchemy(bind: Bind, metadata: MetaData | None = None) -> Saving:
    """Save the rows of all tables of ``metadata``, or of all that are found in the database at the first save.

    An Engine has a transaction for each. A Session is committed after it is restored, and forgets its objects. A
    Connection is committed unless it is in a transaction already. Rows are saved as the driver gives them. Counters of
    primary keys are restored on SQLite only: elsewhere, ignore such keys. For a file or a connection of SQLite,
    ``saving_sqlite`` is faster.
    """
    tables: list[TableClause] = []

    def save() -> _Rows:
        with _connected(bind) as connection:
            if not tables:
                tables.extend(_tables(connection, metadata))
            return [[tuple(row) for row in connection.execute(table.select())] for table in tables]

    def restore(saved: _Rows) -> None:
        with _connected(bind, write=True) as connection:
            for table in reversed(tables):
                connection.execute(table.delete())
            if connection.dialect.name == "sqlite":  # within the transaction, which pysqlite begins by deleting
                connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table, rows in zip(tables, saved, strict=True):
                if table.name == _COUNTERS:
                    connection.execute(table.delete())  # the rows that were inserted have counted
                if rows:
                    names = list(table.columns.keys())
                    connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])

    return {"save": save, "restore": restore}


def _tables(connection: Connection, metadata: MetaData | None) -> list[TableClause]:
    """The tables, parents first, without types: what the driver gave is what it gets back."""
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
            "for an asynchronous engine, a synchronous one of the same database."
        )


def _of_session(session: Session, *, write: bool) -> Iterator[Connection]:
    if write:
        if not session.is_active:
            session.rollback()  # what went wrong in the last delivery
        session.expunge_all()
        yield session.connection()
        session.commit()
        return
    begun = not session.in_transaction()
    session.flush()
    yield session.connection()
    if begun:
        session.rollback()
