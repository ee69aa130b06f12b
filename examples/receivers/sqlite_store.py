"""Keeps rows in one SQLite file, so that the newest version wins in every order of delivery."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import Any

from steppay_webhook import fingerprint, row_of

# SQLite's INTEGER has the 64 bits that ids need. It has no decimal type: money is text, never REAL.
_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS subscriptions (
    id INTEGER PRIMARY KEY, customer_id INTEGER, status TEXT NOT NULL, next_payment_date TEXT, version TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY, order_id TEXT, status TEXT NOT NULL, paid_amount TEXT NOT NULL,
    canceled_amount TEXT NOT NULL, version TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS inbox (fingerprint TEXT PRIMARY KEY, event TEXT NOT NULL);
"""

# Compare and write in ONE statement: reading the old version first would let two deliveries overtake each other.
_UPSERTS = {
    "subscriptions": """
        INSERT INTO subscriptions (id, customer_id, status, next_payment_date, version)
        VALUES (:id, :customer_id, :status, :next_payment_date, :version)
        ON CONFLICT (id) DO UPDATE SET
            customer_id = excluded.customer_id, status = excluded.status,
            next_payment_date = excluded.next_payment_date, version = excluded.version
        WHERE excluded.version > subscriptions.version
    """,
    "payments": """
        INSERT INTO payments (id, order_id, status, paid_amount, canceled_amount, version)
        VALUES (:id, :order_id, :status, :paid_amount, :canceled_amount, :version)
        ON CONFLICT (id) DO UPDATE SET
            order_id = excluded.order_id, status = excluded.status, paid_amount = excluded.paid_amount,
            canceled_amount = excluded.canceled_amount, version = excluded.version
        WHERE excluded.version > payments.version
    """,
}


def create_tables(database: str) -> None:
    """Make the tables in the file ``database``, unless they are there."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(_SCHEMA)


def save(database: str, envelope: dict[str, Any]) -> bool:
    """Store what the event says; False if the same content came before. Hang what must happen once on that answer."""
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute("PRAGMA synchronous = NORMAL")  # safe with WAL, and far fewer waits for the disk
        inserted = connection.execute(
            "INSERT INTO inbox (fingerprint, event) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (fingerprint(envelope), str(envelope.get("event"))),
        )
        if change := row_of(envelope):
            table, row = change
            connection.execute(_UPSERTS[table], {name: _column(value) for name, value in row.items()})
        return inserted.rowcount == 1


def _column(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
