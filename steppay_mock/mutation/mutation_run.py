"""Makes mistakes in a copy of a project, and runs the project's tests for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

from steppay_mock.errors import SteppayMockError
from steppay_mock.mutation.code_secrets import secrets_in
from steppay_mock.mutation.fate import MutationResult
from steppay_mock.mutation.kept_files import KeptFiles
from steppay_mock.mutation.mutants import mutants_of, sample
from steppay_mock.mutation.project_copy import CopiedProject, copy_project, project_root
from steppay_mock.mutation.pytest_process import PytestProcesses
from steppay_mock.mutation.reached import ReachedLines, reached_of
from steppay_mock.mutation.source_file import SourceFile, read_source
from steppay_mock.mutation.targets import files_of_module, files_of_path, is_path
from steppay_mock.mutation.trials import MutantTrials, MutationWatch, more_copies
from steppay_mock.mutation.user_tests import collect_tests
from steppay_mock.wire.real_time import monotonic
from steppay_mock.wire.redact import Redaction

_SLACK = 10.0
"""Seconds for the start of pytest, added to three times what the tests take without a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationOptions:
    """What the user wants: the modules or paths, the arguments of pytest, and how many mutants how long."""

    targets: tuple[str, ...]
    tests: tuple[str, ...] = ()
    most: int | None = None
    seed: int = 7
    timeout: float | None = None
    jobs: int = 1
    secrets: tuple[str, ...] = field(default=(), repr=False)


def try_mistakes(options: MutationOptions, watch: MutationWatch) -> MutationResult:
    """The result of all mistakes, or of those before Ctrl-C: then it is not whole.

    Raises SteppayMockError where nothing can be tried: no module, no tests, tests that fail without any mistake.
    """
    processes = PytestProcesses(redaction=Redaction(options.secrets))
    with _scratch() as scratch:
        try:
            return _result(options, watch, processes, scratch)
        finally:
            processes.stop()


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="steppay-mock-mutants-")).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _result(
    options: MutationOptions, watch: MutationWatch, processes: PytestProcesses, scratch: Path
) -> MutationResult:
    folder = Path.cwd().resolve()
    root = project_root(folder)
    paths = [target for target in options.targets if is_path(target)]
    files = [file for one in paths for file in files_of_path(one, folder=folder, root=root)]
    copy = copy_project(root, scratch / "copy-1" / (root.name or "project"))
    watch.say(f"copied {copy.files} files of {root}, {copy.size / 1e6:.1f} MB")
    kept = KeptFiles(copy.root, scratch / "kept")
    kept.know(copy.root)
    modules = tuple(one for one in options.targets if not is_path(one))
    tests = collect_tests(processes, copy, folder=folder, wanted=options.tests, modules=modules)
    kept.restore(copy.root)
    for module in modules:
        files += files_of_module(module, tests.answer, copy=copy.root, root=root)
    base = folder if all(file.is_relative_to(folder) for file in files) else root
    sources = {file.relative_to(base).as_posix(): read_source(file) for file in dict.fromkeys(files)}
    mutants = [one for name, source in sources.items() for one in mutants_of(name, source.text)]
    if not mutants:
        raise SteppayMockError(
            f"There is no place in {', '.join(sources)} for a mistake that this command makes. Name the module that "
            "has your handler."
        )
    trials = MutantTrials(processes=processes, tests=tests, sources=sources, kept=kept, folder=folder, watch=watch)
    watch.say(f"running the tests without any mistake: {len(tests.chosen)}")
    began = monotonic()
    reached = _reached(trials, copy)
    timeout = _timeout(options.timeout, took=monotonic() - began)
    chosen = sample(mutants, options.most, seed=options.seed)
    copies = more_copies(copy, min(options.jobs, len(chosen)), kept)
    if len(copies) > 1 and not trials.are_apart(copies):
        raise SteppayMockError(
            f"Without any mistake the tests do not pass in {len(copies)} copies at once: they share something, such as "
            "a database or a port. Leave out --jobs."
        )
    written = [one for source in sources.values() for one in secrets_in(source.text)]
    return MutationResult(
        tried=trials.try_all(chosen, copies, reached, timeout),
        possible=len(mutants),
        seed=options.seed,
        files=list(sources),
        tests=len(tests.chosen),
        all_tests=tests.count,
        redaction=Redaction([*options.secrets, *written]),
    )


def _timeout(wanted: float | None, *, took: float) -> float:
    """How long the tests may take for one mutant. Raises SteppayMockError if they take longer without a mistake."""
    if wanted is not None and wanted < took:
        raise SteppayMockError(
            f"--mutate-timeout {wanted:g} is too short: without any mistake the tests take {took:.3g} s. Give "
            f"{ceil(2 * took)} or more, or leave it out."
        )
    return 3 * took + _SLACK if wanted is None else wanted


def _reached(trials: MutantTrials, copy: CopiedProject) -> ReachedLines:
    """What the tests reach without any mistake."""
    sources: Mapping[str, SourceFile] = trials.sources
    copied = {str(copy.path_of(source.path)): name for name, source in sources.items()}
    originals = [str(source.path) for source in sources.values()]
    task = {"kind": "trace", "files": list(copied), "originals": originals}
    end = trials.run(copy, trials.tests.chosen, task, bytecode=True)
    if end.code != 0 or end.answer is None:
        raise SteppayMockError(f"The tests do not pass without any mistake. Make them pass first.\n\n{end.output}")
    if end.answer["originals"]:
        raise SteppayMockError(
            f"The tests import {end.answer['originals'][0]}, and not its copy. The original is installed so that it "
            "comes first. Install it with `pip install -e .`, or not at all."
        )
    reached = reached_of(end.answer, names=copied)
    if reached.is_nothing(sources):
        raise SteppayMockError(
            f"No test reaches {', '.join(sources)}; tests that were run: {len(reached.order)}. Name the tests that do "
            "with --mutate-tests, or another module."
        )
    return reached
