"""Reads the mutants that are set aside by name: no test can notice them, since they change nothing that can be seen."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant by its file and its line, as it was and as it is, and why nobody can tell them apart."""

    file: str
    before: str
    after: str
    why: str


def read_equivalents(path: Path = LIST) -> list[Equivalent]:
    """Every entry of the list."""
    return [Equivalent(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]]


def is_set_aside(known: Iterable[Equivalent], *, file: str, before: str, after: str) -> bool:
    """Whether the list has the change. The line's number does not matter: it moves."""
    return any((one.file, one.before, one.after) == (file, before, after) for one in known)
