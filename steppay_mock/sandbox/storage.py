"""The file of a sandbox: its recipe, its settings and its acts, in the tables beside those of the Sender's journal.

What was written is safe from the end of this process, however it ends; only a machine that loses its power may lose
the last acts. Without a file of the user's the sandbox has a temporary one, which goes when it ends.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from steppay_mock.delivery.journal.claim import claim_file
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.journal.path import real_path
from steppay_mock.delivery.journal.schema import APPLICATION
from steppay_mock.delivery.journal.turns import turn_of
from steppay_mock.errors import SteppayMockError
from steppay_mock.sandbox.acts import Act

_FORMAT = 1
_PATIENCE = 10.0  # seconds, as long as for a journal that is busy

_TABLES = """
CREATE TABLE IF NOT EXISTS sandbox_values (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sandbox_acts (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, arguments TEXT NOT NULL, at INTEGER NOT NULL,
    events INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sandbox_inbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, inbox TEXT NOT NULL, came_at REAL NOT NULL, query TEXT NOT NULL,
    headers TEXT NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS sandbox_forwards (
    webhook INTEGER NOT NULL, number INTEGER NOT NULL, url TEXT NOT NULL, sent_at REAL NOT NULL, status INTEGER,
    latency REAL, error TEXT, headers TEXT, body BLOB, PRIMARY KEY (webhook, number)
) WITHOUT ROWID;
"""
_NEXT = {
    sqlite3.SQLITE_FULL: "Make room there, and repeat it.",
    sqlite3.SQLITE_BUSY: "Another program holds it: end that, and repeat it.",
    sqlite3.SQLITE_CORRUPT: "It is damaged: stop the sandbox, and take a copy from before.",
}
_SET = "INSERT OR REPLACE INTO sandbox_values VALUES (?, ?)"


class SandboxFileError(SteppayMockError):
    """The file of a sandbox cannot keep it: it is none, or it cannot be written now."""


class SandboxFile:
    """The file of one sandbox, for all threads of it. ``path`` None: a temporary one.

    SandboxFileError if another sandbox has it open: two would not know of each other's acts.
    """

    def __init__(self, path: str | Path | None) -> None:
        self._folder = TemporaryDirectory(prefix="steppay-sandbox-") if path is None else None
        self.path = str(Path(self._folder.name) / "sandbox.sqlite" if self._folder else path)
        self._turn = turn_of(self.path)
        self.lasts = self._folder is None
        """Whether it is there for another start."""
        self._lock = Lock()
        with ExitStack() as stack:
            self._claim(stack)
            self._open()
            self._claimed = stack.pop_all()

    def _claim(self, stack: ExitStack) -> None:
        self._make_private()
        self._refuse_foreign()
        beside = f"{real_path(self.path)}-sandbox"
        try:
            is_ours = stack.enter_context(claim_file(Path(beside)))
        except SteppayMockError:
            raise self._refusal(f"{beside}, which stands beside it, cannot be written") from None
        if not is_ours:
            raise SandboxFileError(
                f"Another sandbox has {self.path} open. Stop it, or name another file. While it runs, ask it through "
                "its control API."
            )

    def _open(self) -> None:
        Journal(self.path).close()  # makes its tables
        self._connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        for statement in filter(str.strip, _TABLES.split(";")):
            self._connection.execute(statement)
        self._check_format()

    def close(self) -> None:
        """Close the file; a temporary one is removed."""
        with self._lock:
            self._connection.close()
        self._claimed.close()
        if self._folder is not None:
            self._folder.cleanup()

    def value(self, name: str) -> Any:
        """A setting, as plain data; None if it was never set."""
        row = self._ask("SELECT value FROM sandbox_values WHERE name = ?", name)
        return json.loads(row[0][0]) if row else None

    def set_value(self, name: str, value: Any) -> None:
        """Keep a setting."""
        self._write(_SET, name, json.dumps(value))

    def acts(self) -> Iterator[Act]:
        """All acts, in their order."""
        for name, arguments, at, events in self._ask(
            "SELECT name, arguments, at, events FROM sandbox_acts ORDER BY number"
        ):
            yield Act(name=name, arguments=json.loads(arguments), at=at, events=events)

    def add_act(self, act: Act) -> None:
        """Keep an act, before it is done. SteppayMockError if its arguments are no plain data."""
        try:
            arguments = json.dumps(act.arguments)
        except (TypeError, ValueError) as error:
            raise SteppayMockError(
                f"The arguments of {act.arguments.get('name', act.name)} cannot be kept in a file: {error}. Give "
                "texts, numbers, lists, dicts, moments and records of the store."
            ) from None
        self._write(
            "INSERT INTO sandbox_acts (name, arguments, at, events) VALUES (?, ?, ?, ?)",
            *(act.name, arguments, act.at, act.events),
        )

    def begin_again(self, settings: Mapping[str, Any]) -> None:
        """Remove all acts, and keep these settings: all of it or, if the process is killed meanwhile, nothing."""
        with self._told(), self._turn, self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("DELETE FROM sandbox_acts")
            for name, value in settings.items():
                self._connection.execute(_SET, (name, json.dumps(value)))

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows that a query in SQL gives."""
        return self._ask(query, *values)

    def write(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Write with one statement in SQL; the rows that it gives."""
        return self._write(query, *values)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Within it, statements are written together: all of them or, if the process is killed meanwhile, none."""
        with self._told(), self._turn, self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection

    def handed(self, *, generation: int) -> Iterator[tuple[str, int, int]]:
        """The ranges of events of this generation that are planned, each with its endpoint, its beginning and end."""
        for name, begin, end in self._ask(
            "SELECT json_extract(settings, '$.note.endpoint'), json_extract(settings, '$.note.begin'), "
            "json_extract(settings, '$.note.end') FROM runs "
            "WHERE planned AND json_extract(settings, '$.note.generation') = ? ORDER BY 2",
            generation,
        ):
            yield str(name), int(begin), int(end)

    def has_unfinished_runs(self) -> bool:
        """Whether there are runs without an end, whose plan is whole."""
        return bool(self._ask("SELECT 1 FROM runs WHERE planned AND ended_at IS NULL LIMIT 1"))

    def give_up_runs(self, known: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
        """End the unfinished runs to receivers other than those of these names and URLs; their names and URLs.

        Their deliveries stay pending.
        """
        rows = self._ask(
            "SELECT h.run, h.name, h.url FROM hooks h JOIN runs r ON r.id = h.run WHERE r.ended_at IS NULL"
        )
        lost = [(int(run), str(name), str(url)) for run, name, url in rows if (name, url) not in known]
        for run, _, _ in lost:
            self._write("UPDATE runs SET ended_at = began_at WHERE id = ?", run)
        return [(name, url) for _, name, url in lost]

    def _make_private(self) -> None:
        """The file has the keys of endpoints: a new one can be read by its owner alone."""
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            found = Path(self.path).stat()
        except OSError as error:
            raise self._refusal(f"{error.strerror}") from None
        except ValueError as error:
            raise self._refusal(str(error)) from None
        if not stat.S_ISREG(found.st_mode):
            raise self._refusal("it is no file")
        if found.st_nlink > 1:  # SQLite keeps a log beside each name: what is written under one is lost under another
            raise self._refusal(f"it has {found.st_nlink} names (hard links), and only one of them may be used")

    def _refuse_foreign(self) -> None:
        """Refuse what is no database, and the database of something else, before anything is written to it."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as connection:
                (application,) = connection.execute("PRAGMA application_id").fetchone()
                (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise self._refusal(str(error)) from None
        if tables and application != APPLICATION:
            raise self._refusal("it is the database of something else")

    def _refusal(self, why: str) -> SandboxFileError:
        return SandboxFileError(f"A sandbox cannot be kept in {self.path!r}: {why}. Name another file.")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            raise SandboxFileError(
                f"{self.path}, which keeps the sandbox, cannot be read or written: {error}. It was not done. "
                f"{_NEXT.get(code, 'Look at the disk of that file, and repeat it.')}"
            ) from None

    def _check_format(self) -> None:
        found = self.value("format")
        if found is None:
            self.set_value("format", _FORMAT)
        elif found != _FORMAT:
            self._connection.close()
            raise SandboxFileError(
                f"{self.path} is the file of a sandbox of format {found}, and this steppay-mock reads {_FORMAT}. "
                "Install the steppay-mock that wrote it, or name another file."
            )

    def _write(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._ask(query, *values)

    def _ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._told(), self._lock:
            return self._connection.execute(query, values).fetchall()
