"""A journal is whole or not there, says what is wrong with it, and is written by several at once."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from delivery.counting import Counting, counting, payloads, status

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal import journal, schema
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.run.deliveries import PlannedDelivery
from steppay_mock.delivery.sender.sender import Sender


def planned(journal: Journal, *, count: int = 3) -> int:
    """A run to one hook, planned; its deliveries are numbered from 1."""
    run = journal.begin_run(began_at=1.0, seed=7, made_by="hand", settings={"concurrency": 1})
    hook = journal.add_endpoint(run, name="hook", url="http://localhost/hook")
    copied = False
    events = [
        ("order.created", 5, b"%d" % number, [PlannedDelivery(hook, number + 1, number, None, copied, 0.0, None, None)])
        for number in range(count)
    ]
    journal.add_plans(run, events)
    journal.end_planning(run)
    return run


# Its files.


def test_it_is_a_wal_database_that_names_its_kind_and_version(path: Path) -> None:
    with Journal(path) as journal:
        assert journal.ask("PRAGMA journal_mode") == [("wal",)]
        assert journal.ask("PRAGMA application_id") == [(0x53744A6C,)]
        assert journal.ask("PRAGMA user_version") == [(schema.VERSION,)]
        planned(journal)
        assert path.with_name("journal.sqlite-wal").stat().st_size > 0
    assert [one.name for one in path.parent.iterdir()] == ["journal.sqlite"]


def test_a_journal_of_a_newer_version_is_refused_and_left_as_it_is(path: Path, receiver: Counting) -> None:
    with Journal(path) as journal:
        journal.ask(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = path.read_bytes()
    expected = (
        f"{path} is a journal of version {schema.VERSION + 1}, and this steppay-mock reads up to {schema.VERSION}. "
        "Install the newer steppay-mock that wrote it, or name another file."
    )
    sender = Sender(receiver.url, journal=path)
    for use in (lambda: Journal(path), lambda: sender.send(payloads(1)), sender.resume):
        with pytest.raises(SteppayMockError) as error:
            use()
        assert str(error.value) == expected
    assert (path.read_bytes(), receiver.got) == (before, [])


def test_an_older_journal_migrates_and_keeps_what_it_has(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(path) as journal:
        run = planned(journal)
    monkeypatch.setattr(schema, "_STEPS", (*schema._STEPS, "ALTER TABLE runs ADD COLUMN note TEXT DEFAULT 'none';"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with Journal(path) as journal:
        assert journal.ask("PRAGMA user_version") == [(schema.VERSION,)]
        assert journal.ask("SELECT id, note FROM runs") == [(run, "none")]
        assert len(list(journal.pending(run))) == 3


def test_a_journal_of_the_first_version_is_resumed_where_it_was_cut_off(path: Path, receiver: Counting) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(schema._STEPS[0])
        old.executescript(f"PRAGMA user_version = 1; PRAGMA application_id = {schema.APPLICATION};")
        for run in (1, 2):  # of the first one nothing is left to do
            settings = json.dumps({"concurrency": 2, "retries": "svix"})
            old.execute("INSERT INTO runs VALUES (?, 1, 7, 'hand', ?, 1, 9)", (run, settings))
            old.execute("INSERT INTO hooks VALUES (?, ?, ?, ?)", (run, run, receiver.url, receiver.url))
        for number, payload in enumerate(payloads(6), start=1):
            run = 1 + (number > 2)
            old.execute(
                "INSERT INTO events VALUES (?, 'customer.created', 5, ?)",
                (number, json.dumps(payload, separators=(",", ":"))),
            )
            old.execute(
                "INSERT INTO deliveries (run, hook, event, position, place, copied, wait, state, attempts) "
                "VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?)",
                (run, run, number, number, number, "SUCCESS" if number < 4 else "PENDING", int(number < 5)),
            )
            if number < 5:
                answered = (204, 2.0) if number < 4 else (None, None)
                old.execute(
                    "INSERT INTO attempts (delivery, number, sent_at, status, answered_at) VALUES (?, 1, 1, ?, ?)",
                    (number, *answered),
                )
        old.execute("UPDATE runs SET ended_at = NULL WHERE id = 2")
        old.commit()
    [report] = Sender(receiver.url, journal=path).resume()
    assert (report.run, report.planned, report.succeeded, report.perhaps_again) == (2, 4, 4, 1)
    assert sorted(receiver.copies) == [3, 4, 5]
    with Journal(path) as journal:
        assert journal.ask("SELECT id, first_delivery FROM runs") == [(1, 1), (2, 3)]
        assert journal.ask("SELECT DISTINCT json_extract(settings, '$.retries.name') FROM runs") == [("svix",)]


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(path) as journal:
        planned(journal)
    before, version = path.read_bytes(), schema.VERSION
    broken = "ALTER TABLE runs ADD COLUMN note TEXT; ALTER TABLE absent ADD COLUMN note TEXT;"
    monkeypatch.setattr(schema, "_STEPS", (*schema._STEPS, broken))
    monkeypatch.setattr(schema, "VERSION", version + 1)
    with pytest.raises(SteppayMockError, match="no such table: absent"):
        Journal(path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    with Journal(path) as journal:
        assert journal.ask("PRAGMA user_version") == [(version,)]


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.touch()
    with Journal(path) as journal:
        planned(journal)


def test_a_database_of_somebody_else_is_refused_and_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(SteppayMockError) as error:
        Journal(path)
    assert str(error.value) == f"{path} is a database, and no journal of steppay-mock. Name another file."
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("make", "why", "next_step"),
    [
        (
            lambda path: path.write_bytes(b"a text"),
            "file is not a database",
            "It is no journal: name another file.",
        ),
        (lambda path: path.mkdir(), "unable to open database file", "Name a file that can be written."),
    ],
)
def test_what_is_no_journal_is_told_and_nothing_is_sent(
    path: Path, receiver: Counting, make: Callable[[Path], object], why: str, next_step: str
) -> None:
    make(path)
    with pytest.raises(SteppayMockError) as error:
        Sender(receiver.url, journal=path).send(payloads(1))
    assert str(error.value) == (
        f"The journal {path} cannot be opened: {why}. Nothing is sent that cannot be recorded. {next_step}"
    )
    assert receiver.got == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, receiver: Counting) -> None:
    with pytest.raises(SteppayMockError, match="unable to open database file"):
        Sender(receiver.url, journal=tmp_path / "none" / "journal.sqlite").send(payloads(1))
    assert receiver.got == []


def test_what_cannot_be_resumed_is_told(path: Path, receiver: Counting) -> None:
    with pytest.raises(SteppayMockError, match=r"Only what is in a journal can be resumed\. Give the sender journal="):
        Sender(receiver.url).resume()
    with pytest.raises(SteppayMockError) as error:
        Sender(receiver.url, journal=path).resume()
    assert str(error.value) == f"There is no journal {path}. Name the one of the run."
    assert not path.exists()


# A disk that is full, and a file that may not be written.


class Bounded(sqlite3.Connection):
    """A connection to a disk with room for so many pages."""

    pages = 1_000_000

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.execute(f"PRAGMA max_page_count = {self.pages}")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> type[Bounded]:
    """A disk of its own for every journal of the test; ``pages`` says how large."""
    kind: type[Bounded] = type("Bounded", (Bounded,), {})
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, **options, factory=kind))
    return kind


def test_a_disk_that_is_full_before_the_plan_is_whole_lets_nothing_be_sent(
    path: Path, receiver: Counting, disk: type[Bounded]
) -> None:
    disk.pages = 60
    with pytest.raises(SteppayMockError) as error:
        Sender(receiver.url, journal=path).send(payloads(2_000))
    assert str(error.value) == (
        f"The journal {path} cannot be written: database or disk is full. Nothing is sent that cannot be recorded. "
        "Make room there, then resume the run, or send anew what was not planned to its end."
    )
    assert receiver.got == []
    disk.pages = 1_000_000
    assert Sender(receiver.url, journal=path).resume() == []


def test_a_disk_that_is_full_on_the_way_ends_the_run_and_it_can_be_resumed(path: Path, disk: type[Bounded]) -> None:
    disk.pages = 120
    with counting(Counting(lambda _got: status(200, body=b"x" * 20_000))) as receiver:
        sender = Sender(receiver.url, journal=path, concurrency=4)
        with pytest.raises(SteppayMockError, match="cannot be written: database or disk is full"):
            sender.send(payloads(200))
        disk.pages = 1_000_000
        assert 0 < len(receiver.got) < 200
        with Journal(path) as journal:
            ((begun,),) = journal.ask("SELECT count(*) FROM attempts")
        assert len(receiver.got) <= begun, "something was sent that is not written down"
        [report] = sender.resume()
        report.assert_ok()
    assert set(receiver.ids) == set(range(200))
    assert 1 <= report.perhaps_again <= 4
    assert len(receiver.got) <= 200 + report.perhaps_again


def test_a_journal_that_may_only_be_read_lets_nothing_be_sent(
    path: Path, receiver: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal(path).close()
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda name, **options: connect(f"file:{name}?mode=ro", uri=True, **options)
    )
    with pytest.raises(SteppayMockError) as error:
        Sender(receiver.url, journal=path).send(payloads(1))
    assert str(error.value) == (
        f"The journal {path} cannot be written: attempt to write a readonly database. Nothing is sent that cannot be "
        "recorded. Name a file that can be written."
    )
    assert receiver.got == []


def test_a_journal_that_another_program_holds_is_told(
    path: Path, receiver: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal(path).close()
    monkeypatch.setattr(journal, "_BUSY_MS", 10)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(SteppayMockError, match=r"database is locked.* Another program holds it: end that, or"):
            Sender(receiver.url, journal=path).send(payloads(1))
    assert receiver.got == []


# Several at once.


def test_many_open_a_new_journal_at_the_same_time(path: Path) -> None:
    meeting = threading.Barrier(8)

    def use(_number: int) -> int:
        meeting.wait(20)
        with Journal(path) as journal:
            return planned(journal)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(8))) == list(range(1, 9))


def _send(url: str, path: str, queue: Any) -> None:
    report = Sender(url, journal=path, concurrency=4).send(payloads(300), seed=7)
    queue.put((report.run, report.succeeded))


def test_two_processes_write_one_journal(path: Path, receiver: Counting) -> None:
    spawn = multiprocessing.get_context("spawn")
    queue = spawn.Queue()
    children = [spawn.Process(target=_send, args=(receiver.url, str(path), queue)) for _ in range(2)]
    for child in children:
        child.start()
    assert sorted(queue.get(timeout=30) for _ in children) == [(1, 300), (2, 300)]
    for child in children:
        child.join(20)
    assert receiver.copies == dict.fromkeys(range(300), 2)
    with Journal(path) as journal:
        assert journal.unfinished() == []
        assert journal.ask("SELECT run, state, count(*) FROM deliveries GROUP BY run, state") == [
            (1, "SUCCESS", 300),
            (2, "SUCCESS", 300),
        ]
