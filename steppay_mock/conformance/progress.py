"""How far the checks are: what ``watch`` gets before each delivery, and how it ends them."""

from __future__ import annotations

from dataclasses import dataclass

from steppay_mock.ordering.failure import ExplorationError

STOPPED = "The checks were interrupted before this one was done."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProgress:
    """How far the checks are: ``done`` of ``total`` checks. ``doing`` is the check or the scenario that is at work."""

    done: int
    total: int
    deliveries: int
    doing: str

    def __str__(self) -> str:
        return f"{self.done} of {self.total} checks, {self.deliveries:,} deliveries, {self.doing}"


class ChecksStoppedError(ExplorationError):
    """``watch`` ended the checks."""
