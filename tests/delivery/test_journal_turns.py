"""Threads that write to one journal take turns: SQLite makes none of them wait, and so lets none of them sleep."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import pytest

from steppay_mock.delivery.journal.journal import Journal
from steppay_mock.delivery.journal.turns import turn_of


class WatchedConnection(sqlite3.Connection):
    """Counts the connections that are within a write, and those that would begin one meanwhile."""

    guard: ClassVar[Lock] = Lock()
    writing: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute, and count."""
        statement = str(arguments[0])
        if statement == "BEGIN IMMEDIATE":
            self._count(1)
        done = super().execute(*arguments)
        if statement == "COMMIT":
            self._count(-1)
        return done

    @classmethod
    def _count(cls, change: int) -> None:
        with cls.guard:
            cls.writing += change
            cls.most = max(cls.most, cls.writing)


def test_no_thread_begins_to_write_while_another_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=WatchedConnection))
    monkeypatch.setattr(WatchedConnection, "most", 0)

    def write(_number: int) -> None:
        with Journal(path) as journal:
            for _ in range(20):
                journal.begin_run(began_at=1.0, seed=7, made_by="hand", settings={})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert WatchedConnection.most == 1
    with Journal(path) as journal:
        assert len(journal.unplanned()) == 160


def test_a_file_has_one_turn_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "journal.sqlite")
    turn = turn_of(str(tmp_path / "journal.sqlite"))
    assert turn_of(str(tmp_path / "link.sqlite")) is turn
    assert turn_of(str(tmp_path / "other.sqlite")) is not turn


FORKS = """
import os, signal, sys
from steppay_mock.delivery.journal.turns import turn_of
with turn_of(sys.argv[1]):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        with turn_of(sys.argv[1]):
            os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_is_forked_in_a_turn_has_turns_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FORKS, str(tmp_path / "journal.sqlite")], check=False)
    assert done.returncode == 0
