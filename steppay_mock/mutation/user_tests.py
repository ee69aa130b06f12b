"""The tests of the user: which there are, which of them use the toolkit, and how pytest is asked for some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steppay_mock.errors import SteppayMockError
from steppay_mock.mutation.project_copy import CopiedProject
from steppay_mock.mutation.pytest_process import PytestEnd, PytestProcesses

NO_TESTS = 5
"""The exit code of pytest."""
_FOR_PLUGINS = {
    "numprocesses": ("-n0", "--dist=no"),
    "no_cov": ("--no-cov",),
    "randomly_reorganize": ("--randomly-dont-reorganize", "--randomly-seed=1"),
    "reruns": ("--reruns=0",),
}
"""What plugins of the user must not do here: work in other processes, count lines, change the order, try again.

Each is known by an option that it has, as it may be loaded under several names.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTests:
    """The tests that are run for each mutant, of how many there are."""

    chosen: tuple[str, ...]
    count: int
    copy: CopiedProject
    answer: dict[str, Any]

    def arguments_in(self, copy: CopiedProject, tests: Sequence[str]) -> list[str]:
        """The arguments of pytest for these tests in a copy."""
        wanted = set(tests)
        files = [one["file"] for one in self.answer["tests"] if one["id"] in wanted]
        places = [self.answer["root"], self.answer["ini"], *dict.fromkeys(files)]
        root, ini, *found = (place and str(self._place(place, copy)) for place in places)
        options = [word for name, words in _FOR_PLUGINS.items() if name in self.answer["options"] for word in words]
        return ["-x", f"--rootdir={root}", *(["-c", ini] if ini else []), *options, *found]

    def _place(self, place: str, copy: CopiedProject) -> Path:
        """The place of the first copy in another one."""
        path = Path(place)
        return copy.root / path.relative_to(self.copy.root) if path.is_relative_to(self.copy.root) else path


def collect_tests(
    processes: PytestProcesses,
    copy: CopiedProject,
    *,
    folder: Path,
    wanted: Sequence[str],
    modules: Sequence[str],
) -> UserTests:
    """The tests of the project: those that ``wanted`` names, else those that use the toolkit.

    Raises SteppayMockError if they cannot be collected, or if there are none.
    """
    end = processes.run(
        ["--collect-only", *(_in_copy(one, copy) for one in wanted)],
        task={"kind": "collect", "modules": list(modules)},
        folder=copy.path_of(folder),
        scratch=copy.root.parent,
        import_path=copy.import_path(),
        bytecode=True,
    )
    if processes.stopped:
        raise KeyboardInterrupt
    answer = _collected(end, folder)
    chosen = tuple(one["id"] for one in answer["tests"] if wanted or one["uses"])
    if not chosen:
        raise SteppayMockError(
            f"No test uses steppay-mock; tests that were found: {len(answer['tests'])}. Name those of your handler: "
            "--mutate-tests tests/test_webhooks.py"
        )
    return UserTests(chosen=chosen, count=len(answer["tests"]), copy=copy, answer=answer)


def _collected(end: PytestEnd, folder: Path) -> dict[str, Any]:
    if end.code == NO_TESTS:
        raise SteppayMockError(
            f"pytest finds no tests from {folder}. Run the command in the folder of your project, or name the tests: "
            "--mutate-tests tests/test_webhooks.py"
        )
    if end.code != 0 or end.answer is None:
        raise SteppayMockError(f"pytest cannot collect the tests. Make it do so first.\n\n{end.output}")
    return end.answer


def _in_copy(argument: str, copy: CopiedProject) -> str:
    """An argument of pytest; an absolute path into the project leads into the copy."""
    path = Path(argument)
    is_within = path.is_absolute() and path.is_relative_to(copy.original)
    return str(copy.path_of(path)) if is_within else argument
