"""A sandbox with a file goes on where it was, also where its process was killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

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
