"""What this machine lacks ends a command with exit code 2, what to do, and no word against the receiver."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cli.conftest import run_command

from steppay_mock.delivery.engine.threads import ThreadEngine
from steppay_mock.delivery.sender import sender


@pytest.fixture
def no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """No port of this machine is free to connect from."""

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(sender, "make_engine", ThreadEngine)


@pytest.mark.usefixtures("no_port")
def test_a_run_that_is_written_down_can_be_resumed(tmp_path: Path) -> None:
    journal = str(tmp_path / "a journal.sqlite")
    done = run_command("send", "--to", "http://127.0.0.1:9", "all", "--unsigned", "--journal", journal)
    assert (done.code, done.out) == (2, "")
    assert "for a lack of this machine and not of the receiver: no local port or address is free" in done.err
    assert re.search(r"\d+ of \d+ deliveries have their outcome; the rest stays planned", done.err)
    assert f"`steppay-mock resume --journal '{journal}'`" in done.err
    assert "hint" not in done.err


@pytest.mark.usefixtures("no_port")
@pytest.mark.parametrize("how", [(), ("--concurrency", "2")])
def test_without_a_journal_of_the_users_nothing_can_be_resumed(how: tuple[str, ...]) -> None:
    done = run_command("send", "--to", "http://127.0.0.1:9", "all", "--unsigned", *how)
    assert (done.code, done.out) == (2, "")
    assert "have their outcome; send again the deliveries without one." in done.err
    assert "resume" not in done.err


@pytest.mark.usefixtures("no_port")
def test_a_search_gives_no_verdict() -> None:
    urls = ("--state-url", "http://127.0.0.1:9/state", "--reset-url", "http://127.0.0.1:9/reset")
    scenario = ("explore", "--scenario", "customer-registers-and-leaves", "--unsigned")
    done = run_command(*scenario, "--to", "http://127.0.0.1:9", *urls)
    assert done.code == 2
    assert "for a lack of this machine and not of the receiver" in done.err


def test_more_at_once_than_there_are_descriptors_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    begin = f"ulimit -n 100 && exec {sys.executable} -c 'from steppay_mock.cli import main; main()'"
    command = f"{begin} send --to http://127.0.0.1:9 all -n 40 --unsigned"
    done = subprocess.run(
        ["sh", "-c", f"{command} --concurrency 500 --journal {journal}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert "500 deliveries at once need " in done.stderr
    assert "and this process may have 100: nothing was sent. Raise the limit with `ulimit -n " in done.stderr
