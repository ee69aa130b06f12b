"""Knows which tests run which lines: one run of all tests with coverage.py, kept until a file changes."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData
from mutants.sample import room_of
from mutants.trial import LEFT_OUT

READ = ("steppay_mock", "pytest_plugin", "schemas", "tests", "examples", "pyproject.toml")
"""What decides which test runs which line."""

STATE, DURATIONS = "state.json", "durations.json"
SOME_FAILED = 1
_PHASE = re.compile(r"(\|(setup|run|teardown)| \((setup|call|teardown)\))$")


@dataclass(frozen=True, slots=True)
class Covering:
    """The tests that run each line, and what each takes."""

    root: Path
    data: CoverageData
    seconds: dict[str, float]

    def tests_of(self, path: str, lines: Iterable[int], *, budget: float) -> list[str]:
        """The tests that run one of the lines, and then those that run the file at all, for so many seconds.

        Those of the file are wanted where a line runs once for many tests: on import, in a session's fixture,
        behind a cache. The line then belongs to the test that came first. The tests of the file's own room come first,
        and one example of each test before the second of any: they differ most.
        """
        by_line = self.lines_of(path)
        of_lines = {test for line in lines for test in by_line.get(line, ())}
        of_file = {test for tests in by_line.values() for test in tests}
        near = self._in_order(of_lines, path)
        far = [test for test in self._in_order(of_file - of_lines, path) if self._is_near(test, path)]
        return [*self._within(near, budget), *self._within(far, budget / 3)]

    def lines_of(self, path: str) -> dict[int, set[str]]:
        """The tests that run each line of a file."""
        by_line = self.data.contexts_by_lineno(str(self.root / path))
        tests = {line: {_PHASE.sub("", name) for name in names} for line, names in by_line.items()}
        return {line: names & self.seconds.keys() for line, names in tests.items()}

    def seconds_of(self, tests: Iterable[str]) -> float:
        """What the tests took together."""
        return sum(self.seconds[test] for test in tests)

    def _in_order(self, tests: set[str], path: str) -> list[str]:
        known = sorted(tests, key=lambda test: (self.seconds[test], test))
        seen: dict[str, int] = {}
        ranked = []
        for test in known:
            function = test.partition("[")[0]
            seen[function] = seen.get(function, 0) + 1
            ranked.append((not self._is_near(test, path), seen[function] > 2, self.seconds[test], test))
        return [test for *_, test in sorted(ranked)]

    def _is_near(self, test: str, path: str) -> bool:
        return test.startswith(f"tests/{room_of(path).split('/')[0]}/")

    def _within(self, tests: Iterable[str], budget: float) -> list[str]:
        taken: list[str] = []
        spent = 0.0
        for test in tests:
            spent += self.seconds[test]
            if spent > budget and taken:
                break
            taken.append(test)
        return taken


def load_covering(root: Path, folder: Path, *, stale: bool) -> Covering:
    """What is kept in the folder; made anew when a file is not as it was then, unless ``stale`` is given."""
    kept = folder / STATE
    state = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if not state or (state["fingerprint"] != fingerprint(root) and not stale):
        if run_tests(root, folder, ["-n", str(2 * (os.cpu_count() or 1)), "-m", LEFT_OUT]) not in (0, SOME_FAILED):
            sys.exit("The tests could not be run. Run make test.")
        state = json.loads(kept.read_text(encoding="utf-8"))
    data = CoverageData(str(folder / "coverage"))
    data.read()
    return Covering(Path(state["root"]), data, json.loads((folder / DURATIONS).read_text(encoding="utf-8")))


def run_tests(root: Path, folder: Path, arguments: Iterable[str]) -> int:
    """The exit code of pytest, which has noted for each line the tests that run it, in processes of theirs too."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    here = Path(__file__).parent
    config = here / "coverage.toml"
    command = [
        *(sys.executable, "-m", "pytest", "-p", "mutants.durations"),
        *("--cov", f"--cov-config={config}", "--cov-context=test", "--cov-report=", *arguments),
    ]
    paths = [root, root / "pytest_plugin", here.parent, here / "startup"]
    env = {
        **{name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "COVERAGE_PROCESS_START": str(config),
        "COVERAGE_FILE": str(folder / "coverage"),
        "MUTANTS_DURATIONS": str(folder / DURATIONS),
    }
    state = {"root": str(root), "fingerprint": fingerprint(root)}
    code = subprocess.run(command, cwd=root, env=env, check=False).returncode
    if code in (0, SOME_FAILED):  # those that fail are left out: a few look at all that a process loads or writes
        (folder / STATE).write_text(json.dumps(state), encoding="utf-8")
    return code


def fingerprint(root: Path) -> str:
    """A hash of everything that decides which test runs which line."""
    digest = hashlib.sha256()
    for name in READ:
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not {"node_modules", "__pycache__"}.intersection(path.parts):
                digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()
