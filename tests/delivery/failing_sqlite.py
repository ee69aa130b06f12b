"""SQLite that fails at the statement that a test names, in each way in which it fails for users."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

UNWRITABLE = "Name a file that can be written."


class Failure(NamedTuple):
    """One way to fail: what SQLite raises, and what the journal tells the user to do."""

    kind: type[Exception]
    words: str
    code: int | None
    """SQLite's own, extended; None where Python's module refuses before SQLite is asked."""
    next_step: str = UNWRITABLE

    def error(self) -> Exception:
        """As SQLite's module raises it."""
        made = self.kind(self.words)
        if self.code is not None:
            made.sqlite_errorcode = self.code  # type: ignore[attr-defined]
        return made


FULL = Failure(
    sqlite3.OperationalError,
    "database or disk is full",
    sqlite3.SQLITE_FULL,
    "Make room there, then resume the run, or send anew what was not planned to its end.",
)
LOCKED = Failure(
    sqlite3.OperationalError,
    "database is locked",
    sqlite3.SQLITE_BUSY_SNAPSHOT,
    "Another program holds it: end that, or name another file.",
)
FAILURES = {
    "disk full": FULL,
    "locked": LOCKED,
    "no database": Failure(
        sqlite3.DatabaseError,
        "file is not a database",
        sqlite3.SQLITE_NOTADB,
        "It is no journal: name another file.",
    ),
    "damaged": Failure(
        sqlite3.DatabaseError,
        "database disk image is malformed",
        sqlite3.SQLITE_CORRUPT_INDEX,
        "It is damaged: take a copy of the file from before, or name another file.",
    ),
    "disk broken": Failure(sqlite3.OperationalError, "disk I/O error", sqlite3.SQLITE_IOERR_WRITE),
    "interrupted": Failure(sqlite3.OperationalError, "interrupted", sqlite3.SQLITE_INTERRUPT),
    "read-only folder": Failure(
        sqlite3.OperationalError, "attempt to write a readonly database", sqlite3.SQLITE_READONLY_DIRECTORY
    ),
    "closed": Failure(sqlite3.ProgrammingError, "Cannot operate on a closed database", None),
    "number too large": Failure(OverflowError, "Python int too large to convert to SQLite INTEGER", None),
}


@dataclass(slots=True)
class Course:
    """What the connections of a test do: ``fail`` raises at the statement of that number, counted from now."""

    statements: list[str] = field(default_factory=list)
    opened: list[sqlite3.Connection] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    _at: int = 0
    _make: Callable[[], BaseException] | None = None
    _always: bool = False
    _meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)

    def fail(self, at: int, make: Callable[[], BaseException], *, always: bool = False) -> None:
        """Raise at the statement with this number, 1 for the next one, and with ``always`` at each after it, too."""
        self.statements.clear()
        self._at, self._make, self._always = at, make, always

    def succeed(self) -> None:
        """Fail no more, and count from here."""
        self.statements.clear()
        self._make = None

    def before(self, statement: str, do: Callable[[], object]) -> None:
        """Do something when this statement is about to be made for the first time, as another process would."""
        self._meanwhile[statement] = do

    def next(self, statement: str) -> None:
        """Count a statement that is about to be made."""
        self._meanwhile.pop(statement, lambda: None)()
        self.statements.append(statement)
        number = len(self.statements)
        if self._make is not None and (number == self._at or (self._always and number > self._at)):
            raise self._make()


def direct(monkeypatch: pytest.MonkeyPatch) -> Course:
    """What every connection that the journal makes in this test goes by."""
    made, connect = Course(), sqlite3.connect

    class Failing(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            made.next(statement)
            return super().execute(statement, *values)

        def executemany(self, statement: str, *values: Any) -> sqlite3.Cursor:
            made.next(statement)
            return super().executemany(statement, *values)

    def open_failing(name: str, *, timeout: float = 5.0, **options: Any) -> sqlite3.Connection:
        opened: sqlite3.Connection = connect(name, timeout=timeout, factory=Failing, **options)
        made.opened.append(opened)
        made.timeouts.append(timeout)
        return opened

    monkeypatch.setattr(sqlite3, "connect", open_failing)
    return made


def plain(path: Path, *, timeout: float = 5.0) -> sqlite3.Connection:
    """A connection that never fails, of somebody else."""
    return sqlite3.Connection(str(path), timeout=timeout, isolation_level=None)


def content(path: Path) -> list[str]:
    """All that another program finds in the file: its versions, tables and rows."""
    with closing(plain(path)) as connection:
        numbers = [str(connection.execute(f"PRAGMA {name}").fetchone()) for name in ("user_version", "application_id")]
        return [*numbers, *connection.iterdump()]


def is_free(path: Path) -> bool:
    """Whether another program may write the file at once: no transaction was left open."""
    with closing(plain(path, timeout=0.0)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True
