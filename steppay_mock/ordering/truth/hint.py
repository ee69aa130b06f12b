"""A hint: one place where the receiver's state contradicts the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

HintKind = Literal["status", "amount", "instant", "nine-hours", "null-id", "rounded-id", "value", "missing", "unknown"]
"""A wrong status, amount or instant; an instant that is nine hours off; an id that is null in every row; a 64-bit id
that went through a double. A mapping file adds: another value that differs, a thing without a row, a row without a
thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What looks wrong: where, of which thing, what is there, and what the store says."""

    kind: HintKind
    path: str
    thing: str
    """Such as ``subscription 662866``."""
    here: Any
    store: Any
    sentence: str
    """The whole finding for a person; it ends with the next step."""

    def __str__(self) -> str:
        return self.sentence

    def as_dict(self) -> dict[str, Any]:
        """The hint as plain data, for ``--json``."""
        return {
            "kind": self.kind,
            "path": self.path,
            "thing": self.thing,
            "here": self.here,
            "store": self.store,
            "sentence": self.sentence,
        }
