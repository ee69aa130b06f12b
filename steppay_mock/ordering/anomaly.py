"""What is this kind of mistake called, and what usually cures it?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A kind of mistake: its name, what it is in one sentence, and the usual cure in one sentence."""

    name: str
    meaning: str
    cure: str

    def __str__(self) -> str:
        return self.name
