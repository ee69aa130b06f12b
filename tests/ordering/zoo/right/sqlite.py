"""Right receivers whose database decides which row is newer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, ClassVar
from weakref import finalize

from ordering.zoo.shop import Envelope, Shop, Tables, fingerprint
from ordering.zoo.webhook import about, row_of, version_of

from steppay_mock import Event


class _InMemory(Shop):
    """One table in SQLite, in memory."""

    schema: ClassVar[str]
    table: ClassVar[str]

    def __init__(self, story: Sequence[Event] = ()) -> None:
        super().__init__(story)
        # Without a transaction of its own: nothing here is read by anybody else.
        self.database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.database.execute(self.schema)
        finalize(self, self.database.close)

    def reset(self) -> None:
        super().reset()
        self.database.execute(f"DELETE FROM {self.table}")

    def save(self) -> str:
        return json.dumps(self.database.execute(f"SELECT * FROM {self.table} ORDER BY 1, 2").fetchall())

    def restore(self, saved: str) -> None:
        self.reset()
        for row in json.loads(saved):
            self.database.execute(f"INSERT INTO {self.table} VALUES ({', '.join('?' * len(row))})", row)


class UpsertGuard(_InMemory):
    """One statement inserts the row, or updates it where the version that is there is less."""

    table = "things"
    schema = "CREATE TABLE things (kind TEXT, id TEXT, version TEXT, row TEXT, PRIMARY KEY (kind, id))"

    def handle(self, envelope: Envelope) -> int:
        row = None if envelope["event"].endswith(".deleted") else json.dumps(row_of(envelope))
        seconds, rank, content = version_of(envelope)
        self.database.execute(
            "INSERT INTO things VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE"
            " SET version = excluded.version, row = excluded.row WHERE excluded.version > things.version",
            (*about(envelope), f"{seconds:012}-{rank}-{content}", row),
        )
        return 204

    def state(self) -> Tables:
        tables: Tables = {}
        for table, key, row in self.database.execute("SELECT kind, id, row FROM things WHERE row IS NOT NULL"):
            tables.setdefault(table, {})[key] = json.loads(row)
        return tables


class InboxTable(_InMemory):
    """Webhooks go into an inbox, unique by content, and a query picks the newest of each thing."""

    table = "inbox"
    schema = "CREATE TABLE inbox (content TEXT PRIMARY KEY, seconds INT, rank INT, kind TEXT, id TEXT, row TEXT)"

    def handle(self, envelope: Envelope) -> int:
        row: Any = None if envelope["event"].endswith(".deleted") else json.dumps(row_of(envelope))
        seconds, rank, _ = version_of(envelope)
        entry = (fingerprint(envelope), seconds, rank, *about(envelope), row)
        self.database.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?, ?, ?, ?)", entry)
        return 202

    def state(self) -> Tables:
        tables: Tables = {}
        newest = "SELECT kind, id, row FROM inbox ORDER BY seconds, rank, content"
        for table, key, row in self.database.execute(newest):
            rows = tables.setdefault(table, {})
            rows.pop(key, None)
            rows.update({} if row is None else {key: json.loads(row)})
        return {table: rows for table, rows in tables.items() if rows}


MEMBERS: tuple[type[Shop], ...] = (UpsertGuard, InboxTable)
