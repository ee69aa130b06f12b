"""Rows and counters of PostgreSQL, as SQL statements that any driver can execute.

A row is saved as the text of a composite value, as PostgreSQL itself writes it. So no driver converts a value on its
way out or back, and no type is lost. All rows of all tables are read by one statement, and the rows of a table are
written by one: a restore happens thousands of times, and each statement is a round trip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Execute = Callable[[str, list[str] | None], Any]
"""Executes a statement with one list of texts, if given, and returns the rows of its result."""

Saved = tuple[tuple[str, ...], ...]
"""The rows of each table, then the counters."""


@dataclass(frozen=True, slots=True)
class PostgresTable:
    """The quoted name of a table, and its quoted columns without generated ones."""

    name: str
    columns: tuple[str, ...]


class PostgresRows:
    """The rows of these tables, and the counters of their keys. Parent tables come first."""

    def __init__(self, tables: Iterable[PostgresTable], execute: Execute, *, place: str) -> None:
        """``place`` is the driver's placeholder of a value."""
        self._tables = tuple(tables)
        names = ", ".join(f"CAST({_text(table.name)} AS regclass)" for table in self._tables)
        self._counters = tuple(row[0] for row in execute(_COUNTERS.format(tables=names), None))
        # A superuser can write rows without checks of foreign keys and without triggers (session_replication_role).
        # Others delete children first and insert parents first.
        ((superuser,),) = execute("SELECT current_setting('is_superuser')", None)
        self._unchecked = superuser == "on"
        rows = [f"{table.name} AS {_ROW}" for table in self._tables]
        counts = [f"(SELECT last_value, is_called FROM {name}) AS {_ROW}" for name in self._counters]  # noqa: S608 - quoted
        self._read = " UNION ALL ".join(
            f"SELECT {at}, CAST({_ROW}.* AS text) FROM {source}"  # noqa: S608 - names of tables, quoted
            for at, source in enumerate([*rows, *counts])
        )
        self._inserts = [_insert(table, place) for table in self._tables]

    def save(self, execute: Execute) -> Saved:
        """Read all rows and counters."""
        found: list[list[str]] = [[] for _ in (*self._tables, *self._counters)]
        for at, row in execute(self._read, None):
            found[at].append(row)
        return tuple(map(tuple, found))

    def restore(self, saved: Saved, execute: Execute) -> None:
        """Write all rows and counters back. The caller does that in a transaction."""
        if self._unchecked:
            execute("SET LOCAL session_replication_role = 'replica'", None)
        for table in reversed(self._tables):
            execute(f"DELETE FROM {table.name}", None)  # noqa: S608 - quoted by the library that knows the table
        for insert, rows in zip(self._inserts, saved, strict=False):
            if rows:
                execute(insert, list(rows))
        if self._unchecked:
            execute("SET LOCAL session_replication_role = 'origin'", None)
        if self._counters:
            counted = [one for (one,) in saved[len(self._tables) :]]
            execute("SELECT " + ", ".join(map(_set_counter, self._counters, counted)), None)


_ROW = "steppay_row"  # an alias that is unlikely to be the name of a column
_COUNTERS = """
SELECT DISTINCT CAST(CAST(counter.oid AS regclass) AS text)
FROM pg_class counter
JOIN pg_depend link ON counter.oid IN (link.objid, link.refobjid)
LEFT JOIN pg_attrdef preset ON link.classid = CAST('pg_attrdef' AS regclass) AND preset.oid = link.objid
WHERE counter.relkind = 'S' AND (
    link.classid = CAST('pg_class' AS regclass) AND link.objid = counter.oid AND link.refobjid IN ({tables})
    OR link.refobjid = counter.oid AND preset.adrelid IN ({tables})
)
ORDER BY 1
"""  # sequences that belong to a column (serial, identity), and those that a column's default uses


def _insert(table: PostgresTable, place: str) -> str:
    columns = ", ".join(table.columns)
    values = ", ".join(f"({_ROW}).{column}" for column in table.columns)
    return (
        f"INSERT INTO {table.name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} "  # noqa: S608 - as above
        f"FROM (SELECT CAST(line AS {table.name}) AS {_ROW} FROM unnest(CAST({place} AS text[])) AS line) AS lines"
    )


def _set_counter(name: str, counted: str) -> str:
    """``counted`` is the text of a row, such as (7,t): the last value, and whether it was used."""
    last, called = counted.strip("()").split(",")
    return f"setval({_text(name)}, {int(last)}, {called == 't'})"


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
