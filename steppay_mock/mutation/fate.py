"""What came of one mutant, and of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from steppay_mock.mutation.mistake import HandlerMutant
from steppay_mock.wire.redact import Redaction


class MutantFate(Enum):
    """What the tests said of a mutant."""

    FAILED = "noticed"
    TIMED_OUT = "timed-out"
    NOT_IMPORTED = "not-imported"
    SURVIVED = "survived"
    UNREACHED = "unreached"
    UNTRIED = "untried"

    @property
    def is_noticed(self) -> bool:
        """Whether a test failed, did not end, or could not be imported."""
        return self in (MutantFate.FAILED, MutantFate.TIMED_OUT, MutantFate.NOT_IMPORTED)

    @property
    def is_survivor(self) -> bool:
        """Whether the tests were run, or none reaches the line, and nothing was noticed."""
        return self in (MutantFate.SURVIVED, MutantFate.UNREACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedMutant:
    """A mutant, what the tests said of it, and which test said it."""

    mutant: HandlerMutant
    fate: MutantFate
    test: str | None = None

    def as_dict(self, redaction: Redaction) -> dict[str, Any]:
        """Plain data, for JSON, without secrets."""
        return {
            "file": self.mutant.path,
            "line": self.mutant.line,
            "mistake": self.mutant.name,
            "effect": redaction.text(self.mutant.effect),
            "diff": list(map(redaction.text, self.mutant.diff)),
            "outcome": self.fate.value,
            "test": self.test,
            "would_notice": self.mutant.notice if self.fate.is_survivor else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationResult:
    """All mutants that were to be tried, of how many there are, and with which tests.

    ``redaction`` knows the secrets that no output shows: also those that are written in the code.
    """

    tried: Sequence[TriedMutant]
    possible: int
    seed: int
    files: Sequence[str]
    tests: int
    all_tests: int
    redaction: Redaction = field(repr=False)

    @property
    def survivors(self) -> list[TriedMutant]:
        """The mutants that no test noticed."""
        return [one for one in self.tried if one.fate.is_survivor]

    @property
    def is_whole(self) -> bool:
        """Whether all of them were tried."""
        return all(one.fate is not MutantFate.UNTRIED for one in self.tried)

    def count(self, *fates: MutantFate) -> int:
        """How many mutants have one of these fates."""
        return sum(one.fate in fates for one in self.tried)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "ok": self.is_whole and not self.survivors,
            "whole": self.is_whole,
            "files": list(self.files),
            "tests": {"run": self.tests, "all": self.all_tests},
            "seed": self.seed,
            "possible": self.possible,
            "counts": {fate.value: self.count(fate) for fate in MutantFate},
            "mutants": [one.as_dict(self.redaction) for one in self.tried],
        }
