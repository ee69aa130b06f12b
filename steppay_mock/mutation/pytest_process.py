"""Runs pytest in a separate process, with a limit of time, and ends it with all that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steppay_mock.mutation.hooks_name import HOOKS, TASK
from steppay_mock.wire.redact import Redaction

_UNSET = ("PYTHONSAFEPATH", "PYTHONOPTIMIZE")
_SHOWN = 30  # lines of output


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestEnd:
    """How a run ended: the exit code (None: its time was up), the answer of the hooks, the end of its output."""

    code: int | None
    answer: dict[str, Any] | None
    output: str


@dataclass(slots=True)
class PytestProcesses:
    """The runs of pytest that go on now; :meth:`stop` ends them, and no other begins."""

    redaction: Redaction
    stopped: bool = False
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self,
        arguments: Sequence[str],
        *,
        task: dict[str, Any],
        folder: Path,
        scratch: Path,
        import_path: Sequence[str],
        timeout: float | None = None,
        bytecode: bool = False,
    ) -> PytestEnd:
        """Run pytest in that folder. ``scratch`` is a folder for the files of the task."""
        files = {name: scratch / f"{name}.json" for name in ("task", "answer")}
        files["answer"].unlink(missing_ok=True)
        files["task"].write_text(json.dumps({**task, "answer": str(files["answer"])}), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", HOOKS, "-q", "--no-header", *arguments]
        output = scratch / "output.txt"
        env = _environment(import_path, bytecode=bytecode)
        with output.open("wb") as written:
            code = self._wait(command, folder, {**env, TASK: str(files["task"])}, written.fileno(), timeout)
        return PytestEnd(code=code, answer=_read(files["answer"]), output=self.redaction.text(_end_of(output)))

    def stop(self) -> None:
        """End all that run now."""
        with self._lock:
            self.stopped = True
            for process in self._running:
                _end(process)

    def _wait(
        self, command: list[str], folder: Path, env: dict[str, str], written: int, timeout: float | None
    ) -> int | None:
        with self._lock:
            if self.stopped:
                return None
            # A group of its own: it is ended with all that it started, and does not get the Ctrl-C of the terminal.
            process = subprocess.Popen(  # noqa: S603 - pytest, with the words of the user
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)
            process.wait()
            with self._lock:
                self._running.discard(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process with all that it started and left running."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _environment(import_path: Sequence[str], *, bytecode: bool) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _UNSET}
    paths = [*import_path, *filter(None, [kept.get("PYTHONPATH")])]
    kept["PYTHONPATH"] = os.pathsep.join(paths)
    kept["PYTHONHASHSEED"] = "0"
    if bytecode:
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
    else:
        kept["PYTHONDONTWRITEBYTECODE"] = "1"
    return kept


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    with suppress(ValueError):  # it was ended while it wrote
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    return None


def _end_of(output: Path) -> str:
    lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_SHOWN:])
