"""At most one process sends a run; whatever the system refuses is told, and a plan that was given up is forgotten."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from delivery.filled_journal import CONTROLS, DONE, PLANNING, RUN, URL

from steppay_mock import SteppayMockError
from steppay_mock.delivery.journal import claim as claim_module
from steppay_mock.delivery.journal.claim import claim, forget_given_up
from steppay_mock.delivery.journal.journal import Journal

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The naps while another process has the lock, by a clock that goes on while they are taken."""
    taken: list[float] = []
    monkeypatch.setattr(claim_module, "sleep", taken.append)
    monkeypatch.setattr(claim_module, "monotonic", lambda: 100.0 + sum(taken))
    return taken


def lock_of(path: Path, run: int) -> Path:
    return path.with_name(f"{path.name}-run{run}")


def refuse_locks(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def flock(_file: object, _how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)


def test_a_claim_stands_beside_the_journal_for_as_long_as_it_is_held(path: Path) -> None:
    leaves: list[Callable[[], object]] = [dict, lock_of(path, RUN).unlink]
    for leave in leaves:
        with claim(str(path), RUN) as ours, claim(str(path), DONE) as another:
            assert (ours, another, lock_of(path, RUN).exists()) == (True, True, True)
            leave()
        assert not lock_of(path, RUN).exists()
    with pytest.raises(ZeroDivisionError), claim(str(path), RUN):
        raise ZeroDivisionError
    assert not lock_of(path, RUN).exists()


def test_a_lock_that_another_has_is_not_waited_for_without_patience(path: Path, naps: list[float]) -> None:
    with claim(str(path), RUN), claim(str(path), RUN) as theirs:
        assert theirs is False
    assert naps == []


def test_a_lock_that_another_has_is_waited_for_with_patience(path: Path, naps: list[float]) -> None:
    with claim(str(path), RUN), claim(str(path), RUN, patience=2.0) as theirs:
        assert theirs is False
    assert sum(naps) == pytest.approx(2.0, abs=0.05)
    assert lock_of(path, RUN).exists() is False


def test_a_lock_that_another_lets_go_of_is_taken_soon(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = claim(str(path), RUN)
    held.__enter__()
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        held.__exit__(None, None, None)

    monkeypatch.setattr(claim_module, "sleep", sleep)
    with claim(str(path), RUN, patience=60.0) as ours:
        assert (ours, len(naps)) == (True, 1)
        assert 0 < naps[0] < 0.1
        with claim(str(path), RUN) as theirs:
            assert theirs is False


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EMFILE, errno.ENAMETOOLONG])
def test_a_folder_in_which_no_lock_can_be_written_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SteppayMockError) as error, claim(str(path), RUN):
        pytest.fail("it is claimed without a lock")
    assert str(error.value) == (
        f"{lock_of(path, RUN)} cannot be written: {os.strerror(number)}. It stands beside the journal while a run is "
        "sent: name a journal in a folder that can be written."
    )


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_a_disk_that_knows_no_locks_is_told_and_not_taken_for_another_process(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse_locks(monkeypatch, number)
    with pytest.raises(SteppayMockError) as error, claim(str(path), RUN, patience=60.0):
        pytest.fail("it is claimed without a lock")
    assert str(error.value) == (
        f"{lock_of(path, RUN)} cannot be locked: {os.strerror(number)}. It stands beside the journal while a run is "
        "sent, so that no other process sends the run, too: name a journal on a disk of this machine."
    )


@pytest.mark.parametrize("becomes", [Path.unlink, lambda path: (path.unlink(), path.touch())])
def test_a_lock_on_a_file_that_its_owner_removed_meanwhile_is_none(
    path: Path, monkeypatch: pytest.MonkeyPatch, becomes: Callable[[Path], object]
) -> None:
    lock, flock = lock_of(path, RUN), fcntl.flock
    locked: list[Any] = []

    def remove_first(file: Any, how: int) -> None:
        if not locked:
            becomes(lock)
        flock(file, how)
        locked.append(file)

    monkeypatch.setattr(fcntl, "flock", remove_first)
    with claim(str(path), RUN) as ours:
        assert ours
        assert [file.closed for file in locked] == [True, False]
        assert os.path.samestat(os.fstat(locked[1].fileno()), lock.stat())
    assert locked[1].closed


def test_a_system_without_locks_claims_every_run_and_forgets_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_module, "fcntl", None)
    with claim(str(path), RUN) as ours, claim(str(path), RUN) as again:
        assert (ours, again, lock_of(path, RUN).exists()) == (True, True, False)
    monkeypatch.setattr(claim_module, "IS_CERTAIN", False)
    with Journal(path) as journal:
        assert forget_given_up(journal) == []
        assert journal.unplanned() == [PLANNING]


def test_a_plan_that_was_given_up_is_forgotten_with_all_that_is_of_it(path: Path) -> None:
    with Journal(path) as journal:
        given_up = journal.begin_run(began_at=1.0, seed=7, made_by="hand", settings={})
        journal.add_endpoint(given_up, name="hook", url=URL)
        assert forget_given_up(journal) == [PLANNING, given_up]
        assert [row[0] for row in journal.ask("SELECT id FROM runs")] == [RUN, CONTROLS, DONE]
        for table in ("hooks", "deliveries"):
            assert [row[0] for row in journal.ask(f"SELECT DISTINCT run FROM {table}")] == [RUN, CONTROLS, DONE]
        assert journal.ask("SELECT count(*) FROM events") == [(9,)]
        assert forget_given_up(journal) == []


def test_a_plan_that_is_being_made_is_not_forgotten(path: Path) -> None:
    with Journal(path) as journal:
        with claim(str(path), PLANNING):
            assert forget_given_up(journal) == []
        assert journal.unplanned() == [PLANNING]
        assert forget_given_up(journal) == [PLANNING]


def test_a_plan_that_became_whole_before_its_lock_was_had_is_not_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def slow_claim(name: str, run: int) -> Iterator[bool]:
        with claim(name, run) as ours:
            journal.end_planning(run)
            yield ours

    monkeypatch.setattr(claim_module, "claim", slow_claim)
    with Journal(path) as journal:
        assert forget_given_up(journal) == []
        assert journal.unfinished() == [RUN, PLANNING]
