"""A sandbox with a file goes on where it was, also where its process was killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sandbox.conftest import SECRET, Inbox, Open

from steppay_mock import SteppayMockError


def test_a_file_gives_the_same_store_again(open_sandbox: Open, file: Path, inbox: Inbox) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout()
        sandbox.advance(days=40)
        with pytest.raises(SteppayMockError):
            sandbox.store.resume()
        sandbox.store.cancel(at_period_end=True)
        sandbox.settle()
        before, bodies = sandbox.store.state(), [event.body for event in sandbox.events]
    came = len(inbox.events)
    with open_sandbox(data=file, seed=None) as sandbox:
        assert sandbox.store.state() == before
        sandbox.advance(days=40)
        assert [event.body for event in sandbox.events][: len(bodies)] == bodies
        assert sandbox.store.subscription.status == "CANCELED"
        sandbox.settle()
    assert len(inbox.events) - came == 1


def test_events_that_wait_wait_on(open_sandbox: Open, file: Path, inbox: Inbox) -> None:
    with open_sandbox(data=file, held=True) as sandbox:
        sandbox.store.checkout()
    assert inbox.events == []
    with open_sandbox(data=file) as sandbox:
        sandbox.settle()
        assert inbox.events == []
        sandbox.flush()
    assert len(inbox.events) == 5


def test_another_seed_for_the_same_file_is_refused(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file):
        pass
    with pytest.raises(SteppayMockError, match=r"began with the seed 7, not 8\. Leave the seed out"):
        open_sandbox(data=file, seed=8)


def test_the_options_of_the_beginning_may_be_given_again_after_a_reset(open_sandbox: Open, file: Path) -> None:
    """A container starts with the same command each time."""
    with open_sandbox(data=file) as sandbox:
        sandbox.reset(seed=9, scenario="refund-in-full")
        sandbox.reset(seed=8)
        events = [event.body for event in sandbox.events]
    for seed in (7, 8):
        with open_sandbox(data=file, seed=seed) as sandbox:
            assert sandbox.status()["seed"] == 8
            assert [event.body for event in sandbox.events] == events
    with pytest.raises(SteppayMockError, match=r"began with the seed 7, not 9\. Leave the seed out"):
        open_sandbox(data=file, seed=9)


def test_acts_that_give_another_store_are_refused(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout()
        sandbox.store.cancel()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE sandbox_acts SET events = 4 WHERE number = 2")
    connection.close()
    with pytest.raises(SteppayMockError, match="give another store than before"):
        open_sandbox(data=file)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at", None])
def test_a_file_of_something_else_is_refused(open_sandbox: Open, file: Path, content: bytes | None) -> None:
    if content is None:
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE mine (x)")
        connection.close()
    else:
        file.write_bytes(content)
    with pytest.raises(SteppayMockError):
        open_sandbox(data=file)


def test_the_file_is_private(open_sandbox: Open, file: Path) -> None:
    with open_sandbox(data=file):
        assert file.stat().st_mode & 0o077 == 0


PROGRAM = """
import sys
from steppay_mock import Sandbox
url, path = sys.argv[1:]
with Sandbox(seed=7, forward_to=url, secret="{secret}", data=path) as sandbox:
    for number in range(1_000):
        order = sandbox.store.checkout()
        print(order.id, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 4, 9])
def test_a_process_that_is_killed_loses_nothing(
    open_sandbox: Open, file: Path, inbox: Inbox, acknowledged: int
) -> None:
    program = PROGRAM.replace("{secret}", SECRET)
    process = subprocess.Popen(
        [sys.executable, "-c", program, inbox.url, str(file)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(acknowledged)]
    os.killpg(process.pid, signal.SIGKILL)
    told += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()
    with open_sandbox(data=file, seed=None) as sandbox:
        sandbox.settle()
        orders = {order.id for order in sandbox.store.orders}
        assert set(told) <= orders
        happened = {json.dumps(event.payload) for event in sandbox.events}
    assert happened <= {json.dumps(payload) for payload in inbox.payloads}


@pytest.mark.parametrize("held", [False, True])
def test_events_that_were_handed_over_but_not_planned_are_delivered_at_the_next_start(
    open_sandbox: Open, file: Path, inbox: Inbox, *, held: bool
) -> None:
    with open_sandbox(data=file) as sandbox:
        for _ in range(2):
            sandbox.store.checkout()
            sandbox.settle()
    with sqlite3.connect(file) as connection:  # as if the process was killed when the second run was faster
        connection.execute("UPDATE runs SET planned = 0 WHERE id = (SELECT MIN(id) FROM runs)")
    connection.close()
    inbox.payloads.clear()
    with open_sandbox(data=file, held=held) as sandbox:
        sandbox.settle()
        sandbox.flush()
        assert {json.dumps(one) for one in inbox.payloads} == {json.dumps(one.payload) for one in sandbox.events[:5]}


class CopyingConnection(sqlite3.Connection):
    """Copies its file after each statement: what a process leaves that is killed then."""

    file: ClassVar[Path]
    copies: ClassVar[list[Path]]

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute, and copy."""
        done = super().execute(*arguments)
        if self.file.exists():
            copy = self.file.with_name(f"copy{len(self.copies)}.sqlite")
            for end in ("", "-wal"):
                copy.with_name(copy.name + end).write_bytes(self.file.with_name(self.file.name + end).read_bytes())
            self.copies.append(copy)
        return done


def test_a_kill_at_any_moment_of_a_reset_leaves_the_store_of_before_or_the_new_one(
    open_sandbox: Open, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[tuple[int, int, int]] = []
    connect = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(connect, factory=CopyingConnection))
        patch.setattr(CopyingConnection, "file", Path("nowhere"), raising=False)
        patch.setattr(CopyingConnection, "copies", [], raising=False)
        with open_sandbox(data=file, scenario="refund-in-full", held=True) as sandbox:
            sandbox.store.checkout()
            sandbox.change_endpoint("webhooks", enabled=False)
            sandbox.change_endpoint("webhooks", enabled=True)
            old = (7, len(sandbox.events), len(sandbox.events))
            CopyingConnection.file = file
            sandbox.reset(seed=8)
            sandbox.status()
            CopyingConnection.file = Path("nowhere")
            new = (8, len(sandbox.events), 0)
            copies = list(CopyingConnection.copies)
    for copy in copies:
        with open_sandbox(data=copy, seed=None, forward_to=None, secret=None) as sandbox:
            status = sandbox.status()
            found.append((status["seed"], status["events"], sandbox.endpoints["webhooks"].since))
    assert set(found) == {old, new}
