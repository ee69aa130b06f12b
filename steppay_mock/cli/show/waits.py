"""Words about what a run waits for, so that nobody takes a long wait for a run that hangs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.cli.show.terminal import counted, say

if TYPE_CHECKING:
    from steppay_mock.delivery.sender.tally import Tally
    from steppay_mock.delivery.sender.waiting import Waiting

LONG = 1.0
"""Seconds from which on a wait is told."""

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(slots=True)
class Waits:
    """Tells of each long wait once, on standard error; of those that a rate causes only of the first."""

    _told: set[tuple[str, int, int]] = field(default_factory=set)

    def update(self, tally: Tally) -> None:
        """Tell what is waited for, if that is long and was not told yet."""
        found = tally.waiting
        if found is None or found.seconds <= LONG:
            return
        row = found.row
        wait = ("rate", 0, 0) if row is None or found.why == "rate" else (found.why, row.id, row.attempts)
        if wait not in self._told:
            self._told = {wait, *(one for one in self._told if one[0] == "rate")}
            say(waits_for(found))


def waits_for(waiting: Waiting) -> str:
    """What is waited for, and how long."""
    row, long = waiting.row, in_words(waiting.seconds)
    if row is None or waiting.why == "rate":
        return f"waiting {long}, as the rate says"
    if waiting.why == "schedule":
        return f"waiting {long}, as the schedule says, before delivery {row.id}, {row.type}"
    return (
        f"waiting {long} until delivery {row.id}, {row.type}, is tried again: {counted(row.attempts, 'attempt')} failed"
    )


def in_words(seconds: float) -> str:
    """A time as people say it: its two largest units."""
    whole = max(round(seconds), 0)
    parts: list[str] = []
    for size, unit in _UNITS:
        count, whole = divmod(whole, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
