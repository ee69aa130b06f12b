"""Reads the mutants that are set aside by name: no test can notice them, since they change nothing that can be seen."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from mutants.mutant import Mutant

LIST = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant by its file, its function and its line, as it was and as it is, and why nobody can tell them apart."""

    file: str
    within: str
    before: str
    after: str
    why: str

    def is_of(self, mutant: Mutant, *, before: str, after: str) -> bool:
        """Whether it is this mutant. The line's number does not matter: it moves."""
        return (self.file, self.within, self.before, self.after) == (mutant.path, mutant.within, before, after)


def read_equivalents(path: Path = LIST) -> list[Equivalent]:
    """Every entry of the list."""
    return [Equivalent(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]]
