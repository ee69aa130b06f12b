"""What came of all deliveries together?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

from steppay_mock.delivery.explain import failure, nothing_delivered
from steppay_mock.delivery.outcome import Outcome

_SHOWN = 5
_BY_SEED = frozenset({"shuffled", "entities", "busy-second"})


@dataclass(frozen=True, slots=True, repr=False)
class Report(Sequence[Outcome]):
    """The outcomes, in the order of delivery, and what repeats them.

    ``target`` is the receiver in words, ``elapsed`` the seconds that all deliveries took together. ``seed`` repeats
    order and trace ids: pass it back with the same events and options.
    """

    outcomes: tuple[Outcome, ...]
    order: str
    """The name of the order, or what made the schedule."""
    seed: int
    target: str
    elapsed: float
    controls: tuple[Outcome, ...] = ()
    """The events that were delivered once more without their fault, so that the faults could be judged."""

    @property
    def ok(self) -> bool:
        """Whether every event was answered with 2xx; a report without deliveries proves nothing and is not ok."""
        return bool(self.outcomes) and all(outcome.ok for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The outcomes that are not ok."""
        return tuple(outcome for outcome in self.outcomes if not outcome.ok)

    @property
    def undecided(self) -> tuple[Outcome, ...]:
        """The outcomes without a verdict on their fault: the event without the fault was not taken either."""
        return tuple(outcome for outcome in self.outcomes if outcome.undecided)

    @property
    def unreachable(self) -> tuple[Outcome, ...]:
        """The outcomes without any answer."""
        return tuple(outcome for outcome in self.outcomes if outcome.status is None)

    @property
    def statuses(self) -> Counter[int | None]:
        """How many answers had which status; None counts deliveries without an answer."""
        return Counter(outcome.status for outcome in self.outcomes)

    def assert_ok(self) -> None:
        """Raise a ContractViolation about the first failure, chained from what the app raised, unless all is ok."""
        if not self.outcomes:
            raise nothing_delivered(self.target)
        failed = self.failed
        if failed:
            raise failure(failed, total=len(self), target=self.target) from failed[0].exception

    def as_dict(self) -> dict[str, Any]:
        """Give plain data for ``--json``; in ``statuses`` the deliveries without an answer stand under ``none``."""
        return {
            "ok": self.ok,
            "target": self.target,
            "order": self.order,
            "seed": self.seed,
            "elapsed": self.elapsed,
            "statuses": {"none" if status is None else str(status): n for status, n in self.statuses.items()},
            "outcomes": [outcome.as_dict() for outcome in self.outcomes],
            "controls": [outcome.as_dict() for outcome in self.controls],
        }

    def __len__(self) -> int:
        return len(self.outcomes)

    @overload
    def __getitem__(self, index: int) -> Outcome: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Outcome, ...]: ...

    def __getitem__(self, index: int | slice) -> Outcome | tuple[Outcome, ...]:
        return self.outcomes[index]

    def __str__(self) -> str:
        failed = self.failed
        lines = [self._summary(), *(f"  {outcome.position + 1}. {outcome}" for outcome in failed[:_SHOWN])]
        if len(failed) > _SHOWN:
            lines.append(f"  and {len(failed) - _SHOWN} more failed")
        lines += [f"  {one.position + 1}. without the fault, {one}" for one in self.controls]
        return "\n".join(lines)

    def __repr__(self) -> str:
        failed = self.failed
        first = f"; first failure: {failed[0].position + 1}. {failed[0]}" if failed else ""
        return f"<Report: {self._summary()}{first}>"

    def _summary(self) -> str:
        count = len(self)
        told = ", ".join(f"{n} x {status or 'no answer'}" for status, n in self.statuses.items()) or "nothing delivered"
        seed = f" (seed {self.seed})" if self.order in _BY_SEED else ""
        return (
            f"{count} event{'' if count == 1 else 's'} in {self.order} order{seed} to {self.target} "
            f"in {self.elapsed:.3f} s: {told}"
        )
