"""Receivers with an inbox of known webhooks in SQLite: one looks before it inserts, one lets the database decide."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, request
from ordering.meeting import Meeting

HOOK = "/webhooks/steppay"
POINTS = 100


class Inbox:
    """Gives a customer points for each webhook, once: a hash of each body is kept."""

    def __init__(self, path: Path, *, looks: bool) -> None:
        self.path = path
        self.meeting = Meeting()
        self.signed: list[tuple[str, int]] = []
        """The signature header of each delivery in flight beside another, and the event's own second."""
        self.app = Flask("inbox")
        take = self._look_then_insert if looks else self._insert_once
        with closing(self._connect()) as database:
            database.executescript(
                "PRAGMA journal_mode = WAL;"
                f"CREATE TABLE inbox (hash TEXT {'' if looks else 'PRIMARY KEY'});"
                "CREATE TABLE points (customer INTEGER PRIMARY KEY, balance INTEGER NOT NULL)"
            )

        @self.app.post(HOOK)
        def hook() -> tuple[str, int]:
            body = request.get_data()
            if self.meeting.is_on:
                self.signed.append((request.headers.get("Steppay-Signature", ""), request.get_json()["timestamp"]))
            with closing(self._connect()) as database:
                take(database, sha256(body).hexdigest(), json.loads(body)["data"]["customerId"])
            return "", 204

    def state(self) -> dict[str, Any]:
        with closing(self._connect()) as database:
            return {
                "points": dict(database.execute("SELECT customer, balance FROM points")),
                "known": database.execute("SELECT count(DISTINCT hash) FROM inbox").fetchone()[0],
            }

    def reset(self) -> None:
        with closing(self._connect()) as database:
            database.executescript("DELETE FROM inbox; DELETE FROM points")

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        database.execute("PRAGMA synchronous = OFF")
        return database

    def _look_then_insert(self, database: sqlite3.Connection, body: str, customer: int) -> None:
        is_known = database.execute("SELECT 1 FROM inbox WHERE hash = ?", (body,)).fetchone()
        self.meeting.meet()
        if is_known is None:
            database.execute("INSERT INTO inbox VALUES (?)", (body,))
            _give_points(database, customer)

    def _insert_once(self, database: sqlite3.Connection, body: str, customer: int) -> None:
        self.meeting.meet()
        database.execute("BEGIN IMMEDIATE")
        if database.execute("INSERT OR IGNORE INTO inbox VALUES (?)", (body,)).rowcount:
            _give_points(database, customer)
        database.execute("COMMIT")


def _give_points(database: sqlite3.Connection, customer: int) -> None:
    database.execute(
        "INSERT INTO points VALUES (?, ?) ON CONFLICT DO UPDATE SET balance = balance + ?", (customer, POINTS, POINTS)
    )
