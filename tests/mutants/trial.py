"""Runs the tests that cover a mutant's line in a copy of the project in which the file has the mistake."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mutants.mutant import Mutant

_NO_TEST_WAS_FOUND = (4, 5)
_UNSET = ("PYTHONDONTWRITEBYTECODE", "PYTEST_ADDOPTS")
"""What the tests of a mutant run without: options of the user would choose other tests."""

LEFT_OUT = "not wheel and not hunt and not exhaustive"
"""The tests that take longer than a mutant is given."""

_CACHE = ".tests_cache"
_SLACK = 30.0
"""Seconds for the start of pytest, added to three times what the tests took without a mutant."""


class UnsoundTestsError(Exception):
    """Tests that do not pass without any mutant: whatever mutant they were run for would seem to be noticed."""


class Outcome(Enum):
    """What the tests said of a mutant."""

    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    ALIVE = "alive"
    UNCOVERED = "uncovered"
    EQUIVALENT = "equivalent"

    @property
    def is_noticed(self) -> bool:
        """Whether a test failed, or did not end."""
        return self in (Outcome.NOTICED, Outcome.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Trial:
    """One mutant, the change of its line, and what the tests said."""

    mutant: Mutant
    before: str
    after: str
    outcome: Outcome
    tests: int = 0


class Copy:
    """A copy of the project outside the checkout, with its bytecode, for one mutant after the other."""

    def __init__(self, root: Path, files: Sequence[Path]) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="mutants-"))
        for path in files:
            target = self.root / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
        for modules in root.glob("tests/*/node_modules"):
            (self.root / modules.relative_to(root)).symlink_to(modules)
        self._sound: set[tuple[str, ...]] = set()
        # Every trial starts Python anew: without bytecode it would compile the package and rewrite the tests each time.
        self._run(["--collect-only", "tests"], timeout=300, bytecode=True)

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.root, ignore_errors=True)

    def check(self, tests: Sequence[str], *, seconds: float) -> None:
        """Run tests without a mutant: they must pass if a failure is to say something. Raises UnsoundTestsError."""
        timeout = _SLACK + 3 * seconds
        if tuple(tests) in self._sound:
            return
        code = self._run(tests, timeout=timeout)
        if code is None:
            raise UnsoundTestsError(f"These did not end in {timeout:.0f} s: {', '.join(tests)}. Is the machine busy?")
        if code and code not in _NO_TEST_WAS_FOUND:
            raise UnsoundTestsError(f"These fail: {', '.join(self._failed() or tests)}. Run make test.")
        self._sound.add(tuple(tests))

    def try_mutant(self, mutant: Mutant, tests: Sequence[str], *, seconds: float) -> Outcome:
        """What the tests say of the mutant; ``seconds`` is what they take without it.

        A test that fails is run again without the mutant: raises UnsoundTestsError if it fails then too.
        """
        if not tests:
            return Outcome.UNCOVERED
        path = self.root / mutant.path
        original, was = path.read_text(encoding="utf-8"), path.stat()
        try:
            path.write_text(mutant.source(original), encoding="utf-8")
            timeout = _SLACK + 3 * seconds
            code = self._run(tests, timeout=timeout)
            if code in _NO_TEST_WAS_FOUND:  # the mutant changes the names of examples, or a conftest cannot be loaded
                code = self._run(sorted({test.partition("::")[0] for test in tests}), timeout=2 * timeout)
        finally:
            path.write_text(original, encoding="utf-8")
            os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))  # the bytecode is that of this time
        if code is None:
            self.check(tests, seconds=seconds)
            return Outcome.TIMED_OUT
        if code and (failed := self._failed()):
            self.check(failed, seconds=seconds)
        return Outcome.NOTICED if code else Outcome.ALIVE

    def _failed(self) -> list[str]:
        """The tests that failed in the last run, or the files that could not be imported; none if Python crashed."""
        kept = self.root / _CACHE / "v" / "cache" / "lastfailed"
        return sorted(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else []

    def _run(self, arguments: Sequence[str], *, timeout: float, bytecode: bool = False) -> int | None:
        """The exit code of pytest; None if it did not end, and then it and all that it started are killed."""
        chosen = self.root / ".tests"
        chosen.write_text("\n".join(arguments) + "\n", encoding="utf-8")
        shutil.rmtree(self.root / _CACHE, ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:randomly",
            "-m",
            LEFT_OUT,
            "-o",
            f"cache_dir={self.root / _CACHE}",
            f"@{chosen}",
        ]
        paths = [self.root, self.root / "pytest_plugin"]
        env = {
            **{name: value for name, value in os.environ.items() if name not in _UNSET},
            **({} if bytecode else {"PYTHONDONTWRITEBYTECODE": "1"}),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "HYPOTHESIS_STORAGE_DIRECTORY": f"{chosen}.examples",
            "EVERY_EXAMPLE": "1",  # of tests/thinned.toml too
        }
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(timeout)
            except subprocess.TimeoutExpired:
                return None
            finally:
                _kill_group(process)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End what a test has left running: a mutant may be the line that stops it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
