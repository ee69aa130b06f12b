"""Runs the tests for each mutant, in copies of the project, and says what they noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from steppay_mock.mutation.fate import MutantFate, TriedMutant
from steppay_mock.mutation.kept_files import KeptFiles
from steppay_mock.mutation.mistake import HandlerMutant
from steppay_mock.mutation.project_copy import CopiedProject, copy_project
from steppay_mock.mutation.pytest_process import PytestEnd, PytestProcesses
from steppay_mock.mutation.reached import ReachedLines
from steppay_mock.mutation.source_file import SourceFile
from steppay_mock.mutation.user_tests import NO_TESTS, UserTests


class MutationWatch:
    """What a user may see meanwhile; each method does nothing."""

    def say(self, text: str) -> None:
        """A step begins, or something is to be known."""

    def begin(self, count: int) -> None:
        """So many mutants are to be tried."""

    def tried(self, one: TriedMutant) -> None:
        """One of them was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantTrials:
    """The tests of a user and the files that get mistakes. ``folder`` is where the user runs pytest."""

    processes: PytestProcesses
    tests: UserTests
    sources: Mapping[str, SourceFile]
    kept: KeptFiles
    folder: Path
    watch: MutationWatch

    def run(self, copy: CopiedProject, chosen: Sequence[str], task: dict[str, Any], **how: Any) -> PytestEnd:
        """Run these tests in a copy, and restore it."""
        try:
            return self.processes.run(
                self.tests.arguments_in(copy, chosen),
                task={**task, "tests": list(chosen)},
                folder=copy.path_of(self.folder),
                scratch=copy.root.parent,
                import_path=copy.import_path(),
                **how,
            )
        finally:
            self.kept.restore(copy.root)

    def are_apart(self, copies: Sequence[CopiedProject]) -> bool:
        """Whether the tests pass in all copies at once, without any mistake."""
        with ThreadPoolExecutor(len(copies)) as pool:
            try:
                ends = pool.map(lambda copy: self.run(copy, self.tests.chosen, {"kind": "try"}), copies)
                return all(end.code == 0 for end in ends)
            except BaseException:
                self.processes.stop()  # the pool waits for them
                raise

    def try_all(
        self, mutants: Sequence[HandlerMutant], copies: Sequence[CopiedProject], reached: ReachedLines, timeout: float
    ) -> list[TriedMutant]:
        """Each mutant with what was noticed, in their order. Ctrl-C ends it: the others are untried."""
        self.watch.begin(len(mutants))
        free: SimpleQueue[CopiedProject] = SimpleQueue()
        for copy in copies:
            free.put(copy)
        found: dict[int, TriedMutant] = {}
        with ThreadPoolExecutor(len(copies)) as pool:
            numbers = {
                pool.submit(self._try, mutant, tests_for(mutant, reached), free, timeout): number
                for number, mutant in enumerate(mutants)
            }
            try:
                for done in as_completed(numbers):
                    found[numbers[done]] = done.result()
                    self.watch.tried(done.result())
            except KeyboardInterrupt:
                self.processes.stop()
                pool.shutdown(cancel_futures=True)
            except BaseException:
                self.processes.stop()
                pool.shutdown(cancel_futures=True)
                raise
        untried = (TriedMutant(mutant=one, fate=MutantFate.UNTRIED) for one in mutants)
        return [found.get(number, other) for number, other in enumerate(untried)]

    def _try(
        self, mutant: HandlerMutant, chosen: Sequence[str], free: SimpleQueue[CopiedProject], timeout: float
    ) -> TriedMutant:
        if not chosen:
            return TriedMutant(mutant=mutant, fate=MutantFate.UNREACHED)
        source, copy = self.sources[mutant.path], free.get()
        try:
            source.change(copy.path_of(source.path), mutant.after)
            end = self.run(copy, chosen, {"kind": "try"}, timeout=timeout)
        finally:
            free.put(copy)
        found = end.answer or {}
        return TriedMutant(mutant=mutant, fate=self._fate(end), test=found.get("test"))

    def _fate(self, end: PytestEnd) -> MutantFate:
        if self.processes.stopped:
            return MutantFate.UNTRIED
        if end.code is None:
            return MutantFate.TIMED_OUT
        if end.code == 0:
            return MutantFate.SURVIVED
        # Where no test is left, as each was made of a row of a table, nothing could not be imported.
        is_imported = end.answer is not None and end.answer.get("imported", end.code == NO_TESTS)
        return MutantFate.FAILED if is_imported else MutantFate.NOT_IMPORTED


def tests_for(mutant: HandlerMutant, reached: ReachedLines) -> list[str]:
    """The tests that could notice the mutant, in their order; none if no test reaches its line."""
    if mutant.scope is None:  # a table, or what an import runs
        return reached.tests_at(mutant.path, None)
    if reached.is_imported(mutant.path, mutant.scope):
        return list(reached.order)
    return reached.tests_at(mutant.path, mutant.scope) if reached.tests_at(mutant.path, mutant.lines) else []


def more_copies(first: CopiedProject, count: int, kept: KeptFiles) -> list[CopiedProject]:
    """The copy and so many in all, with the Python that it has compiled."""
    folder = first.root.parent.parent
    made = [
        replace(
            copy_project(first.root, folder / f"copy-{number}" / first.root.name, bytecode=True),
            original=first.original,
        )
        for number in range(2, count + 1)
    ]
    for copy in made:
        kept.know(copy.root)
    return [first, *made]
