"""A journal whose disk or lock fails says so, loses nothing that it has, and goes on once the cause is gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from delivery.failing_sqlite import FAILURES, FULL, LOCKED, Course, Failure, content, direct, is_free, plain
from delivery.filled_journal import CONTROLS, DONE, PLANNING, RUN, URL, ended, fill, one_plan, started

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal import journal as journal_module
from steppay_mock.delivery.journal.journal import Journal

pytestmark = pytest.mark.usefixtures("filled")

Use = Callable[[Journal], object]


def _origin_of_the_copy(journal: Journal) -> object:
    *_, copy = list(journal.pending(RUN))
    assert copy.again == "same"
    return journal.origin(RUN, copy)


WRITES: dict[str, Use] = {
    "begin_run": lambda journal: journal.begin_run(began_at=1.0, seed=8, made_by="hand", settings={"rate": 2}),
    "add_endpoint": lambda journal: journal.add_endpoint(PLANNING, name="second", url=URL),
    "add_plans": lambda journal: journal.add_plans(PLANNING, one_plan(2, count=2)),
    "end_planning": lambda journal: journal.end_planning(PLANNING),
    "forget": lambda journal: journal.forget(PLANNING),
    "write": lambda journal: journal.write([ended(3, "FAIL")], [started(4), started(2, 2)], [(1, 1)]),
    "end_run": lambda journal: journal.end_run(RUN, ended_at=4.0),
}
READS: dict[str, tuple[Use, object]] = {
    "pending": (lambda journal: [one.id for one in journal.pending(RUN)], [2, 3, 4]),
    "unfinished": (lambda journal: journal.unfinished(), [RUN]),
    "run_of_controls": (lambda journal: journal.run_of_controls(RUN, name="hook", url=URL), (CONTROLS, 3)),
    "unplanned": (lambda journal: journal.unplanned(), [PLANNING]),
    "origin": (_origin_of_the_copy, (1, 2, b'{"n": 0}')),
    "widest": (lambda journal: journal.widest(RUN), 2),
    "ask": (lambda journal: journal.ask("SELECT ended_at FROM runs WHERE id = ?", DONE), [(9.0,)]),
}


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> Course:
    return direct(monkeypatch)


def told(path: Path, what: str, failure: Failure) -> str:
    return (
        f"The journal {path} cannot be {what}: {failure.words}. Nothing is sent that cannot be recorded. "
        f"{failure.next_step}"
    )


def refused(use: Use, journal: Journal) -> str:
    with pytest.raises(SteppayMockError) as error:
        use(journal)
    assert error.value.__suppress_context__, "the error of SQLite says nothing more"
    return str(error.value)


def undisturbed(path: Path, course: Course, use: Use) -> tuple[int, list[str]]:
    """How many statements the use takes, and what a journal has after it."""
    other = path.with_name("undisturbed.sqlite")
    fill(other)
    with Journal(other) as journal:
        course.succeed()
        use(journal)
        return len(course.statements), content(other)


# Wherever it fails.


@pytest.mark.parametrize("use", WRITES.values(), ids=WRITES)
def test_a_write_that_fails_anywhere_writes_nothing_and_can_be_made_again(path: Path, course: Course, use: Use) -> None:
    before = content(path)
    statements, expected = undisturbed(path, course, use)
    with Journal(path) as journal:
        for failure, at in product(FAILURES.values(), range(1, statements + 1)):
            course.fail(at, failure.error)
            assert refused(use, journal) == told(path, "written", failure)
            assert (content(path), is_free(path)) == (before, True), course.statements
        for at in range(1, statements + 1):
            course.fail(at, KeyboardInterrupt)
            with pytest.raises(KeyboardInterrupt):
                use(journal)
            assert (content(path), is_free(path)) == (before, True), course.statements
        course.succeed()
        use(journal)
    with Journal(path):
        assert content(path) == expected


@pytest.mark.parametrize(("use", "found"), READS.values(), ids=READS)
def test_a_question_that_fails_anywhere_is_told_and_can_be_asked_again(
    path: Path, course: Course, use: Use, found: object
) -> None:
    before = content(path)
    statements, _ = undisturbed(path, course, use)
    with Journal(path) as journal:
        for failure, at in product(FAILURES.values(), range(1, statements + 1)):
            course.fail(at, failure.error)
            assert refused(use, journal) == told(path, "read", failure)
        course.succeed()
        assert use(journal) == found
    assert content(path) == before


def test_a_run_whose_lock_cannot_be_had_is_not_begun(path: Path) -> None:
    before = content(path)

    def no_lock(run: int) -> None:
        raise SteppayMockError(f"no lock of run {run}")

    with Journal(path) as journal:
        with pytest.raises(SteppayMockError, match="no lock of run 5"):
            journal.begin_run(began_at=1.0, seed=7, made_by="hand", settings={}, claimed=no_lock)
        assert (content(path), is_free(path)) == (before, True)


# As SQLite fails by itself.


def only_read(journal: Journal, _path: Path) -> Callable[[], object]:
    journal.ask("PRAGMA query_only = 1")
    return lambda: journal.ask("PRAGMA query_only = 0")


def hold(_journal: Journal, path: Path) -> Callable[[], object]:
    holder = plain(path)
    holder.execute("BEGIN IMMEDIATE")
    return holder.close


@pytest.mark.parametrize("use", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    ("cause", "failure"), [(only_read, FAILURES["read-only folder"]), (hold, LOCKED)], ids=["read-only", "locked"]
)
def test_what_sqlite_refuses_by_itself_is_told_alike(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    use: Use,
    cause: Callable[[Journal, Path], Callable[[], object]],
    failure: Failure,
) -> None:
    monkeypatch.setattr(journal_module, "_BUSY_MS", 0)
    before = content(path)
    with Journal(path) as journal:
        end = cause(journal, path)
        assert refused(use, journal) == told(path, "written", failure)
        end()
        assert (content(path), is_free(path)) == (before, True)
        use(journal)
    assert content(path) != before


def test_a_disk_without_a_page_left_takes_none_of_the_plan(path: Path) -> None:
    before = content(path)
    with Journal(path) as journal:
        journal.ask("PRAGMA max_page_count = 1")  # what it has is the least that it may have
        assert refused(lambda journal: journal.add_plans(PLANNING, one_plan(2, count=900)), journal) == told(
            path, "written", FULL
        )
        assert (content(path), is_free(path)) == (before, True)
        journal.end_planning(PLANNING)
    assert content(path) != before


def test_a_journal_on_a_disk_without_wal_lets_go_of_what_a_reader_did_not_let_it_commit(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_BUSY_MS", 0)
    with closing(plain(path)) as changed:
        assert changed.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    before = content(path)
    with Journal(path) as journal, closing(plain(path)) as reader:
        reading = reader.execute("SELECT id FROM events")
        assert reading.fetchone() == (1,)
        assert refused(WRITES["end_run"], journal) == told(path, "written", LOCKED)
        reading.close()
        assert (content(path), is_free(path)) == (before, True)
        WRITES["end_run"](journal)
        assert journal.unfinished() == [CONTROLS]


@pytest.mark.parametrize("use", [*WRITES.values(), *(use for use, _ in READS.values())], ids=[*WRITES, *READS])
def test_a_journal_that_was_closed_is_told(path: Path, use: Use) -> None:
    before = content(path)
    with Journal(path) as journal:
        pass
    what = "written" if use in WRITES.values() else "read"
    assert refused(use, journal) == told(path, what, FAILURES["closed"])
    assert content(path) == before


def test_what_another_thread_interrupts_is_told(path: Path, course: Course) -> None:
    with Journal(path) as journal:
        course.opened[-1].set_progress_handler(lambda: 1, 1)
        assert refused(READS["pending"][0], journal) == told(path, "read", FAILURES["interrupted"])
        course.opened[-1].set_progress_handler(None, 0)
        assert READS["pending"][0](journal) == [2, 3, 4]
