"""The journal: a SQLite file with every delivery and attempt of a run. A write of it is whole, or does not happen.

A delivery is PENDING from its planning until its outcome is known, then SUCCESS or FAIL, as in the vendor's portal
(fact 22). An attempt is a row before it is made. One without an outcome, found when a run is resumed, may have arrived:
another one is made, and that one says so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any, Self

from steppay_mock.delivery.journal.path import check_path
from steppay_mock.delivery.journal.schema import prepare
from steppay_mock.delivery.journal.turns import turn_of
from steppay_mock.delivery.run.deliveries import DueDelivery, EndedAttempt, Origin, PlannedDelivery, StartedAttempt
from steppay_mock.errors import SteppayMockError

_BUSY_MS = 10_000
_CHUNK = 500


class Journal:
    """One journal file, open in one thread. ``with`` closes it."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        check_path(self.path)
        self._turn = turn_of(self.path)
        with self._told("opened"):
            self._connection = sqlite3.connect(self.path, timeout=_BUSY_MS / 1000, isolation_level=None)
        try:
            with self._told("opened"):
                # A commit survives kill -9 without a sync; only a machine that loses its power may lose the last ones.
                self._connection.execute("PRAGMA synchronous = NORMAL")
                # Emptying the WAL waits for the disk: at 16 MB, not at 4, and pages that changed often go once.
                self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
                prepare(self._connection, self.path, patience=_BUSY_MS / 1000)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # Planning.

    def begin_run(
        self,
        *,
        began_at: float,
        seed: int,
        made_by: str,
        settings: dict[str, Any],
        claimed: Callable[[int], object] = lambda _run: None,
    ) -> int:
        """A new run; its number. ``claimed`` is called with that before anybody else can see the run."""
        with self._writing():
            row = self._connection.execute(
                "INSERT INTO runs (began_at, seed, made_by, settings) VALUES (?, ?, ?, ?) RETURNING id",
                (began_at, seed, made_by, json.dumps(settings)),
            ).fetchone()
            claimed(int(row[0]))
        return int(row[0])

    def add_endpoint(self, run: int, *, name: str, url: str) -> int:
        """A receiver of the run; its number."""
        with self._writing():
            row = self._connection.execute(
                "INSERT INTO hooks (run, name, url) VALUES (?, ?, ?) RETURNING id", (run, name, url)
            ).fetchone()
        return int(row[0])

    def add_plans(self, run: int, chunk: Sequence[tuple[str, int | None, bytes, Sequence[PlannedDelivery]]]) -> None:
        """Write events, each with its deliveries; all of them or none."""
        with self._writing():
            (last,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()
            (before,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM deliveries").fetchone()
            numbered = list(enumerate(chunk, start=last + 1))
            self._connection.executemany(
                "INSERT INTO events (id, type, timestamp, body) VALUES (?, ?, ?, ?)",
                ((number, kind, timestamp, body) for number, (kind, timestamp, body, _) in numbered),
            )
            self._connection.executemany(
                "INSERT INTO deliveries (run, event, hook, position, place, again, copied, wait, batch, fault) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                ((run, number, *one) for number, (_, _, _, planned) in numbered for one in planned),
            )
            self._connection.execute(
                "UPDATE runs SET first_delivery = ? WHERE id = ? AND first_delivery IS NULL", (before + 1, run)
            )

    def end_planning(self, run: int) -> None:
        """The plan is whole: from now on the run can be resumed."""
        with self._writing():
            self._connection.execute("UPDATE runs SET planned = 1 WHERE id = ?", (run,))

    def forget(self, run: int) -> None:
        """Take a run out, with all that was planned of it."""
        with self._writing():
            self._connection.execute(
                "DELETE FROM events WHERE id IN (SELECT event FROM deliveries WHERE run = ?)", (run,)
            )
            for table, column in (("deliveries", "run"), ("hooks", "run"), ("runs", "id")):
                self._connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (run,))  # noqa: S608

    # Sending.

    def pending(self, run: int) -> Iterator[DueDelivery]:
        """The deliveries of the run without an outcome, in order, some hundred at a time."""
        ((first,),) = self.ask("SELECT first_delivery FROM runs WHERE id = ?", run)
        last = (first or 1) - 1
        while True:
            with self._told("read"):
                rows = self._connection.execute(_PENDING, (run, last, _CHUNK)).fetchall()
            if not rows:
                return
            for row in rows:
                yield DueDelivery(*row)
            last = rows[-1][0]

    def write(
        self,
        ended: Sequence[EndedAttempt],
        started: Sequence[StartedAttempt],
        unsent: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Write outcomes, and attempts that are about to be made, in one transaction.

        ``unsent`` are deliveries, and the numbers of their attempts that were not made after all: these are removed.
        """
        with self._writing():
            self._connection.executemany("DELETE FROM attempts WHERE delivery = ? AND number = ?", unsent)
            self._connection.executemany(
                "UPDATE attempts SET status = ?, latency = ?, error = ?, headers = ?, body = ?, answered_at = ? "
                "WHERE delivery = ? AND number = ?",
                map(_OUTCOME, ended),
            )
            self._connection.executemany("UPDATE deliveries SET state = ?, due = ? WHERE id = ?", map(_STATE, ended))
            self._connection.executemany(
                "INSERT INTO attempts (delivery, number, sent_at, signed_at, perhaps_again) VALUES (?, ?, ?, ?, ?)",
                started,
            )

    def end_run(self, run: int, *, ended_at: float) -> None:
        """Nothing of the run is left to be done."""
        with self._writing():
            self._connection.execute("UPDATE runs SET ended_at = ? WHERE id = ?", (ended_at, run))

    # Asking.

    def unfinished(self) -> list[int]:
        """The runs that can be resumed, the oldest first; controls are resumed with the run whose faults they judge."""
        return [int(row[0]) for row in self.ask(_UNFINISHED)]

    def run_of_controls(self, run: int, *, name: str, url: str) -> tuple[int, int] | None:
        """The run of the controls of this run for a receiver, and the number of the receiver in it."""
        for number, endpoint in self.ask(_CONTROLS, run, name, url):
            return int(number), int(endpoint)
        return None

    def unplanned(self) -> list[int]:
        """The runs whose plan is not whole: it is being made, or was cut off."""
        return [int(row[0]) for row in self.ask("SELECT id FROM runs WHERE NOT planned ORDER BY id")]

    def origin(self, run: int, delivery: DueDelivery) -> Origin | None:
        """What it is a copy of, as that was sent last; None if that was never sent, or is the delivery itself."""
        found = self.ask(_ORIGIN, run, delivery.endpoint, delivery.place)
        if not found or found[0][0] == delivery.id or found[0][1] is None:
            return None
        _, _, position, signed_at, body = found[0]
        return Origin(position, signed_at, body)

    def signed(self, run: int) -> list[tuple[int, bytes, int]]:
        """The endpoint, the body and the second of the last minute's signatures, the earliest first.

        Beside those of the run they are what earlier runs signed for the same receivers, so that a resend is signed
        later than what it repeats. Of a long journal only the last deliveries count. A run of controls is signed as it
        is without a journal: it knows of itself alone.
        """
        return [(int(hook), body, int(second)) for hook, body, second in self.ask(_SIGNED, run, run)]

    def widest(self, run: int) -> int:
        """How many deliveries of the run start together, at most."""
        ((found,),) = self.ask(_WIDEST, run)
        return int(found)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._told("read"):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._told("written"), self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()  # of a commit that failed, too: what is left open locks out everybody
                raise

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:  # the latter is of a number that SQLite has no room for
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # what is above says which kind of it
            why = str(error).removesuffix(".")
            raise SteppayMockError(
                f"The journal {self.path} cannot be {what}: {why}. Nothing is sent that cannot be recorded. "
                f"{_NEXT.get(code, 'Name a file that can be written.')}"
            ) from None


_OUTCOME = attrgetter("status", "latency", "error", "headers", "body", "answered_at", "delivery", "number")
_STATE = attrgetter("state", "due", "delivery")

_NEXT = {
    sqlite3.SQLITE_FULL: "Make room there, then resume the run, or send anew what was not planned to its end.",
    sqlite3.SQLITE_BUSY: "Another program holds it: end that, or name another file.",
    sqlite3.SQLITE_NOTADB: "It is no journal: name another file.",
    sqlite3.SQLITE_CORRUPT: "It is damaged: take a copy of the file from before, or name another file.",
}

_PENDING = """
SELECT d.id, d.hook, e.type, CAST(e.body AS BLOB), d.position, d.place, d.again, d.wait, d.batch, d.fault,
    coalesce(a.number, 0),
    CASE WHEN a.number IS NULL THEN 0
        ELSE (SELECT count(*) FROM attempts f WHERE f.delivery = d.id AND f.answered_at IS NOT NULL) END,
    a.number IS NOT NULL AND a.answered_at IS NULL,
    CASE WHEN a.answered_at IS NOT NULL THEN d.due END,
    CASE WHEN a.answered_at IS NOT NULL AND d.due IS NOT NULL THEN d.due - a.answered_at ELSE 0 END
FROM deliveries d JOIN events e ON e.id = d.event
LEFT JOIN attempts a
    ON a.delivery = d.id AND a.number = (SELECT max(b.number) FROM attempts b WHERE b.delivery = d.id)
WHERE d.run = ? AND d.state = 'PENDING' AND d.id > ? ORDER BY d.id LIMIT ?
"""

_CONTROL_OF = "CASE WHEN json_valid({0}.settings) THEN json_extract({0}.settings, '$.control_of') END"

_UNFINISHED = f"""
SELECT r.id FROM runs r WHERE r.ended_at IS NULL AND r.planned AND NOT EXISTS
    (SELECT 1 FROM runs p WHERE p.id = {_CONTROL_OF.format("r")} AND p.id < r.id AND p.ended_at IS NULL)
ORDER BY r.id
"""  # noqa: S608 - of constants

_CONTROLS = f"""
SELECT c.id, h.id FROM runs c JOIN hooks h ON h.run = c.id
WHERE c.planned AND {_CONTROL_OF.format("c")} = ? AND h.name = ? AND h.url = ? ORDER BY c.id LIMIT 1
"""  # noqa: S608 - of constants

_ORIGIN = """
SELECT d.id, a.number, d.position, a.signed_at, CAST(e.body AS BLOB)
FROM deliveries d JOIN events e ON e.id = d.event LEFT JOIN attempts a ON a.delivery = d.id
WHERE d.run = ? AND d.hook = ? AND d.place = ? AND d.copied ORDER BY d.id, a.number DESC LIMIT 1
"""

_LOOKED_AT = 10_000  # deliveries before a run whose signatures count: few enough to be read at each start

# From the attempts on, by CROSS JOIN: a run that begins finds few, and a plan of a million deliveries is not read.
_SIGNED = f"""
WITH signed AS (
    SELECT mine.id AS hook, d.event, a.signed_at FROM attempts a CROSS JOIN deliveries d ON d.id = a.delivery
    JOIN hooks theirs ON theirs.id = d.hook
    JOIN hooks mine ON mine.run = ? AND mine.name = theirs.name AND mine.url = theirs.url
    WHERE typeof(a.signed_at) = 'integer' AND a.delivery >= (
        SELECT r.first_delivery - iif({_CONTROL_OF.format("r")} IS NULL, {_LOOKED_AT}, 0) FROM runs r WHERE r.id = ?
    )
)
SELECT s.hook, CAST(e.body AS BLOB), s.signed_at FROM signed s JOIN events e ON e.id = s.event
WHERE s.signed_at >= (SELECT max(signed_at) FROM signed) - 60 ORDER BY s.signed_at
"""  # noqa: S608 - of constants

# From the run's first delivery on: those of earlier runs are not read.
_WIDEST = """
SELECT coalesce(max(together), 1) FROM (
    SELECT count(*) AS together FROM deliveries
    WHERE id >= (SELECT first_delivery FROM runs WHERE id = ?1) AND run = ?1 AND batch IS NOT NULL GROUP BY batch
)
"""
