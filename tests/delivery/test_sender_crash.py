"""Killed at any instant and resumed, a run completes: nothing planned is lost, nothing acknowledged is sent again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from delivery.counting import OK, Counting, Got, counting, status

from steppay_mock.delivery.journal.journal import Journal

EVENTS = 2_000
AT_ONCE = 8
_CHILD = """
import sys
sys.path.insert(0, "tests")
url, journal, job, engine, events = sys.argv[1:]
if engine == "threads":
    sys.modules["pycurl"] = None
from delivery.counting import payloads
from steppay_mock.delivery.sender.sender import Sender
sender = Sender(url, secret="whsec_test", journal=journal, concurrency=8, retries=[0.0] * 4)
if job == "send":
    sender.send(payloads(int(events)), seed=7)
elif job == "resume":
    sender.resume()
else:
    def slowly():
        for number, payload in enumerate(payloads(int(events))):
            if number == int(job):
                print("planning", flush=True)
                sys.stdin.read()
            yield payload
    sender.send(slowly(), seed=7)
"""
ROOT = Path(__file__).resolve().parents[2]


def child(url: str, journal: Path, job: str, *, engine: str = "curl", events: int = EVENTS) -> subprocess.Popen[str]:
    """A process of its own that sends."""
    arguments = [sys.executable, "-W", "error", "-c", _CHILD, url, str(journal), job, engine, str(events)]
    return subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> int:
    """How the process ended, once it has."""
    process.communicate(timeout=60)
    return process.returncode


@dataclass(slots=True)
class Killer:
    """Kills the sender at its n-th request, before that is answered or right after; fails one in 17 at first."""

    pid: int = 0
    left: int = -1
    before: bool = False
    failed: set[int] = field(default_factory=set)
    taken: Counter[int] = field(default_factory=Counter)

    def arm(self, process: subprocess.Popen[str], *, left: int, before: bool) -> None:
        self.pid, self.before, self.left = process.pid, before, left

    def answer(self, got: Got) -> bytes:
        self.left -= 1
        if self.left == 0 and self.before:
            os.kill(self.pid, signal.SIGKILL)
        if got.id % 17 == 0 and got.id not in self.failed:
            self.failed.add(got.id)
            return status(500)
        self.taken[got.id] += 1
        return OK

    def after(self, _got: Got) -> None:
        if self.left == 0 and not self.before:
            os.kill(self.pid, signal.SIGKILL)


def run_with_kills(folder: Path, *, kills: int, seed: int, engine: str = "curl") -> None:
    """One run, killed so often on its way; then all that may be asked of it."""
    chance = random.Random(seed)
    journal, killer = folder / f"{seed}.sqlite", Killer()
    with counting(Counting(killer.answer, killer.after)) as receiver:
        for nth in range(kills):
            process = child(receiver.url, journal, "resume" if nth else "send", engine=engine)
            killer.arm(process, left=chance.randint(1, 1_700 // kills), before=chance.random() < 0.5)
            assert ended(process) == -signal.SIGKILL, "the sender was through before it was killed"
        killer.left = -1
        assert ended(child(receiver.url, journal, "resume", engine=engine)) == 0
    with closing(Journal(journal)) as opened:
        assert opened.unfinished() == []
        assert opened.ask("SELECT state, count(*) FROM deliveries GROUP BY state") == [("SUCCESS", EVENTS)]
        rows = opened.ask(
            "SELECT d.place, count(*), sum(a.status = 204), sum(a.perhaps_again), sum(a.answered_at IS NULL) "
            "FROM deliveries d JOIN attempts a ON a.delivery = d.id GROUP BY d.id"
        )
    copies = receiver.copies
    assert {place for place, *_ in rows} == set(range(EVENTS)) == set(copies)
    for place, attempts, acknowledged, perhaps, unanswered in rows:
        assert acknowledged == 1
        assert perhaps == unanswered, "an attempt is marked if, and only if, nobody knows what became of the last"
        assert copies[place] <= attempts, "something was sent that is not written down"
        assert killer.taken[place] <= 1 + perhaps, "what was acknowledged was sent again, and is not marked"
    assert sum(perhaps for *_, perhaps, _ in rows) <= kills * AT_ONCE


def test_a_run_that_is_killed_five_times_is_completed(tmp_path: Path) -> None:
    run_with_kills(tmp_path, kills=5, seed=7)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [0, 1, 2, 3, *(pytest.param(n, marks=pytest.mark.hunt) for n in range(4, 10))])
def test_runs_that_are_killed_fifty_times_are_completed(seed: int, tmp_path: Path) -> None:
    run_with_kills(tmp_path, kills=5, seed=1_000 + seed, engine="threads" if seed % 3 == 0 else "curl")


def test_a_run_that_is_killed_while_it_is_planned_has_sent_nothing(tmp_path: Path) -> None:
    journal = tmp_path / "planned.sqlite"
    with counting(Counting()) as receiver:
        process = child(receiver.url, journal, "1300")
        assert process.stdout is not None
        assert process.stdout.readline() == "planning\n"
        process.kill()
        assert ended(process) == -signal.SIGKILL
        assert ended(child(receiver.url, journal, "resume")) == 0
    assert receiver.got == []
    with closing(Journal(journal)) as opened:
        assert opened.unfinished() == []
        for table in ("attempts", "deliveries", "events", "hooks", "runs"):
            assert opened.ask(f"SELECT count(*) FROM {table}") == [(0,)], "the plan that was given up is cleared away"


def test_a_run_that_was_killed_leaves_a_journal_that_any_sqlite_can_read(tmp_path: Path) -> None:
    journal, killer = tmp_path / "left.sqlite", Killer()
    with counting(Counting(killer.answer, killer.after)) as receiver:
        process = child(receiver.url, journal, "send", events=200)
        killer.arm(process, left=50, before=True)
        assert ended(process) == -signal.SIGKILL
    assert journal.with_name("left.sqlite-wal").is_file()
    with closing(sqlite3.connect(journal)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ((pending,),) = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'PENDING'").fetchall()
    assert 0 < pending < 200
