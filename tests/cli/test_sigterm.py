"""SIGTERM ends what runs as Ctrl-C does, also as the first process of a container."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug import Request

MAIN = [sys.executable, "-m", "steppay_mock.cli"]
UNSHARE = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork", "--kill-child"]
SERVE = ["serve-api", "--seed", "7", "--token", "token_of_the_tests"]


def makes_namespaces() -> bool:
    """Whether the system lets this user make a namespace of processes: many containers do not."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False, timeout=30).returncode == 0


@contextmanager
def running(*words: str, first: bool) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """The command while it runs, and how it gets a signal; ``first``: it is process 1 of its namespace."""
    command = [*(UNSHARE if first else []), *MAIN, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:

        def send(number: signal.Signals) -> None:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            (inner,) = children.read_text(encoding="utf-8").split() if first else [0]
            os.kill(int(inner) or process.pid, number)

        try:
            yield process, send
        finally:
            with suppress(ProcessLookupError):
                process.kill()


@pytest.fixture(params=[False, True], ids=["plain", "process 1"])
def first(request: pytest.FixtureRequest) -> bool:
    if request.param and not makes_namespaces():
        pytest.skip("this system lets this user make no namespace of processes")
    return bool(request.param)


def test_serve_api_ends_with_0(*, first: bool) -> None:
    with running(*SERVE, first=first) as (process, send):
        assert process.stdout
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/api/v1/orders/1", timeout=30).status_code == 403
        send(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err


def test_dev_ends_with_0(*, first: bool) -> None:
    with running("dev", "--port", "0", "--seed", "7", first=first) as (process, send):
        assert process.stdout
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/_mock/status", timeout=30).status_code == 200
        send(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err


def test_serve_api_ends_while_it_holds_a_call(*, first: bool) -> None:
    with running(*SERVE, "--hold", "*=600", first=first) as (process, send):
        assert process.stdout
        url = process.stdout.readline().strip()
        found: list[int] = []
        headers = {"Secret-Token": "token_of_the_tests"}
        asking = threading.Thread(
            target=lambda: found.append(requests.get(f"{url}/api/v1/orders/1", headers=headers, timeout=60).status_code)
        )
        asking.start()
        asking.join(0.2)
        send(signal.SIGTERM)
        process.communicate(timeout=30)
        asking.join(30)
    assert (process.returncode, found) == (0, [503])


@pytest.mark.parametrize("more", [("--journal", "j.sqlite"), ()], ids=["sender", "plainly"])
def test_a_sender_ends_in_order(receiver: Any, secret: str, more: tuple[str, ...], *, first: bool) -> None:
    begun = threading.Event()
    senders: list[Any] = []

    def answer(_request: Request) -> None:
        if len(receiver.requests) == 20:
            begun.wait(30)
            senders[0](signal.SIGTERM)

    receiver.answer = answer
    words = ("send", "--to", receiver.url, "all", "-n", "100", "--seed", "7", "--secret", secret, *more)
    with running(*words, first=first) as (process, send):
        senders.append(send)
        begun.set()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert len(receiver.requests) < 2_700
    assert ("Go on with:\n  steppay-mock resume --journal j.sqlite\n" in err) == bool(more)
    assert ("stopped. Without --journal FILE the run cannot be resumed" in err) == (not more)


def test_what_was_told_to_ignore_it_ignores_it() -> None:
    script = (
        "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); sys.argv = ['steppay-mock', 'events'];"
        "import steppay_mock.cli as cli\n"
        "try: cli.main()\n"
        "except SystemExit as end: sys.exit(end.code or (signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0
