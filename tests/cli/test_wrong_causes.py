"""A command names the cause that is there: a receiver that runs is not down, a folder that is gone is no full disk."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug import Response

HOWS = [(), ("--concurrency", "2")]
CLOSED = "Something listens there, and ended the connection without a whole HTTP answer."


@pytest.fixture
def closing() -> Iterator[str]:
    """A URL at which each connection is taken, read and closed."""
    with _saying(b"") as url:
        yield url


@pytest.fixture
def breaking() -> Iterator[str]:
    """A URL whose answers break off."""
    with _saying(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort") as url:
        yield url


@contextmanager
def _saying(answer: bytes) -> Iterator[str]:
    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                read = connection.recv(65536)
                while answer and read and b"}" not in read[-3:]:  # else it is TLS that knocks
                    read = connection.recv(65536)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("scheme", ["http:", "https:"])
def test_a_receiver_that_ends_the_connection_is_not_down(
    run: Any, closing: str, how: tuple[str, ...], scheme: str
) -> None:
    done = run("send", "--to", closing.replace("http:", scheme), "order.created", "--unsigned", *how)
    assert done.code == 3
    assert CLOSED in done.err
    assert "Is the receiver running" not in done.err


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (301, "A redirect is not followed"),
        (413, "takes no body of this size"),
        (429, "A limit on the number of requests"),
        (502, "Most often a proxy answered in the place of the receiver"),
    ],
)
def test_what_stands_before_the_receiver_is_hinted_at(
    run: Any, receiver: Any, secret: str, status: int, hint: str
) -> None:
    receiver.answer = lambda _request: Response("", status, {"Location": "/there"} if status == 301 else {})
    for how in HOWS:
        done = run("send", "--to", receiver.url, "order.created", "--secret", secret, *how)
        assert done.code == 1
        assert f"hint: every answer was {status}." in done.err
        assert hint in done.err


@pytest.mark.parametrize("how", HOWS)
def test_a_success_that_breaks_off_is_hinted_at(run: Any, breaking: str, how: tuple[str, ...]) -> None:
    done = run("send", "--to", breaking, "order.created", "--unsigned", *how)
    assert done.code == 1
    assert "hint: every answer was 200, and did not come whole. Correct the receiver where it makes its answer" in (
        done.err
    )


def test_a_search_whose_receiver_ends_the_connection(run: Any, closing: str, serving_rows: str) -> None:
    words = ("--scenario", "customer-registers-and-leaves", "--unsigned", "--seed", "7")
    urls = ("--state-url", serving_rows, "--reset-url", serving_rows)
    done = run("explore", *words, "--to", closing, *urls)
    assert done.code == 3
    assert "Something listens there" in " ".join(done.out.split())
    assert "Does the receiver run" not in done.out


@pytest.fixture
def serving_rows(receiver: Any) -> str:
    """A URL that shows no rows, and takes every reset."""
    receiver.answer = lambda _request: Response("[]", 200, {"Content-Type": "application/json"})
    return str(receiver.url)


def test_a_folder_that_is_gone_is_no_full_disk(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    main = "from steppay_mock.cli import main; main()"
    begin = "import os, sys; os.rmdir(os.getcwd()); sys.argv = ['steppay-mock', *sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-c", f"{begin}; {main}", "send", "--to", "http://127.0.0.1:9", "order.created", "--unsigned"],
        cwd=gone,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path[1:])},
    )
    assert done.returncode == 2
    assert "The current folder does not exist any more." in done.stderr
    assert "output" not in done.stderr


def test_one_report_that_cannot_be_written_loses_no_other(
    run: Any, receiver: Any, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "full.xml":
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    reports = ("--report", str(tmp_path / "full.xml"), "--report", str(tmp_path / "whole.json"))
    done = run("send", "--to", receiver.url, "order.created", "--secret", secret, *reports)
    assert done.code == 2
    assert "full.xml: No space left on device" in done.err
    assert (tmp_path / "whole.json").stat().st_size > 0


def test_the_command_that_lists_a_journal_can_be_pasted(run: Any, receiver: Any, secret: str) -> None:
    journal = "a journal.sqlite"
    assert run("send", "--to", receiver.url, "order.created", "--secret", secret, "--journal", journal).code == 0
    for number in ("9", "9" * 20):
        assert "`steppay-mock log --journal 'a journal.sqlite'`" in run("resend", number, "--journal", journal).err


def test_a_journal_that_may_not_be_written_beside_is_still_one(
    run: Any, receiver: Any, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("send", "--to", receiver.url, "order.created", "--secret", secret, "--journal", "j.sqlite").code == 0

    def refuse(*_arguments: Any, **_options: Any) -> None:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
        raise error

    monkeypatch.setattr(sqlite3, "connect", refuse)  # what a folder of another user does; root may write it
    done = run("log", "--journal", "j.sqlite")
    assert done.code == 2
    assert "Name the file that" not in done.err
    assert "writes j.sqlite-shm beside it" in done.err


@pytest.mark.parametrize(
    ("encoding", "told"), [("cp949", "such as CP949 of a Korean Windows"), ("utf-16", "PowerShell 5")]
)
def test_another_encoding_is_named_by_who_writes_it(run: Any, write: Any, encoding: str, told: str) -> None:
    name = write("captured.json", '{"event": "customer.created", "data": {"name": "김철수"}}'.encode(encoding))
    done = run("send", "--to", "http://127.0.0.1:9", "--file", name, "--unsigned")
    assert done.code == 2
    assert told in done.err
