"""``saving_sqlite``: saves and restores a whole SQLite database, pages and all.

SQLite writes a database to bytes (``serialize``) and copies one over another (``backup``), both in C and without a look
at the tables. So no schema is needed, counters of AUTOINCREMENT come back too, and it is faster than row by row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from steppay_mock.errors import SteppayMockError
from steppay_mock.ordering.saving.saving import Saving

_PAGE = 4096  # the default page size of SQLite
_PATIENCE = 5.0  # seconds to wait for a lock of another connection


def saving_sqlite(database: sqlite3.Connection | str | Path) -> Saving:
    """``save`` and ``restore`` for a whole database: of a connection, also in memory, or of a file in any journal mode.

    Uncommitted changes of the connection are saved too, and are committed when they are restored. SteppayMockError if
    there is no such file, or another connection has a lock.
    """
    known: dict[bytes, bytes] = {}

    def save() -> tuple[bytes, ...]:
        with _connected(database) as connection:
            filled = connection.execute("PRAGMA page_count").fetchone()[0]
            image = connection.serialize() if filled else b""
        # Saved states share equal pages: a delivery changes few of them, and a search saves thousands of states.
        pages = (image[at : at + _PAGE] for at in range(0, len(image), _PAGE))
        return tuple([known.setdefault(page, page) for page in pages])

    def restore(saved: tuple[bytes, ...]) -> None:
        with _connected(database) as connection, closing(sqlite3.connect(":memory:")) as copy:
            if saved:
                # Bytes 18 and 19 of the header are 2 in WAL mode, and 1 otherwise. A database in memory has no WAL.
                copy.deserialize(saved[0][:18] + b"\1\1" + saved[0][20:] + b"".join(saved[1:]))
            _write(copy, connection)

    return {"save": save, "restore": restore}


@contextmanager
def _connected(database: sqlite3.Connection | str | Path) -> Iterator[sqlite3.Connection]:
    if isinstance(database, sqlite3.Connection):
        yield database
        return
    if not isinstance(database, str | Path) or database == ":memory:":
        raise SteppayMockError(f"saving_sqlite({database!r}) needs the path of a file, or the receiver's connection.")
    try:
        found = sqlite3.connect(f"{Path(database).absolute().as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)
    except sqlite3.OperationalError as error:
        raise SteppayMockError(
            f"There is no database in {str(database)!r}: {error}. Let the receiver make it before it is explored."
        ) from error
    with closing(found):
        yield found


def _write(copy: sqlite3.Connection, connection: sqlite3.Connection) -> None:
    connection.rollback()
    durable = connection.execute("PRAGMA synchronous").fetchone()[0]
    # With autocommit=False a transaction is always open, and the setting cannot be changed in one.
    hasty = not connection.in_transaction
    if hasty:
        connection.execute("PRAGMA synchronous = OFF")  # a power cut only loses a test database
    try:
        copy.backup(connection, progress=_refuse_to_wait)
    except sqlite3.OperationalError as error:
        raise SteppayMockError(
            f"The database cannot be restored: {error}. Let the receiver and the probe end their transactions, "
            "and fetch all rows of each result."
        ) from error
    finally:
        if hasty:
            connection.execute(f"PRAGMA synchronous = {durable:d}")


def _refuse_to_wait(status: int, _remaining: int, _total: int) -> None:
    """Raise where ``backup`` would retry forever. SQLite has already waited for the lock."""
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("database is locked")
