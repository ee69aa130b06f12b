"""Words for long waits, so that a run that waits does not look like one that hangs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.cli.show.terminal import counted, say

if TYPE_CHECKING:
    from steppay_mock.delivery.run.attempt_queue import Waiting
    from steppay_mock.delivery.run.progress import RunProgress

LONG = 1.0
"""Seconds; a longer wait is reported."""

_RATE = "rate"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(slots=True)
class Waits:
    """Reports each long wait once, on standard error; of those that a rate causes the first one alone."""

    _told: set[object] = field(default_factory=set)

    def update(self, progress: RunProgress) -> None:
        """Report the wait, if it is long and was not reported yet."""
        found = progress.waiting
        if found is None or found.seconds <= LONG:
            return
        one = found.delivery
        wait = _RATE if one is None or found.why == _RATE else (found.why, one.id, one.attempts)
        if wait not in self._told:
            self._told = {wait, *self._told.intersection({_RATE})}
            say(waits_for(found))


def waits_for(waiting: Waiting) -> str:
    """The reason of a wait, and its length."""
    one, long = waiting.delivery, in_words(waiting.seconds)
    if one is None or waiting.why == _RATE:
        return f"waiting {long}, as the rate says"
    if waiting.why == "schedule":
        return f"waiting {long}, as the schedule says, before delivery {one.id}, {one.type}"
    failed = f"{counted(one.attempts, 'attempt')} failed"
    return f"waiting {long} until delivery {one.id}, {one.type}, is tried again: {failed}"


def in_words(seconds: float) -> str:
    """A time in its two largest units: 1 h 30 min."""
    whole = max(round(seconds), 0)
    parts: list[str] = []
    for size, unit in _UNITS:
        count, whole = divmod(whole, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
