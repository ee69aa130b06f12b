"""Runs of pytest end in time with all that they started, and Ctrl-C tells what is known and leaves nothing behind."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cli.terminals import Terminal
from mutation.conftest import Project

from steppay_mock.cli.handler_mistakes import try_handler
from steppay_mock.cli.options.mutating import Mutating
from steppay_mock.mutation.pytest_process import PytestProcesses
from steppay_mock.wire.redact import Redaction

SPAWNS = """\
import os, pathlib, subprocess, sys, time

def test_it():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    pathlib.Path("child").write_text(str(child.pid))
    time.sleep(1000)
"""


def is_alive(pid: int) -> bool:
    """Whether the process runs: one that has ended and was not waited for does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    return False


def wait_for(path: Path) -> str:
    """The text of a file that another process writes."""
    pause = threading.Event()
    for _ in range(6000):
        if path.exists() and (text := path.read_text(encoding="utf-8")):
            return text
        pause.wait(0.01)
    raise AssertionError(f"nobody wrote {path}")


@pytest.fixture
def processes() -> Iterator[PytestProcesses]:
    made = PytestProcesses(redaction=Redaction())
    yield made
    made.stop()


def test_what_is_stopped_ends_with_its_children_and_nothing_starts_after_it(
    project: Project, tmp_path: Path, processes: PytestProcesses
) -> None:
    root = project({"test_spawns.py": SPAWNS})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    ends = []

    def run() -> None:
        ends.append(
            processes.run([], task={"kind": "try", "tests": [NODE]}, folder=root, scratch=scratch, import_path=())
        )

    thread = threading.Thread(target=run)
    thread.start()
    child = int(wait_for(root / "child"))
    assert is_alive(child)
    processes.stop()
    thread.join()
    run()
    assert not is_alive(child)
    assert [end.answer for end in ends] == [None, None]
    assert ends[0].code != 0
    assert ends[1].code is None


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_person_sees_how_far_it_is(
    *, project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    root = project(
        {"hook.py": "def take(a):\n    a.append(1)\n", "test_hook.py": "import hook, steppay_mock\n" + TAKES}
    )
    screen = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    words = Mutating(mutated=("hook",), mutate_tests=(), mutate_max=None, mutate_timeout=None, jobs=1)
    assert try_handler(words, seed=7, as_json=False) == 0
    assert "1 of 1 mistakes would be noticed" in capsys.readouterr().out
    *lines, last = screen.getvalue().splitlines()
    assert last == "1 of 1 mistakes would be noticed"
    if not is_terminal:
        assert lines == []
        return
    first, *lines = lines
    assert re.fullmatch(rf"copied 3 files of {re.escape(str(root))}, 0\.0 MB", first)
    assert lines[0] == "running the tests without any mistake: 1"
    assert "0 not noticed" in lines[-1]


TAKES = "import hook, steppay_mock\ndef test_it():\n    a = []\n    hook.take(a)\n    assert a\n"
NODE = "test_spawns.py::test_it"
SLOW = """\
import pathlib, steppay_mock, threading, hook

def test_it():
    a = []
    hook.take(a, 1)
    if a != [1, 2]:
        pathlib.Path({waits!r}).write_text("here")
        threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_tells_what_is_known_and_removes_the_copies(
    project: Project, tmp_path: Path, number: signal.Signals
) -> None:
    waits = tmp_path / "waits"
    project(
        {
            "hook.py": "def take(points, key):\n    points.append(key)\n    points.append(key + 1)\n",
            "test_hook.py": SLOW.format(waits=str(waits)),
        }
    )
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "steppay_mock.cli", "check", "--mutate", "hook"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(scratch)},
        start_new_session=True,
    ) as process:
        wait_for(waits)
        assert list(scratch.iterdir())
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"0 of 0 mistakes would be noticed; 2 not tried" in out + err
    assert not list(scratch.iterdir())
