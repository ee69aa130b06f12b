"""What is read of a journal is what was written; what cannot be read is told, and is never changed by reading."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from delivery.failing_sqlite import FAILURES, Failure, content, direct, plain
from delivery.filled_journal import CONTROLS, DONE, PLANNING, RUN, URL, fill

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal import cells, schema
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.journal.reading import Attempt, Delivery, Reading, Unfinished, Wanted, read_journal

Ask = Callable[[Reading], object]

QUESTIONS: dict[str, Ask] = {
    "deliveries": lambda reading: list(reading.deliveries(Wanted())),
    "count": lambda reading: reading.count(Wanted()),
    "delivery": lambda reading: reading.delivery(1),
    "attempts": lambda reading: reading.attempts(1),
    "sent": lambda reading: reading.sent(1),
    "unfinished": lambda reading: reading.unfinished(),
    "run_counts": lambda reading: reading.run_counts(),
    "endpoints": lambda reading: reading.endpoints([RUN]),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "a journal.sqlite"
    fill(made)
    return made


def change(path: Path, statement: str, *values: object) -> None:
    with closing(plain(path)) as connection:
        assert connection.execute(statement, values).rowcount


def refused(use: Callable[[], object]) -> str:
    with pytest.raises(SteppayMockError) as error:
        use()
    assert error.value.__suppress_context__ or error.value.__context__ is None
    return str(error.value)


def reading(path: Path, ask: Ask = lambda _reading: None) -> Any:
    with read_journal(path) as opened:
        return ask(opened)


# What is there.


def test_a_delivery_is_read_as_the_portal_lists_it(path: Path) -> None:
    told = (RUN, "SUCCESS", "order.created", 5, "hook", URL, None, None, 1, 2.0, 0.1, 500, None, "{}", b"told")
    assert reading(path, lambda journal: journal.delivery(1)) == Delivery(1, *told)
    change(path, "UPDATE attempts SET body = ? WHERE delivery = 1", b"x" * 401)
    assert reading(path, lambda journal: journal.delivery(1)).body == b"x" * 400
    assert reading(path, lambda journal: journal.attempts(1)[0]).body == b"x" * 401


def test_the_attempts_of_a_delivery_are_read_in_their_order(path: Path) -> None:
    change(path, "INSERT INTO attempts (delivery, number, sent_at, perhaps_again) VALUES (2, 2, 7.5, 1)")
    answered = Attempt(
        1, 2.0, 2, perhaps_again=False, status=500, latency=0.1, error=None, headers="{}", body=b"told", answered_at=3.0
    )
    again = Attempt(
        2,
        7.5,
        None,
        perhaps_again=True,
        status=None,
        latency=None,
        error=None,
        headers=None,
        body=b"",
        answered_at=None,
    )
    assert reading(path, lambda journal: journal.attempts(2)) == [answered, again]
    assert reading(path, lambda journal: journal.attempts(4)) == []
    latest = reading(path, lambda journal: journal.delivery(2))
    assert (latest.attempts, latest.sent_at, latest.status) == (2, 7.5, None)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), range(1, 17)),
        (Wanted(runs=[RUN]), [1, 2, 3, 4]),
        (Wanted(runs=[RUN, DONE], states=["SUCCESS"]), [1]),
        (Wanted(states=["SUCCESS", "PENDING"], ids=[1, 2, 99]), [1, 2]),
        (Wanted(events=["order.created"], ids=[5]), [5]),
        (Wanted(events=["order.updated"]), []),
    ],
)
def test_what_is_wanted_is_listed_and_counted(path: Path, wanted: Wanted, numbers: Any) -> None:
    with read_journal(path) as journal:
        assert [one.id for one in journal.deliveries(wanted)] == list(numbers)
        assert journal.count(wanted) == len(numbers)
        newest = [one.id for one in journal.deliveries(wanted, newest_first=True)]
        assert newest == sorted(numbers, reverse=True)
        for limit in (0, 1, 3):
            assert [one.id for one in journal.deliveries(wanted, newest_first=True, limit=limit)] == newest[:limit]


def test_a_copy_was_sent_with_the_bytes_and_the_trace_of_what_it_copies(path: Path) -> None:
    with read_journal(path) as journal:
        assert journal.sent(1) == (b'{"n": 0}', (7 << 32) + 0)
        assert journal.sent(2) == (b'{"n": 1}', (7 << 32) + 1)
        assert journal.sent(4) == journal.sent(1)
    change(path, "UPDATE deliveries SET again = NULL WHERE id = 4")
    assert reading(path, lambda journal: journal.sent(4)) == (b'{"n": 2}', (7 << 32) + 3)


def test_runs_are_counted_by_state_and_those_without_an_end_are_named(path: Path) -> None:
    with read_journal(path) as journal:
        counts = [
            (one.run, one.planned, one.succeeded, one.failed, one.pending, one.ended) for one in journal.run_counts()
        ]
        assert counts == [
            (RUN, 4, 1, 0, 3, False),
            (PLANNING, 4, 0, 0, 4, False),
            (CONTROLS, 4, 0, 0, 4, False),
            (DONE, 4, 0, 0, 4, True),
        ]
        assert journal.unfinished() == [
            Unfinished(RUN, planned=True, unknown_retries=None, pending=3),
            Unfinished(PLANNING, planned=False, unknown_retries=None, pending=4),
            Unfinished(CONTROLS, planned=True, unknown_retries=None, pending=4),
        ]


def test_a_policy_of_retries_is_unknown_where_its_name_is_all_there_is(path: Path) -> None:
    for kept, unknown in (
        ('{"retries": {"name": "svix"}}', "svix"),
        ('{"retries": {"name": "a", "delays": []}}', None),
    ):
        change(path, "UPDATE runs SET settings = ? WHERE id = 1", kept)
        assert reading(path, lambda journal: journal.unfinished()[0].unknown_retries) == unknown


def test_what_failed_and_succeeded_in_a_later_run_is_made_good(path: Path) -> None:
    def counted() -> list[tuple[int, int]]:
        return [(one.succeeded, one.failed) for one in reading(path, lambda journal: journal.run_counts())]

    change(path, "UPDATE deliveries SET state = 'FAIL' WHERE id IN (2, 3)")
    change(path, "UPDATE deliveries SET state = 'SUCCESS' WHERE id IN (6, 14)")  # the event of 2, in two later runs
    assert counted() == [(2, 1), (1, 0), (0, 0), (1, 0)]
    change(
        path, "UPDATE hooks SET url = 'http://localhost/other' WHERE run <> 1"
    )  # another receiver makes nothing good
    assert counted() == [(1, 2), (1, 0), (0, 0), (1, 0)]
    change(path, "UPDATE hooks SET url = ?", URL)
    change(path, "UPDATE deliveries SET state = 'FAIL' WHERE id = 14")  # nor does an earlier success a later failure
    assert counted() == [(2, 1), (1, 0), (0, 0), (0, 1)]


def test_each_receiver_of_some_runs_is_named_once(path: Path) -> None:
    change(path, "UPDATE hooks SET name = 'second' WHERE run = ?", DONE)
    with read_journal(path) as journal:
        assert journal.endpoints([RUN, CONTROLS]) == [("hook", URL)]
        assert journal.endpoints([RUN, DONE]) == [("hook", URL), ("second", URL)]


# What is not there.


def test_a_delivery_that_is_not_there_is_told_with_those_that_are(path: Path) -> None:
    lists = f"`steppay-mock log --journal '{path}'` lists them."
    assert refused(lambda: reading(path, lambda journal: journal.delivery(17))) == (
        f"There is no delivery 17 in {path}: they are numbered 1 to 16. {lists}"
    )
    assert refused(lambda: reading(path, lambda journal: journal.sent(17))) == (
        f"There is no delivery 17 in {path}. Name one that `steppay-mock log` lists."
    )
    for ask in (lambda journal: journal.delivery(10**20), lambda journal: journal.attempts(10**20)):
        assert refused(lambda: reading(path, ask)) == f"No number of {path} has more than 19 digits. {lists}"  # noqa: B023
    change(path, "DELETE FROM deliveries")
    assert refused(lambda: reading(path, lambda journal: journal.delivery(1))) == (
        f"There is no delivery 1 in {path}: it has none. {lists}"
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET body = 5 WHERE id = 1",
        "UPDATE runs SET seed = 'seven' WHERE id = 1",
        "UPDATE deliveries SET position = 'first' WHERE id = 1",
    ],
)
def test_a_body_that_cannot_be_made_again_is_told(path: Path, damage: str) -> None:
    change(path, damage)
    assert refused(lambda: reading(path, lambda journal: journal.sent(1))) == (
        f"Delivery 1 in {path} is damaged: its body cannot be read. Take a copy of the file from before, or send its "
        "event anew."
    )


def test_a_delivery_of_no_run_is_told(path: Path) -> None:
    change(path, "UPDATE deliveries SET run = 99 WHERE id = 3")
    assert refused(lambda: reading(path, lambda journal: journal.run_counts())) == (
        f"Delivery 3 in {path} is damaged: it is of run 99, which there is not. Take a copy of the file from before, "
        "or send its event anew."
    )


# What cannot be read.


CANNOT_OPEN = Failure(sqlite3.OperationalError, "unable to open database file", sqlite3.SQLITE_CANTOPEN)


def told(path: Path, failure: Failure) -> str:
    if failure is FAILURES["number too large"]:
        return f"No number of {path} has more than 19 digits. `steppay-mock log --journal '{path}'` lists them."
    if failure in (CANNOT_OPEN, FAILURES["read-only folder"]):
        return (
            f"The journal {path} cannot be opened: {failure.words}. Who reads it writes {path}-shm beside it, and this "
            "user may not. Copy the journal, and what stands beside it, into a folder that you may write to."
        )
    return f"{path} cannot be read as a journal: {failure.words}. Name the file that `send --journal` wrote."


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_fails_is_told_and_can_be_asked_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    course = direct(monkeypatch)
    expected, before = reading(path, ask), content(path)
    for failure in (*FAILURES.values(), CANNOT_OPEN):
        with read_journal(path) as journal:
            course.fail(1, failure.error)
            assert refused(lambda: ask(journal)) == told(path, failure)
            course.succeed()
            assert ask(journal) == expected
    assert content(path) == before


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_an_opening_that_fails_is_told_and_leaves_nothing_open(
    path: Path, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    course = direct(monkeypatch)
    for at in (1, 2):
        course.fail(at, failure.error)
        assert refused(lambda: reading(path)) == told(path, failure)
    for connection in course.opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_it_is_closed_after_it_was_read(path: Path) -> None:
    with read_journal(path) as journal:
        pass
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        journal.connection.execute("SELECT 1")


def test_a_reader_can_change_nothing(path: Path) -> None:
    with read_journal(path) as journal, pytest.raises(sqlite3.OperationalError, match="readonly"):
        journal.connection.execute("DELETE FROM runs")


def test_a_file_that_is_not_there_or_is_no_journal_is_told(path: Path, tmp_path: Path) -> None:
    for absent in (tmp_path, tmp_path / "none.sqlite"):
        assert refused(lambda: reading(absent)) == (  # noqa: B023
            f"There is no journal {absent}. Name the file that `send --journal` wrote."
        )
    assert not (tmp_path / "none.sqlite").exists()
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    assert refused(lambda: reading(empty)) == (
        f"{empty} is no journal of steppay-mock. Name the file that `send --journal` wrote."
    )
    assert empty.read_bytes() == b""
    with closing(plain(path)) as newer:
        newer.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    before = path.read_bytes()
    assert refused(lambda: reading(path)) == (
        f"{path} is a journal of version {schema.VERSION + 1}, and this steppay-mock reads up to {schema.VERSION}. "
        "Install the newer steppay-mock that wrote it."
    )
    assert path.read_bytes() == before


def test_an_older_journal_is_brought_up_to_date_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with closing(plain(path)) as old:
        old.executescript(Path(__file__).with_name("journal-1.sql").read_text(encoding="utf-8"))
    with read_journal(path) as journal:
        assert [one.unknown_retries for one in journal.unfinished()] == ["svix", "custom"]
        assert [one.state for one in journal.deliveries(Wanted())] == ["SUCCESS", "PENDING", "PENDING", "FAIL"]


def test_a_journal_is_read_while_it_is_written(path: Path) -> None:
    with Journal(path) as writing, read_journal(path) as journal:
        writing.end_run(RUN, ended_at=4.0)
        assert [one.run for one in journal.unfinished()] == [PLANNING, CONTROLS]


# Cells.


@pytest.mark.parametrize(
    "value", [None, 0, 1, -5, True, 2**62, 0.0, 0.5, -1e9, 1e300, math.inf, math.nan, "", "x", "5", b"", b"x"]
)
def test_a_cell_is_what_it_should_be_or_what_is_shown_in_its_place(value: Any) -> None:
    is_date = isinstance(value, int | float) and abs(value) < 2.5e11
    assert cells.text(value) == (value if isinstance(value, str) else repr(value))
    assert cells.perhaps_text(value) == (None if value is None else cells.text(value))
    assert cells.whole(value) == (value if isinstance(value, int) else 0)
    assert cells.perhaps_whole(value) == (value if isinstance(value, int) else None)
    assert cells.perhaps_seconds(value) == (value if is_date else None)
    assert cells.seconds(value) == (value if is_date else 0.0)
    assert cells.content(value) == (value if isinstance(value, bytes) else b"")
    assert cells.read_row([value, 1], [cells.text, cells.whole]) == [cells.text(value), 1]


def test_a_row_that_has_another_number_of_cells_is_not_read() -> None:
    with pytest.raises(ValueError, match="zip"):
        cells.read_row([1, 2], [cells.whole])


@pytest.mark.parametrize(
    ("seconds", "shown"), [(2.5e11, None), (-2.5e11, None), (2.4e11, 2.4e11), (float("nan"), None)]
)
def test_a_date_that_python_has_no_words_for_is_left_out(seconds: float, shown: float | None) -> None:
    assert cells.perhaps_seconds(seconds) == shown
