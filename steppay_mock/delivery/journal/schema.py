"""The tables of a journal, and the migration of older journals: one step for each version."""

from __future__ import annotations

import sqlite3

from steppay_mock.errors import SteppayMockError
from steppay_mock.wire.real_time import monotonic, sleep

APPLICATION = 0x53744A6C  # "StJl", in the header of the file: tells a journal from any other database

_NAP = 0.01  # seconds between two attempts to make a journal that others make, too

_STEPS = (
    # 1: runs plan deliveries of events to hooks; each attempt is a row before it is made.
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, began_at REAL NOT NULL, seed INTEGER NOT NULL, made_by TEXT NOT NULL,
        settings TEXT NOT NULL, planned INTEGER NOT NULL DEFAULT 0, ended_at REAL
    );
    CREATE TABLE hooks (
        id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, name TEXT NOT NULL, url TEXT NOT NULL
    );
    CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT NOT NULL, timestamp INTEGER, body BLOB NOT NULL);
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs, hook INTEGER NOT NULL REFERENCES hooks,
        event INTEGER NOT NULL REFERENCES events, position INTEGER NOT NULL, place INTEGER NOT NULL, again TEXT,
        copied INTEGER NOT NULL, wait REAL NOT NULL, batch INTEGER, fault TEXT, state TEXT NOT NULL DEFAULT 'PENDING',
        attempts INTEGER NOT NULL DEFAULT 0, due REAL
    );
    CREATE INDEX deliveries_by_state ON deliveries (run, state, id);
    CREATE INDEX deliveries_copied ON deliveries (run, hook, place, id) WHERE copied;
    CREATE TABLE attempts (
        delivery INTEGER NOT NULL REFERENCES deliveries, number INTEGER NOT NULL, sent_at REAL NOT NULL,
        signed_at INTEGER, perhaps_again INTEGER NOT NULL DEFAULT 0, status INTEGER, latency REAL, error TEXT,
        headers TEXT, body BLOB, answered_at REAL, PRIMARY KEY (delivery, number)
    ) WITHOUT ROWID;
    """,
    # 2: without an index by state and a count of attempts, which cost each delivery more than they ever gave; retries
    # have more than a name.
    """
    ALTER TABLE runs ADD COLUMN first_delivery INTEGER;
    UPDATE runs SET first_delivery = (SELECT min(d.id) FROM deliveries d WHERE d.run = runs.id);
    DROP INDEX deliveries_by_state;
    ALTER TABLE deliveries DROP COLUMN attempts;
    UPDATE runs SET settings = json_set(settings, '$.retries', json_object('name', json_extract(settings, '$.retries')))
        WHERE json_type(settings, '$.retries') = 'text';
    """,
)
VERSION = len(_STEPS)


def prepare(connection: sqlite3.Connection, path: str, *, patience: float) -> None:
    """Make the tables, or bring those of an older version up to this one: all of it, or nothing.

    Raises SteppayMockError for the journal of a newer version, and for a file that is no journal; neither is changed.
    """
    until = monotonic() + patience
    while True:
        try:
            _bring_up_to_date(connection, path)
        except sqlite3.OperationalError as error:
            # SQLite does not apply its busy timeout to a change of the journal mode: where several processes make
            # one journal at the same time, some of them get SQLITE_BUSY at once and have to try again.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(_NAP)
        else:
            return


def _bring_up_to_date(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("BEGIN")  # one transaction: the three values below are of one moment
    try:
        if _version(connection, path) == VERSION:
            return
    finally:
        connection.rollback()
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in _STEPS[_version(connection, path) :]:  # read again: another process may have migrated it meanwhile
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _version(connection: sqlite3.Connection, path: str) -> int:
    """The version of the journal, 0 for an empty file."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (application or version or tables):
        raise SteppayMockError(f"{path} is a database, and no journal of steppay-mock. Name another file.")
    if version > VERSION:
        raise SteppayMockError(
            f"{path} is a journal of version {version}, and this steppay-mock reads up to {VERSION}. "
            "Install the newer steppay-mock that wrote it, or name another file."
        )
    return int(version)
