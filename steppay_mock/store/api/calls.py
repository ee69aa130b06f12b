"""Who called, and what were they told? The log of an API, without tokens, queries and bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload


@dataclass(frozen=True, slots=True)
class Call:
    """One call, once it was answered."""

    method: str
    path: str
    status: int | None
    """None where there was no answer: an unknown path in a patched process, or a caller who hung up."""
    endpoint: str | None = None
    """The endpoint, such as ``/api/v1/orders/{idOrCode}``; None for a path that is none of those known (fact 27)."""

    @property
    def known(self) -> bool:
        """Whether StepPay is known to have such an endpoint."""
        return self.endpoint is not None


class CallLog(Sequence[Call]):
    """Every call in the order of the answers. It goes on growing; ``list(api.calls)`` does not."""

    def __init__(self) -> None:
        self._calls: list[Call] = []  # appending to a list and copying it are atomic, so many threads may

    def __repr__(self) -> str:
        return repr(self._calls)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and self[:] == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._calls)

    @overload
    def __getitem__(self, place: int) -> Call: ...
    @overload
    def __getitem__(self, place: slice) -> list[Call]: ...
    def __getitem__(self, place: int | slice) -> Call | list[Call]:
        return self._calls[place]

    def add(self, call: Call) -> None:
        """Add what was just answered."""
        self._calls.append(call)
