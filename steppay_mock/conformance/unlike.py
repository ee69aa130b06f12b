"""``Unlike``: two equal requests that a receiver answered unlike, or a check that ended unlike when it was repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from steppay_mock.conformance.trace import Trace

PASSING = frozenset({429, 502, 503, 504})
"""Statuses of a limit of requests, of a maintenance and of a proxy before the receiver: they judge nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """What was seen, in a sentence, with the request that was answered worse. ``is_right``: it was a right webhook."""

    told: str
    trace: Trace | None = field(default=None, repr=False)
    is_right: bool = False

    @classmethod
    def of_answers(cls, first: Trace, second: Trace, *, is_right: bool) -> Self:
        """Two equal requests with other answers."""
        told = f"{first.what} was answered {first.told()}; and when it was sent again, {second.told()}."
        worse = max(first, second, key=lambda one: one.answer.status or 1000)
        return cls(told=told, trace=worse, is_right=is_right)

    @property
    def is_passing(self) -> bool:
        """Whether the worse answer is one of a limit, a maintenance or a proxy."""
        return self.trace is not None and has_passing([self.trace])


def has_passing(traces: Sequence[Trace]) -> bool:
    """Whether an answer is one of a limit, a maintenance or a proxy."""
    return any(trace.answer.status in PASSING for trace in traces)
