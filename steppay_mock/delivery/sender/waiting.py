"""What a sender waits for while nothing is in flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from steppay_mock.delivery.journal.journal import Row

Why = Literal["retry", "schedule", "rate"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait, as it begins or goes on."""

    seconds: float
    """Until the next delivery may start."""
    why: Why
    """A delivery is tried again, a schedule says so, or the rate lets nothing start yet."""
    row: Row | None
    """The delivery that is next, if it is known."""
