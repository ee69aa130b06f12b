"""``saving_django``: saves and restores the rows of tables through Django.

Savepoints of the database would be faster, and cannot do it: rolling back to one destroys all later ones, and a search
goes back to states in any order, and more than once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.saving.postgres import Execute, PostgresRows, PostgresTable
from steppay_mock.ordering.saving.saving import Saving

_COUNTERS = "sqlite_sequence"
_Rows = list[list[tuple[Any, ...]]]
_meta = attrgetter("_meta")  # Django documents Model._meta, though its name is private


@dataclass(frozen=True, slots=True)
class _DjangoTable:
    """A table: its statements to read, empty and fill it; ``counts``: it has SQLite's counters of other tables."""

    name: str
    columns: tuple[str, ...]
    counts: bool
    select: str
    delete: str
    insert: str


def saving_django(*models: Any, using: str = "default") -> Saving:
    """``save`` and ``restore`` for the rows of the models and of the tables that join them; without models, of all.

    It works inside a transaction, such as that of a TestCase, and outside. Counters of primary keys are restored on
    PostgreSQL and SQLite; on others, ignore such keys. SteppayMockError if there is no such table.
    """
    from django.db import connections, transaction

    tables: list[_DjangoTable] = []
    of_postgres: PostgresRows | None = None

    def save() -> Any:
        nonlocal of_postgres
        connection = connections[using]
        with connection.cursor() as cursor:
            if not tables:
                tables.extend(_tables(models, connection, cursor))
                if connection.vendor == "postgresql":
                    named = (PostgresTable(one.name, one.columns) for one in tables)
                    of_postgres = PostgresRows(named, _executing(cursor), place="%s")
            if of_postgres is not None:
                return of_postgres.save(_executing(cursor))
            return [_fetch(cursor, table) for table in tables]

    def restore(saved: Any) -> None:
        connection = connections[using]
        # Tables refer to each other in cycles, so no order of deletes and inserts satisfies every foreign key. SQLite
        # ignores the switch inside a transaction, but defers the check to the commit: Django creates its constraints
        # DEFERRABLE INITIALLY DEFERRED.
        with transaction.atomic(using=using), connection.constraint_checks_disabled(), connection.cursor() as cursor:
            if of_postgres is not None:
                of_postgres.restore(saved, _executing(cursor))
            else:
                _write(cursor, tables, saved)

    return {"save": save, "restore": restore}


def _write(cursor: Any, tables: list[_DjangoTable], saved: _Rows) -> None:
    for table in tables:
        cursor.execute(table.delete)
    for table, rows in zip(tables, saved, strict=True):
        if table.counts:
            cursor.execute(table.delete)  # the inserts above have changed the counters of AUTOINCREMENT
        if rows:
            cursor.executemany(table.insert, rows)


def _executing(cursor: Any) -> Execute:
    def execute(statement: str, rows: list[str] | None) -> Any:
        cursor.execute(statement, None if rows is None else [rows])
        return cursor.fetchall() if cursor.description else ()

    return execute


def _fetch(cursor: Any, table: _DjangoTable) -> list[tuple[Any, ...]]:
    cursor.execute(table.select)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _tables(models: tuple[Any, ...], connection: Any, cursor: Any) -> list[_DjangoTable]:
    there = set(connection.introspection.table_names(cursor))
    found = map(_meta, _with_relatives(models) if models else _all_models())
    columns = {
        meta.db_table: [field.column for field in meta.local_concrete_fields if not _is_generated(field)]
        for meta in found
        if not meta.proxy and (models or meta.db_table in there)
    }
    if not columns:
        raise SteppayMockError("No model has a table in the database. Let the tests migrate before it is explored.")
    if missing := sorted(columns.keys() - there):
        raise SteppayMockError(f"There is no table {missing[0]!r} in the database. Let the tests migrate first.")
    if connection.vendor == "sqlite" and _has_sequences(cursor):
        columns[_COUNTERS] = ["name", "seq"]
    return [_table(connection.ops.quote_name, name, its_columns) for name, its_columns in columns.items()]


def _all_models() -> Iterator[Any]:
    """Every model that Django creates tables for, also of apps that are not installed."""
    from django.apps import apps

    return (model for app in apps.all_models.values() for model in app.values() if _meta(model).managed)


def _with_relatives(models: Iterable[Any]) -> Iterator[Any]:
    """The models, their parents, and the tables of their many-to-many fields."""
    for model in models:
        for one in (model, *_meta(model).get_parent_list()):
            yield _meta(one).concrete_model
            yield from (field.remote_field.through for field in _meta(one).local_many_to_many)


def _is_generated(field: Any) -> bool:
    return bool(getattr(field, "generated", False))


def _has_sequences(cursor: Any) -> bool:
    cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = %s", [_COUNTERS])
    return bool(cursor.fetchone()[0])


def _table(quoted: Any, name: str, columns: list[str]) -> _DjangoTable:
    its_columns = tuple(map(quoted, columns))
    names = ", ".join(its_columns)
    places = ", ".join(["%s"] * len(columns))
    return _DjangoTable(
        name=quoted(name),
        columns=its_columns,
        counts=name == _COUNTERS,
        select=f"SELECT {names} FROM {quoted(name)}",  # noqa: S608 - names of models, quoted by Django
        delete=f"DELETE FROM {quoted(name)}",  # noqa: S608
        insert=f"INSERT INTO {quoted(name)} ({names}) VALUES ({places})",  # noqa: S608
    )
