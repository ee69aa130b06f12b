"""Saves and restores the rows of tables through Django.

Savepoints would not do: they end in the reverse of the order in which they began, and a search goes back to any state.
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
_meta = attrgetter("_meta")  # Django's documented face of a model, private by its name only


@dataclass(frozen=True, slots=True)
class _DjangoTable:
    """A table in SQL: how it is read, emptied and filled, and whether it counts the rows of others."""

    name: str
    columns: tuple[str, ...]
    counts: bool
    select: str
    delete: str
    insert: str


def saving_django(*models: Any, using: str = "default") -> Saving:
    """Save the rows of the models, with what joins them, or of all models that have a table in the database.

    It works within a transaction, such as that of a TestCase, and without. Counters of primary keys are restored on
    PostgreSQL and SQLite: elsewhere, ignore such keys.
    """
    from django.db import connections, transaction

    tables: list[_DjangoTable] = []
    of_postgres: list[PostgresRows] = []

    def save() -> Any:
        connection = connections[using]
        with connection.cursor() as cursor:
            if not tables:
                tables.extend(_tables(models, connection, cursor))
                if connection.vendor == "postgresql":
                    named = (PostgresTable(one.name, one.columns) for one in tables)
                    of_postgres.append(PostgresRows(named, _executing(cursor), place="%s"))
            if of_postgres:
                return of_postgres[0].save(_executing(cursor))
            return [_fetch(cursor, table) for table in tables]

    def restore(saved: Any) -> None:
        connection = connections[using]
        with transaction.atomic(using=using), connection.constraint_checks_disabled(), connection.cursor() as cursor:
            if of_postgres:
                of_postgres[0].restore(saved, _executing(cursor))
            else:
                _write(cursor, tables, saved)

    return {"save": save, "restore": restore}


def _write(cursor: Any, tables: list[_DjangoTable], saved: _Rows) -> None:
    for table in tables:
        cursor.execute(table.delete)
    for table, rows in zip(tables, saved, strict=True):
        if table.counts:
            cursor.execute(table.delete)  # the rows that were inserted have counted
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
    """Every model that Django makes tables for, those included whose app is not installed."""
    from django.apps import apps

    return (model for app in apps.all_models.values() for model in app.values() if _meta(model).managed)


def _with_relatives(models: Iterable[Any]) -> Iterator[Any]:
    """The models, those that they extend, and the tables that join them with others."""
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
