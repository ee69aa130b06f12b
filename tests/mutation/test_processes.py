"""Runs of pytest end in time with all that they started, and Ctrl-C tells what is known and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from mutation.conftest import Project

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
