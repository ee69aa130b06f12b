"""Reads a Dockerfile as its builder does, as far as the files of this repository need it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its word, and what follows."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """What follows as words; an array of JSON is one already."""
        return list(json.loads(self.rest)) if self.rest.startswith("[") else self.rest.split()


@dataclass(slots=True)
class Stage:
    """The instructions from one FROM to the next."""

    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, word: str) -> list[Instruction]:
        """The instructions with this word."""
        return [one for one in self.instructions if one.word == word]

    def one(self, word: str) -> Instruction:
        """The only instruction with this word."""
        (found,) = self.all(word)
        return found


def read_stages(path: Path) -> list[Stage]:
    """The stages of a Dockerfile."""
    stages: list[Stage] = []
    for word, rest in _lines(path.read_text(encoding="utf-8")):
        if word == "FROM":
            stages.append(Stage(rest))
        else:
            stages[-1].instructions.append(Instruction(word, rest))
    return stages


def health_command(stage: Stage) -> list[str]:
    """The command of its HEALTHCHECK."""
    _, _, command = stage.one("HEALTHCHECK").rest.partition("CMD ")
    return list(json.loads(command))


def copy_context(to: Path) -> None:
    """Copy what ``.dockerignore`` lets through: it excludes all, and takes some paths back."""
    excluded, *rest = [
        line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    assert excluded == "*"
    *taken, last = rest
    assert last == "**/__pycache__"
    for line in taken:
        assert line.startswith("!")
        source, target = ROOT / line[1:], to / line[1:]
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """The instructions: without comments, with the lines joined that a backslash continues."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", bare).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()
