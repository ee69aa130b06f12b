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
    """The lines of the packages' files that changed since a revision of git, by file; all of a file git does not know.

    Raises LookupError if git knows no such revision.
    """
    try:
        _git(root, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{since}^{{commit}}")
    except (OSError, subprocess.CalledProcessError) as error:
        raise LookupError(since) from error
    # Who has set other prefixes, or none, gets these.
    text = _git(root, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-prefix", since, "--", *PACKAGES)
    found: dict[str, set[int]] = defaultdict(set)
    path = ""
    for line in text.splitlines():
        if line.startswith("+++ "):
            path = line.removeprefix("+++ ")
        elif hunk := _HUNK.match(line):
            first, count = int(hunk["first"]), int(hunk["count"] or 1)
            found[path].update(range(first, first + count))
    for path in _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *PACKAGES).split("\0"):
        if path.endswith(".py"):
            found[path].update(range(1, len((root / path).read_text(encoding="utf-8").splitlines()) + 1))
    return {path: lines for path, lines in found.items() if path.endswith(".py") and lines}


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, encoding="utf-8", check=True).stdout
