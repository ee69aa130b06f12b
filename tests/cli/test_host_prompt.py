"""Webhooks leave this machine only where somebody said so. 0.0.0.0 stands for another host, and is this one."""

import os
import select
import subprocess
import sys
from typing import Any

import pytest

from steppay_mock.cli.options import address


@pytest.fixture
def elsewhere(receiver: Any) -> Any:
    """The receiver by an address that is not a loopback address but leads there."""
    receiver.url = receiver.url.replace("127.0.0.1", "0.0.0.0")
    return receiver


@pytest.fixture
def _somebody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "at_terminal", lambda: True)


def test_another_host_is_refused_where_nobody_can_be_asked(run: Any, elsewhere: Any, secret: str) -> None:
    done = run("send", "--to", elsewhere.url, "order.created", "--secret", secret, stdin=b"y\n")
    assert (done.code, done.out, elsewhere.requests) == (2, "", [])
    assert done.err.endswith(
        "Error: 0.0.0.0 is not this machine. Other hosts get webhooks only with --allow-host. Is it yours? "
        "Add --allow-host 0.0.0.0\n"
    )


def test_another_host_may_be_allowed_in_advance(run: Any, elsewhere: Any, secret: str) -> None:
    done = run("send", "--to", elsewhere.url, "order.created", "--secret", secret, "--allow-host", "0.0.0.0")
    assert (done.code, elsewhere.events) == (0, ["order.created"])


def test_an_allowed_host_allows_no_other(run: Any, elsewhere: Any, secret: str) -> None:
    done = run("send", "--to", elsewhere.url, "order.created", "--secret", secret, "--allow-host", "shop.example")
    assert (done.code, elsewhere.requests) == (2, [])


@pytest.mark.usefixtures("_somebody_there")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2), ("", 2)])
def test_at_a_terminal_the_answer_decides(answer: str, code: int, run: Any, elsewhere: Any, secret: str) -> None:
    done = run("send", "--to", elsewhere.url, "order.created", "--secret", secret, stdin=f"{answer}\n".encode())
    assert done.code == code
    assert elsewhere.events == (["order.created"] if answer == "y" else [])
    assert "0.0.0.0 is not this machine. Is it yours? Send 1 webhook there? [y/N]:" in done.err
    assert ("Error: Nothing was sent. Give the URL of a receiver on this machine, or answer y." in done.err) == bool(
        code
    )


@pytest.mark.usefixtures("_somebody_there")
def test_nobody_is_asked_about_a_host_of_steppay(run: Any) -> None:
    done = run("send", "--to", "https://api.steppay.kr/", "order.created", "--unsigned", stdin=b"y\n")
    assert done.code == 2
    assert "belongs to StepPay" in done.err
    assert "[y/N]" not in done.err


def test_a_dry_run_needs_no_leave(run: Any, elsewhere: Any) -> None:
    assert run("send", "--to", elsewhere.url, "order.created", "--unsigned", "--dry-run").code == 0


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 2)])
def test_a_real_terminal_is_asked_unless_it_is_ci(ci: str, code: int, elsewhere: Any, secret: str) -> None:
    ours, theirs = os.openpty()
    args = [
        sys.executable,
        "-m",
        "steppay_mock.cli",
        "send",
        "--to",
        elsewhere.url,
        "order.created",
        "--secret",
        secret,
    ]
    shown = b""
    try:
        with subprocess.Popen(
            args, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, env={**os.environ, "CI": ci}
        ) as process:
            os.close(theirs)
            os.write(ours, b"y\n")
            while select.select([ours], [], [], 30)[0]:
                try:
                    more = os.read(ours, 4096)
                except OSError:  # Linux: the other end is closed
                    break
                if not more:
                    break
                shown += more
            process.wait(30)
    finally:
        os.close(ours)
    assert process.returncode == code
    assert (b"[y/N]" in shown) == (code == 0)
    assert (b"sending" in shown) == (code == 0)
    assert elsewhere.events == (["order.created"] if code == 0 else [])
