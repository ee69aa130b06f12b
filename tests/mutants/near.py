"""Knows for each file of the package the few test files that say most of it, for runs that have no time to learn more.

``near.json`` is made of what a whole run noted: ``PYTHONPATH=tests python -m mutants.near``, after ``make mutants``.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutants.covering import Covering, load_covering
from mutants.sample import package_files

FILE = Path(__file__).with_name("near.json")
MOST = 5
"""Test files for one file of the package."""

SECONDS = 40.0
"""What these are taken to need, since nobody measured them here."""


@dataclass(frozen=True, slots=True)
class Near:
    """The test files by the file of the package."""

    files: dict[str, list[str]]

    def tests_of(self, path: str, lines: Iterable[int], *, budget: float) -> list[str]:
        """The test files that say most of a file, whichever line is asked for; none for a file that is new."""
        del lines, budget
        return self.files.get(path, [])

    def seconds_of(self, tests: Iterable[str]) -> float:
        """A guess: so much for the files of one file of the package, and as much again for as many more."""
        return SECONDS * max(1, len(set(tests)) / MOST)


def load_near() -> Near:
    """What is kept beside this file."""
    return Near(json.loads(FILE.read_text(encoding="utf-8")))


def choose_files(covering: Covering, path: str) -> list[str]:
    """Up to MOST test files that run most lines of a file: again and again the one with most new lines a second."""
    lines: dict[str, set[int]] = defaultdict(set)
    seconds: dict[str, float] = defaultdict(float)
    for line, tests in covering.lines_of(path).items():
        for test in tests:
            lines[test.partition("::")[0]].add(line)
    for test, spent in covering.seconds.items():
        seconds[test.partition("::")[0]] += spent
    chosen: list[str] = []
    missing = set().union(*lines.values())
    while missing and len(chosen) < MOST:
        best = max(sorted(lines), key=lambda file: len(lines[file] & missing) / (2 + seconds[file]))
        chosen.append(best)
        missing -= lines.pop(best)
    return sorted(chosen, key=lambda file: (seconds[file], file))


def main() -> None:
    """Write the file anew."""
    root = Path(__file__).parents[2]
    covering = load_covering(root, root / ".mutants", stale=False)
    files = {path: chosen for path in package_files(root) if (chosen := choose_files(covering, path))}
    FILE.write_text(json.dumps(files, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
