"""The shapes in which probes give the same rows: by key, in lists of every order, nested, and flat."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from ordering.zoo.shop import Tables


def by_key(tables: Tables) -> Any:
    """Each table as a dict of rows."""
    return tables


def as_written(tables: Tables) -> Any:
    """Each table as a list of rows, in the order in which they were written: a query without ORDER BY."""
    return {table: [{"id": key, **row} for key, row in rows.items()] for table, rows in tables.items()}


def sorted_by_id(tables: Tables) -> Any:
    """Each table as a list of rows, ORDER BY id."""
    return {table: [{"id": key, **rows[key]} for key in sorted(rows)] for table, rows in tables.items()}


def unordered(tables: Tables) -> Any:
    """Each table as rows without an order."""
    return {table: {key: {"id": key, **row} for key, row in rows.items()}.values() for table, rows in tables.items()}


def nested(tables: Tables) -> Any:
    """A list of tables, in each of which is a list of rows."""
    return [{"name": table, "rows": sorted_by_id({table: tables[table]})[table]} for table in sorted(tables)]


def flat(tables: Tables) -> Any:
    """One list of all rows, which name their table, in an order that is always the same and looks like chance."""
    rows = [{"table": table, "id": key, **row} for table, found in tables.items() for key, row in found.items()]
    return sorted(rows, key=lambda row: sha256(f"{row['table']} {row['id']}".encode()).digest())


SHAPES: dict[str, Callable[[Tables], Any]] = {
    shape.__name__: shape for shape in (by_key, as_written, sorted_by_id, unordered, nested, flat)
}
