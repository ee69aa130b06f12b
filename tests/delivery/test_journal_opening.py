"""A journal of any version is opened, or is left as it was: whatever fails, nothing is lost and nothing stays open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from delivery.failing_sqlite import FAILURES, LOCKED, Course, content, direct, is_free, plain
from delivery.filled_journal import fill

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal import schema
from steppay_mock.delivery.journal.journal import Journal

Make = Callable[[Path], object]


def oldest(path: Path) -> None:
    """A journal of the first version, as that wrote it."""
    with closing(plain(path)) as connection:
        connection.executescript(Path(__file__).with_name("journal-1.sql").read_text(encoding="utf-8"))


FILES: dict[str, Make] = {"absent": lambda _path: None, "empty": Path.touch, "version 1": oldest, "this version": fill}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> Course:
    return direct(monkeypatch)


class Naps(list[float]):
    """The naps between two attempts to open it. ``pace`` is how far the clock goes on in a nap of a second."""

    pace = 1_000.0

    def now(self) -> float:
        return 100.0 + self.pace * sum(self)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Naps:
    taken = Naps()
    monkeypatch.setattr(schema, "sleep", taken.append)
    monkeypatch.setattr(schema, "monotonic", taken.now)
    return taken


def opened(path: Path, course: Course, make: Make) -> tuple[int, list[str]]:
    """How many statements it takes to open such a file, and what the journal has then."""
    other = path.with_name("undisturbed.sqlite")
    make(other)
    course.succeed()
    Journal(other).close()
    return len(course.statements), content(other)


def refused(path: Path) -> str:
    with pytest.raises(SteppayMockError) as error:
        Journal(path)
    return str(error.value)


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.total_changes  # noqa: B018 - it is asked for its error
    except sqlite3.ProgrammingError:
        return False
    return True


@pytest.mark.usefixtures("naps")
@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_an_opening_that_fails_anywhere_changes_nothing_and_leaves_nothing_open(
    path: Path, course: Course, make: Make
) -> None:
    make(path)
    before = content(path)
    statements, expected = opened(path, course, make)
    for failure, at in product(FAILURES.values(), range(1, statements + 1)):
        course.fail(at, failure.error, always=failure is LOCKED)
        assert refused(path) == (
            f"The journal {path} cannot be opened: {failure.words}. Nothing is sent that cannot be recorded. "
            f"{failure.next_step}"
        )
        assert (content(path), is_free(path)) == (before, True), course.statements
    for at in range(1, statements + 1):
        course.fail(at, KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            Journal(path)
        assert (content(path), is_free(path)) == (before, True), course.statements
    assert not any(map(is_open, course.opened))
    course.succeed()
    Journal(path).close()
    assert content(path) == expected


@pytest.mark.parametrize("make", FILES.values(), ids=FILES)
def test_a_file_that_another_program_holds_for_a_moment_is_opened_after_it(
    path: Path, course: Course, naps: Naps, make: Make
) -> None:
    statements, expected = opened(path, course, make)
    settings = 2
    for at in range(settings + 1, statements + 1):
        naps.clear()
        path.unlink(missing_ok=True)
        make(path)
        course.fail(at, LOCKED.error)
        Journal(path).close()
        assert content(path) == expected
        assert len(naps) == 1
        assert 0 < naps[0] <= 0.1, "it is opened soon after it is free"


def test_a_file_that_another_program_holds_is_waited_for_ten_seconds(path: Path, course: Course, naps: Naps) -> None:
    naps.pace = 2.0
    course.fail(3, LOCKED.error, always=True)
    assert LOCKED.next_step in refused(path)
    assert 2 * sum(naps) == pytest.approx(10.0, abs=0.1)
    assert course.timeouts == [10.0], "SQLite waits as long, for what it waits for"


def test_what_is_no_lock_is_not_waited_for(path: Path, course: Course, naps: Naps) -> None:
    for failure in FAILURES.values():
        if failure is not LOCKED:
            course.fail(3, failure.error)
            refused(path)
    assert naps == []


def test_a_journal_that_another_process_migrates_meanwhile_is_migrated_once(path: Path, course: Course) -> None:
    oldest(path)
    _, expected = opened(path, course, oldest)
    course.before("PRAGMA journal_mode = WAL", lambda: Journal(path).close())
    Journal(path).close()
    assert content(path) == expected


def test_what_a_journal_of_the_first_version_has_is_read_after_its_migration(path: Path) -> None:
    oldest(path)
    with Journal(path) as journal:
        due = [(one.id, one.body, one.attempts, one.failures, one.due) for one in journal.pending(1)]
        assert due == [(2, b'{"n": 2}', 1, 1, 9.5), (3, b'{"n": 3}', 0, 0, None)]
        assert (journal.unfinished(), journal.unplanned()) == ([1], [3])
        assert journal.ask("SELECT id, first_delivery, settings FROM runs") == [
            (1, 1, '{"concurrency":2,"retries":{"name":"svix"}}'),
            (2, 4, '{"concurrency": 1}'),
            (3, None, '{"concurrency": 1, "retries": {"name": "custom"}}'),
        ]


def test_a_commit_waits_for_no_disk(path: Path) -> None:
    with Journal(path) as journal:
        assert journal.ask("PRAGMA synchronous") == [(1,)]
        assert journal.ask("PRAGMA wal_autocheckpoint") == [(4000,)]


@pytest.mark.parametrize(
    ("application", "version", "table"), [(1, 0, ""), (0, 1, ""), (0, 0, "CREATE TABLE theirs (a)"), (1, 2, "")]
)
def test_a_database_is_somebody_elses_by_its_mark_its_version_or_its_tables(
    path: Path, application: int, version: int, table: str
) -> None:
    with closing(plain(path)) as theirs:
        theirs.executescript(f"PRAGMA application_id = {application}; PRAGMA user_version = {version}; {table};")
    before = path.read_bytes()
    assert refused(path) == f"{path} is a database, and no journal of steppay-mock. Name another file."
    assert path.read_bytes() == before
