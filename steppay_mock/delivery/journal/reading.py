"""Reads a journal without changing it, while a run writes it or later."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from steppay_mock.delivery.journal import cells
from steppay_mock.delivery.journal.cells import Cell, read_row
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.journal.schema import APPLICATION, VERSION
from steppay_mock.errors import SteppayMockError


class Delivery(NamedTuple):
    """One delivery as the portal lists it (fact 22), with what its latest attempt brought."""

    id: int
    run: int
    state: str
    event: str
    timestamp: int | None
    receiver: str
    url: str
    again: str | None
    fault: str | None
    attempts: int
    sent_at: float | None
    latency: float | None
    status: int | None
    error: str | None
    headers: str | None
    body: bytes
    """The beginning of the answer's."""


class Attempt(NamedTuple):
    """One attempt of a delivery."""

    number: int
    sent_at: float
    signed_at: int | None
    perhaps_again: bool
    status: int | None
    latency: float | None
    error: str | None
    headers: str | None
    body: bytes
    answered_at: float | None


class Unfinished(NamedTuple):
    """A run that was cut off, or is still going on."""

    run: int
    planned: bool
    """Whether its plan is whole: only then can it be resumed."""
    unknown_retries: str | None
    """The name of its policy of retries, where a journal of an older version has no more than that."""
    pending: int


class RunCounts(NamedTuple):
    """The counts of a run: how many of its deliveries have arrived so far."""

    run: int
    planned: int
    succeeded: int
    failed: int
    """Those that failed, and did not succeed later in another run, as after ``resend``."""
    ended: bool

    @property
    def pending(self) -> int:
        """Those without an outcome."""
        return self.planned - self.succeeded - self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter of deliveries; an empty member excludes none."""

    states: Sequence[str] = ()
    events: Sequence[str] = ()
    runs: Sequence[int] = ()
    ids: Sequence[int] = ()

    def where(self) -> tuple[str, list[Any]]:
        """The condition, and its values."""
        named = {"d.state": self.states, "e.type": self.events, "d.run": self.runs, "d.id": self.ids}
        parts = [f"{column} IN ({', '.join('?' * len(values))})" for column, values in named.items() if values]
        return " AND ".join(parts) or "1", [value for values in named.values() for value in values]


@dataclass(frozen=True, slots=True)
class Reading:
    """A journal, open for questions."""

    path: str
    connection: sqlite3.Connection

    def deliveries(self, wanted: Wanted, *, newest_first: bool = False, limit: int | None = None) -> Iterator[Delivery]:
        """The deliveries that are asked for, by their numbers."""
        condition, values = wanted.where()
        order = f"ORDER BY d.id {'DESC' if newest_first else 'ASC'} LIMIT ?"
        query = f"{_DELIVERIES} WHERE {condition} {order}"
        for row in self.ask(query, *values, -1 if limit is None else limit):
            yield Delivery._make(read_row(row, _DELIVERY))

    def count(self, wanted: Wanted) -> int:
        """How many deliveries are asked for."""
        condition, values = wanted.where()
        query = f"SELECT count(*) FROM deliveries d JOIN events e ON e.id = d.event WHERE {condition}"  # noqa: S608
        ((found,),) = self.ask(query, *values)
        return int(found)

    def delivery(self, number: int) -> Delivery:
        """The delivery of that number; SteppayMockError if there is none."""
        for one in self.deliveries(Wanted(ids=(number,))):
            return one
        ((last,),) = self.ask("SELECT max(id) FROM deliveries")
        known = f"they are numbered 1 to {last}" if last else "it has none"
        raise SteppayMockError(
            f"There is no delivery {number} in {self.path}: {known}. `steppay-mock log --journal "
            f"{shlex.quote(self.path)}` lists them."
        )

    def attempts(self, number: int) -> list[Attempt]:
        """Every attempt of a delivery, the first one first."""
        return [Attempt._make(read_row(row, _ATTEMPT)) for row in self.ask(_ATTEMPTS, number)]

    def sent(self, number: int) -> tuple[bytes, int]:
        """The body of a delivery, and the seed of its trace ids. A copy has both from the delivery that it copies."""
        for body, seed, position in self.ask(_SENT, number):
            if not (isinstance(body, bytes) and isinstance(seed, int) and isinstance(position, int)):
                raise SteppayMockError(
                    f"Delivery {number} in {self.path} is damaged: its body cannot be read. Take a copy of the "
                    "file from before, or send its event anew."
                )
            return body, (seed << 32) + position - 1
        raise SteppayMockError(f"There is no delivery {number} in {self.path}. Name one that `steppay-mock log` lists.")

    def unfinished(self) -> list[Unfinished]:
        """The runs without an end, the oldest first."""
        return [Unfinished(run, bool(planned), retries, n) for run, planned, retries, n in self.ask(_UNFINISHED)]

    def run_counts(self) -> list[RunCounts]:
        """The counts of every run, the oldest first."""
        made_good = {int(run): int(count) for run, count in self.ask(_MADE_GOOD)}
        for number, run in self.ask(_STRAYS):
            raise SteppayMockError(
                f"Delivery {number} in {self.path} is damaged: it is of run {run!r}, which there is not. Take a copy "
                "of the file from before, or send its event anew."
            )
        return [
            RunCounts(run, planned, succeeded + made_good.get(run, 0), failed - made_good.get(run, 0), bool(ended))
            for run, planned, succeeded, failed, ended in self.ask(_RUN_COUNTS)
        ]

    def endpoints(self, runs: Sequence[int]) -> list[tuple[str, str]]:
        """Name and URL of the receivers that these runs have, each once."""
        marks = ", ".join("?" * len(runs))
        query = f"SELECT DISTINCT name, url FROM hooks WHERE run IN ({marks}) ORDER BY id"  # noqa: S608
        return [(str(name), str(url)) for name, url in self.ask(query, *runs)]

    def ask(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows that a query in SQL gives; SteppayMockError where the file is damaged."""
        with _told(self.path):
            yield from self.connection.execute(query, values)


@contextmanager
def read_journal(path: str | Path) -> Iterator[Reading]:
    """Open a journal for questions; SteppayMockError for a file that is none, or is not there."""
    if not Path(path).is_file():
        raise SteppayMockError(f"There is no journal {path}. Name the file that `send --journal` wrote.")
    if _version(path) < VERSION:
        Journal(path).close()  # brings it up to date
    with closing(_open(path)) as connection:
        yield Reading(str(path), connection)


def _open(path: str | Path) -> sqlite3.Connection:
    with _told(path):
        return sqlite3.connect(
            f"file:{quote(os.fsencode(Path(path).absolute()))}?mode=ro", uri=True, isolation_level=None
        )


def _version(path: str | Path) -> int:
    with _told(path), closing(_open(path)) as connection:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise SteppayMockError(f"{path} is no journal of steppay-mock. Name the file that `send --journal` wrote.")
    if version > VERSION:
        raise SteppayMockError(
            f"{path} is a journal of version {version}, and this steppay-mock reads up to {VERSION}. Install the newer "
            "steppay-mock that wrote it."
        )
    return int(version)


@contextmanager
def _told(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OverflowError:
        raise SteppayMockError(
            f"No number of {path} has more than 19 digits. `steppay-mock log --journal {shlex.quote(str(path))}` "
            "lists them."
        ) from None
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
            raise SteppayMockError(
                f"The journal {path} cannot be opened: {error}. Who reads it writes {path}-shm beside it, and "
                "this user may not. Copy the journal, and what stands beside it, into a folder that you may write to."
            ) from None
        raise SteppayMockError(
            f"{path} cannot be read as a journal: {error}. Name the file that `send --journal` wrote."
        ) from None


_DELIVERY: tuple[Cell, ...] = (
    *(cells.whole, cells.whole, cells.text, cells.text, cells.perhaps_whole, cells.text, cells.text),
    *(cells.perhaps_text, cells.perhaps_text, cells.whole, cells.perhaps_seconds, cells.perhaps_seconds),
    *(cells.perhaps_whole, cells.perhaps_text, cells.perhaps_text, cells.content),
)
_ATTEMPT: tuple[Cell, ...] = (
    *(cells.whole, cells.seconds, cells.perhaps_whole, bool, cells.perhaps_whole, cells.perhaps_seconds),
    *(cells.perhaps_text, cells.perhaps_text, cells.content, cells.perhaps_seconds),
)

_DELIVERIES = """
SELECT d.id, d.run, d.state, e.type, e.timestamp, h.name, h.url, d.again, d.fault,
    (SELECT count(*) FROM attempts b WHERE b.delivery = d.id),
    a.sent_at, a.latency, a.status, a.error, a.headers, substr(a.body, 1, 400)
FROM deliveries d JOIN events e ON e.id = d.event JOIN hooks h ON h.id = d.hook
LEFT JOIN attempts a ON a.delivery = d.id
    AND a.number = (SELECT max(b.number) FROM attempts b WHERE b.delivery = d.id)
"""

_ATTEMPTS = """
SELECT number, sent_at, signed_at, perhaps_again, status, latency, error, headers, body, answered_at
FROM attempts WHERE delivery = ? ORDER BY number
"""

_SENT = """
SELECT CASE WHEN typeof(e.body) = 'text' THEN CAST(e.body AS BLOB) ELSE e.body END, r.seed, o.position
FROM deliveries d JOIN runs r ON r.id = d.run
JOIN deliveries o ON o.id = CASE WHEN d.again = 'same' THEN coalesce(
    (SELECT min(f.id) FROM deliveries f WHERE f.run = d.run AND f.hook = d.hook AND f.place = d.place AND f.copied),
    d.id) ELSE d.id END
JOIN events e ON e.id = o.event
WHERE d.id = ?
"""

_UNFINISHED = """
SELECT r.id, r.planned, CASE WHEN json_type(r.settings, '$.retries.delays') IS NULL
        THEN json_extract(r.settings, '$.retries.name') END,
    (SELECT count(*) FROM deliveries d WHERE d.run = r.id AND d.state = 'PENDING')
FROM runs r WHERE r.ended_at IS NULL ORDER BY r.id
"""

_RUN_COUNTS = """
SELECT r.id, count(d.id), coalesce(sum(d.state = 'SUCCESS'), 0), coalesce(sum(d.state = 'FAIL'), 0),
    r.ended_at IS NOT NULL
FROM runs r LEFT JOIN deliveries d ON d.run = r.id GROUP BY r.id ORDER BY r.id
"""

_STRAYS = "SELECT d.id, d.run FROM deliveries d LEFT JOIN runs r ON r.id = d.run WHERE r.id IS NULL LIMIT 1"

_MADE_GOOD = """
WITH later AS MATERIALIZED (
    SELECT h.url AS url, e.body AS body, max(d.run) AS run
    FROM deliveries d JOIN events e ON e.id = d.event JOIN hooks h ON h.id = d.hook
    WHERE d.state = 'SUCCESS' AND d.run > (SELECT min(f.run) FROM deliveries f WHERE f.state = 'FAIL')
    GROUP BY h.url, e.body
)
SELECT d.run, count(*)
FROM deliveries d JOIN events e ON e.id = d.event JOIN hooks h ON h.id = d.hook
JOIN later ON later.url = h.url AND later.body = e.body AND later.run > d.run
WHERE d.state = 'FAIL' GROUP BY d.run
"""
