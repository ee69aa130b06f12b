"""What a journal holds of deliveries and attempts decides what is sent after a resume."""

from __future__ import annotations

from pathlib import Path

import pytest

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.run.deliveries import EndedAttempt, PlannedDelivery, StartedAttempt


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


def begun(delivery: int, number: int, *, again: bool = False) -> StartedAttempt:
    return StartedAttempt(delivery, number, 2.0, 2, again)


def ended(delivery: int, number: int, state: str, *, due: float | None = None) -> EndedAttempt:
    return EndedAttempt(delivery, number, state, 500, 0.1, None, '{"a": "b"}', b"told", 3.0, due)


def test_what_was_begun_and_not_answered_may_have_arrived(path: Path) -> None:
    with Journal(path) as journal:
        run = planned(journal, count=4)
        journal.write([], [begun(1, 1), begun(2, 1), begun(3, 1)])
        journal.write([ended(1, 1, "PENDING", due=9.5), ended(2, 1, "PENDING", due=9.5)], [begun(2, 2)])
        found = {row.id: (row.attempts, row.failures, bool(row.perhaps_again), row.due) for row in journal.pending(run)}
    assert found == {
        1: (1, 1, False, 9.5),
        2: (2, 1, True, None),
        3: (1, 0, True, None),
        4: (0, 0, False, None),
    }


def test_an_attempt_that_was_not_answered_is_forgotten_once_a_later_one_was(path: Path) -> None:
    with Journal(path) as journal:
        run = planned(journal, count=1)
        journal.write([], [begun(1, 1)])
        journal.write([], [begun(1, 2, again=True)])
        journal.write([ended(1, 2, "PENDING", due=9.5)], [])
        [row] = journal.pending(run)
    assert (row.attempts, row.failures, bool(row.perhaps_again), row.due) == (2, 1, False, 9.5)


def test_a_write_is_whole_or_not_at_all(path: Path) -> None:
    with Journal(path) as journal:
        run = planned(journal)
        journal.write([], [begun(1, 1)])
        with pytest.raises(SteppayMockError, match="UNIQUE constraint failed"):
            journal.write([ended(1, 1, "SUCCESS")], [begun(2, 1), begun(1, 1)])
        assert journal.ask("SELECT delivery, answered_at FROM attempts") == [(1, None)]
        assert len(list(journal.pending(run))) == 3


def test_only_a_run_that_is_planned_and_not_ended_can_be_resumed(path: Path) -> None:
    with Journal(path) as journal:
        first, second = planned(journal), planned(journal)
        journal.begin_run(began_at=1.0, seed=7, made_by="hand", settings={})
        assert journal.unfinished() == [first, second]
        journal.end_run(first, ended_at=2.0)
        assert journal.unfinished() == [second]


def test_what_is_pending_is_read_while_it_is_written(path: Path) -> None:
    with Journal(path) as journal:
        run = planned(journal, count=1_200)
        for row in journal.pending(run):
            journal.write([], [begun(row.id, 1)])
            journal.write([ended(row.id, 1, "SUCCESS")], [])
        assert list(journal.pending(run)) == []
