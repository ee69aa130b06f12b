"""Notes which test reaches which lines of some files, and whether tests start processes, in which nothing is noted."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

_IMPORT = ""
"""Stands for no test: lines that are reached while pytest collects."""
_FIXTURES = "*"
"""Stands for every test: lines that are reached in a fixture of several tests."""
_STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn"})


class LineTracer:
    """Notes the lines of these files as they run, in every thread that starts after it."""

    def __init__(self, files: Iterable[str]) -> None:
        self._wanted = {str(Path(file).resolve()): file for file in files}
        self._known: dict[str, str | None] = {}
        self._test = _IMPORT
        self._order: list[str] = []
        self._reached: dict[str, dict[str, set[int]]] = {}
        self._spawned: int | None = None

    def start(self) -> None:
        """Begin to note."""
        sys.addaudithook(self._audit)
        threading.settrace(self._enter_frame)
        sys.settrace(self._enter_frame)

    def stop(self) -> None:
        """Note nothing more."""
        sys.settrace(None)
        threading.settrace(None)

    def enter(self, test: str) -> None:
        """What is reached now is reached by that test."""
        self._test = test
        self._order.append(test)
        if sys.gettrace() is None:  # a test, or what it ran, has taken the place
            sys.settrace(self._enter_frame)

    def leave(self) -> None:
        """No test runs."""
        self._test = _IMPORT

    @contextmanager
    def shared(self) -> Iterator[None]:
        """What is reached meanwhile is reached by every test."""
        before, self._test = self._test, _FIXTURES
        try:
            yield
        finally:
            self._test = before

    def as_dict(self) -> dict[str, Any]:
        """The lines by test and file. The tests from number ``spawned`` on may reach others, in other processes."""
        reached = {
            test: {file: sorted(lines) for file, lines in files.items()} for test, files in self._reached.items()
        }
        return {
            "order": self._order,
            "imported": reached.pop(_IMPORT, {}),
            "shared": reached.pop(_FIXTURES, {}),
            "reached": reached,
            "spawned": self._spawned,
        }

    def _audit(self, event: str, _arguments: Any) -> None:
        if event in _STARTS and self._order and self._spawned is None:
            self._spawned = len(self._order) - 1

    def _enter_frame(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in self._known:
            self._known[name] = self._wanted.get(str(Path(name).resolve()))
        file = self._known[name]
        if file is None:
            return None
        self._note(file, frame.f_lineno)

        def at_line(frame: FrameType, _event: str, _argument: Any) -> Any:
            self._note(file, frame.f_lineno)
            return at_line

        return at_line

    def _note(self, file: str, line: int) -> None:
        self._reached.setdefault(self._test, {}).setdefault(file, set()).add(line)
