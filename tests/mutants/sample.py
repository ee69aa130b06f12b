"""Draws mutants by a seed: from all files, from one room, or from the lines that a change touched."""

import random
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from mutants.mutant import Mutant, list_mutants

PACKAGES = {"steppay_mock": "", "pytest_plugin/pytest_steppay": "plugin"}
"""The folders whose files are mutated, and the room that a folder is where it is one."""

_HUNK = re.compile(r"^@@ -\S+ \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")


def room_of(path: str) -> str:
    """The folder of a file below its package, at most two deep: ``ordering/report``."""
    for folder, room in PACKAGES.items():
        if path.startswith(f"{folder}/"):
            parts = path.removeprefix(f"{folder}/").split("/")[:-1][:2]
            return room or "/".join(parts) or "steppay_mock"
    raise LookupError(path)


def package_files(root: Path, room: str = "") -> list[str]:
    """The Python files of a room and of the rooms in it; without one, of all."""
    paths = (path for folder in PACKAGES for path in sorted((root / folder).rglob("*.py")))
    found = [path.relative_to(root).as_posix() for path in paths]
    return [path for path in found if not room or f"{room_of(path)}/".startswith(f"{room}/")]


def draw(
    root: Path, paths: Iterable[str], *, size: int, seed: int, only: Mapping[str, set[int]] | None
) -> list[Mutant]:
    """So many places of the files, each with one of its mutants; ``only`` keeps to lines, by file.

    A place is drawn first and the variant after it: ``<`` for which there are two mistakes is not drawn twice as often.
    """
    places = defaultdict(list)
    for path in paths:
        for mutant in list_mutants(root, path):
            if only is None or only.get(path, set()).intersection(mutant.lines):
                places[mutant.path, mutant.position, mutant.family].append(mutant)
    chance = random.Random(seed)
    drawn = chance.sample(sorted(places), min(size, len(places)))
    return [chance.choice(places[place]) for place in sorted(drawn)]


def changed_lines(root: Path, since: str) -> dict[str, set[int]]:
    """The lines of the packages' files that changed since a revision of git, by file."""
    asked = ["git", "diff", "--unified=0", "--no-color", "--no-ext-diff", since, "--", *PACKAGES]
    text = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True).stdout
    found: dict[str, set[int]] = defaultdict(set)
    path = ""
    for line in text.splitlines():
        if line.startswith("+++ "):
            path = line.removeprefix("+++ ").removeprefix("b/")
        elif hunk := _HUNK.match(line):
            first, count = int(hunk["first"]), int(hunk["count"] or 1)
            found[path].update(range(first, first + count))
    return {path: lines for path, lines in found.items() if path.endswith(".py") and lines}
