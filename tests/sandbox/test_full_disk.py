"""A sandbox whose file cannot be written: callers are told, what waits for it goes on, and nothing is lost."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
from sandbox.conftest import Inbox, Open

from steppay_mock import Sandbox, SteppayMockError


class FullConnection(sqlite3.Connection):
    """A connection to a file whose disk is full whenever ``is_full`` says so."""

    is_full: ClassVar[bool] = False

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute, if there is room."""
        if FullConnection.is_full and not str(arguments[0]).strip().startswith(("SELECT", "BEGIN", "PRAGMA")):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(*arguments)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FullConnection]]:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=FullConnection))
    monkeypatch.setattr(FullConnection, "is_full", False)
    yield FullConnection
    FullConnection.is_full = False  # before the sandbox of the test is closed


def customer(sandbox: Sandbox) -> requests.Response:
    wanted = dict.fromkeys(("marketingSms", "marketingEmail", "marketingKakao"), False)
    given = {"name": "김민지", "email": "kim@example.com", "attributes": {}, **wanted}
    headers = {"Secret-Token": sandbox.token}
    return requests.post(f"{sandbox.url}/api/v1/customers", json=given, headers=headers, timeout=5)


def test_calls_say_that_the_disk_is_full_and_work_when_there_is_room(
    open_sandbox: Open, file: Path, disk: type[FullConnection]
) -> None:
    with open_sandbox(data=file) as sandbox:
        disk.is_full = True
        with pytest.raises(SteppayMockError, match=r"database or disk is full\. It was not done\. Make room there"):
            sandbox.store.checkout()
        answer = customer(sandbox)
        assert (answer.status_code, answer.json()["errorCode"]) == (503, "CANNOT_BE_KEPT")
        asked = requests.post(f"{sandbox.url}/_mock/actions/checkout", timeout=5)
        assert asked.status_code == 503
        assert "Make room there" in asked.json()["error"]
        assert sandbox.events == []
        disk.is_full = False
        assert customer(sandbox).status_code == 201
        assert [event.type for event in sandbox.events] == ["customer.created"]


def test_a_delivery_on_a_full_disk_is_told_and_made_at_the_next_start(
    open_sandbox: Open, file: Path, inbox: Inbox, disk: type[FullConnection]
) -> None:
    with open_sandbox(data=file, held=True) as sandbox:
        sandbox.store.checkout()
        disk.is_full = True
        assert sandbox.flush() == []
        sandbox.settle()
        (notice,) = sandbox.notices
        assert "database or disk is full" in notice
        assert notice.endswith("What is left is sent when the sandbox starts again.")
        disk.is_full = False
        sandbox.store.cancel()
        sandbox.flush()
    assert inbox.events == ["subscription.updated"]
    with open_sandbox(data=file) as sandbox:
        sandbox.settle()
    assert len(inbox.events) == 6


def test_who_cannot_tell_a_report_does_not_stop_the_deliveries(open_sandbox: Open, inbox: Inbox) -> None:
    def tell(_report: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # as `dev 2>log` does on a full disk

    with open_sandbox(told=tell) as sandbox:
        for _ in range(2):
            sandbox.store.checkout()
            sandbox.settle()
        assert len(sandbox.notices) == 1
        assert "No space left on device" in sandbox.notices[0]
    assert len(inbox.events) == 10


def test_what_a_running_clock_brought_is_kept_once_there_is_room(
    open_sandbox: Open, file: Path, disk: type[FullConnection]
) -> None:
    with open_sandbox(data=file) as sandbox:
        sandbox.store.checkout()
        sandbox.advance(days=30, hours=23, minutes=50)
        sandbox.settle()
        sandbox.change_speed(1_000)
        disk.is_full = True
        refused = 0
        while not refused:  # until the renewal, in ten minutes of the store
            try:
                sandbox.status()
            except SteppayMockError:
                refused += 1
        disk.is_full = False
        assert sandbox.status()["events"] > 5
        sandbox.change_speed(0)
        events = [event.body for event in sandbox.events]
    with open_sandbox(data=file, seed=None) as sandbox:
        assert [event.body for event in sandbox.events] == events


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("text", "file is not a database"),
        ("tables", "it is the database of something else"),
        ("folder", "No such file or directory"),
        ("links", "it has 2 names"),
    ],
)
def test_a_file_that_can_keep_no_sandbox_is_refused_with_the_reason(
    open_sandbox: Open, file: Path, content: str, told: str
) -> None:
    if content == "text":
        file.write_bytes(b"no database at all, but long enough to be looked at")
    elif content == "tables":
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE mine (x)")
        connection.close()
    elif content == "links":
        file.touch()
        file.with_name("other").hardlink_to(file)
    else:
        file = file / "none"
    with pytest.raises(SteppayMockError) as error:
        open_sandbox(data=file)
    assert str(error.value).startswith(f"A sandbox cannot be kept in {str(file)!r}: {told}")
    assert str(error.value).endswith("Name another file.")
    assert "journal" not in str(error.value)
