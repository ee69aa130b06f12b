"""The report on a run: its counts, its outcomes where they are kept, and its warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

from steppay_mock.delivery.explain import failure, nothing_delivered, stopped_early
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.outcome import Outcome

FAILURES_KEPT = 100
"""How many failed outcomes a report has where it does not have all outcomes: the first ones."""
OUTCOMES_KEPT = 1_000
"""A sender keeps the outcomes of a run with at most this many deliveries, unless ``keep_outcomes`` is given."""

_SHOWN = 5
_BY_SEED = frozenset({"shuffled", "entities", "busy-second"})

Warned = Literal["all-401", "all-404", "in-order"]
_WARNINGS: dict[Warned, str] = {
    "all-401": "every answer was 401: is the secret right?",
    "all-404": "every answer was 404: is the path right?",
    "in-order": "nothing was reordered: StepPay promises no order, so try order='shuffled'",
}


@dataclass(slots=True)
class TypeCounts:
    """The counts of one event type at one receiver."""

    planned: int = 0
    succeeded: int = 0
    failed: int = 0
    seconds: float = 0.0
    """The latencies of all outcomes together."""
    undecided: int = 0
    first_failure: Outcome | None = None

    @property
    def pending(self) -> int:
        """Deliveries without an outcome."""
        return self.planned - self.succeeded - self.failed


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Report(Sequence["Outcome"]):
    """The counts of a run, and its outcomes in the order of delivery.

    ``deliver`` keeps every outcome. A sender keeps them with ``keep_outcomes=True``, and without that option for at
    most 1,000 deliveries. ``seed`` repeats order and trace ids: pass it back with the same events and options. Where
    events stream, ``planned`` counts those that were taken so far. After a resume all counts are those of the whole
    run, but for the attempts (``answers``, ``statuses``, ``retried``): they are those since.
    """

    receiver: str
    """The receiver, or the receivers, in words."""
    order: str
    """The name of the order, or what made the schedule."""
    seed: int
    planned: int
    succeeded: int
    failed: int
    """Deliveries whose outcome is not ok, those without a verdict on their fault among them."""
    undecided: int
    """Deliveries without a verdict on their fault: the event without the fault was not taken either."""
    retried: int
    """Attempts that follow a failed one."""
    perhaps_again: int
    """Attempts that repeat one of which it is not known whether it arrived."""
    left_out: Mapping[str, int]
    """By receiver, the deliveries that it did not get: it is registered for other event types (fact 22)."""
    stopped: bool
    """Whether the run was stopped before its end."""
    elapsed: float
    """Seconds that all deliveries took together."""
    answers: Counter[tuple[str, int | None]]
    """Attempts by event type and status; None is no answer at all."""
    lost: Counter[Failure]
    """Attempts whose answer did not come, or did not come whole, by the code of what happened."""
    failures: tuple[Outcome, ...]
    """The outcomes that are not ok: all of them, or the first 100 where outcomes are not kept."""
    controls: tuple[Outcome, ...]
    """The events that were delivered again without their fault, so that the faults could be judged."""
    kept: tuple[Outcome, ...] | None
    """Every outcome; None where outcomes are not kept."""
    types: Mapping[tuple[str, str], TypeCounts] = field(compare=False)
    """The counts by receiver and event type."""
    reordered: bool
    """Whether an event was delivered before one that happened earlier."""
    run: int | None = None
    """The number of the run in the journal."""
    control_runs: tuple[int, ...] = ()
    """The numbers of the runs in the journal by which the controls were delivered."""
    journal: str | None = None
    success: frozenset[int] | None = None
    """The statuses that count as success; None: every 2xx."""

    @property
    def ok(self) -> bool:
        """Whether every delivery had a right answer: a success, or what a right receiver does with the fault.

        A run without deliveries proves nothing and is not ok; nor is one that was stopped before its end.
        """
        return self.planned > 0 and self.succeeded == self.planned and not self.stopped

    @property
    def pending(self) -> int:
        """Deliveries without an outcome."""
        return self.planned - self.succeeded - self.failed

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every outcome; SteppayMockError where they are not kept."""
        if self.kept is None:
            raise SteppayMockError(
                f"The outcomes of this run are not kept: it has {self.planned} deliveries. Read the counts and "
                "report.failures, or send with keep_outcomes=True."
            )
        return self.kept

    @property
    def statuses(self) -> Counter[int | None]:
        """How many attempts had which status; None counts those without an answer."""
        found: Counter[int | None] = Counter()
        for (_, status), count in self.answers.items():
            found[status] += count
        return found

    @property
    def rate(self) -> float:
        """Attempts in a second."""
        return sum(self.answers.values()) / self.elapsed if self.elapsed else 0.0

    def assert_ok(self) -> None:
        """Raise a ContractViolation about the first failure, chained from what the app raised, unless all is ok."""
        if self.ok:
            return
        if not self.planned:
            raise nothing_delivered(self.receiver)
        if not self.failures:
            raise stopped_early(self.receiver, sent=f"{self.succeeded} of {self.planned}: {self._told()}")
        several = ", " in self.receiver
        raise failure(
            self.failures[0],
            failed=self.failed,
            total=self.planned,
            receiver=self.failures[0].receiver if several else self.receiver,
            journal=self.journal is not None,
            success=self.success,
        ) from self.failures[0].exception

    def warned(self) -> list[Warned]:
        """The codes of what makes the run prove less than it seems to."""
        found: list[Warned] = []
        statuses = set(self.statuses)
        right = self.succeeded and not self.failed  # with a fault 401 may be what is right, in a stopped run too
        if statuses == {401} and not right:
            found.append("all-401")
        if statuses == {404} and not right:
            found.append("all-404")
        if self.planned > 1 and not self.reordered:
            found.append("in-order")
        return found

    def warnings(self) -> list[str]:
        """The same in words."""
        return [_WARNINGS[code] for code in self.warned()]

    def report(self) -> str:
        """The counts in one line, the first failures, and the controls."""
        lines = [self._summary(), *(f"  {one.position + 1}. {one}" for one in self.failures[:_SHOWN])]
        if self.failed > _SHOWN:
            lines.append(f"  and {self.failed - _SHOWN} more failed")
        lines += [f"  {one.position + 1}. without the fault, {one}" for one in self.controls]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``: always the same keys.

        In ``statuses`` the attempts without an answer stand under ``none``. ``outcomes`` is None where they are not
        kept.
        """
        return {
            "ok": self.ok,
            "receiver": self.receiver,
            "order": self.order,
            "seed": self.seed,
            "journal": self.journal,
            "run": self.run,
            "planned": self.planned,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "undecided": self.undecided,
            "pending": self.pending,
            "retried": self.retried,
            "perhaps_again": self.perhaps_again,
            "left_out": dict(self.left_out),
            "stopped": self.stopped,
            "elapsed": self.elapsed,
            "warnings": self.warnings(),
            "statuses": {"none" if status is None else str(status): n for status, n in self.statuses.items()},
            "answers": [
                {"event": event, "status": status, "count": count}
                for (event, status), count in sorted(self.answers.items(), key=lambda one: (one[0][0], one[0][1] or 0))
            ],
            "outcomes": None if self.kept is None else [outcome.as_dict() for outcome in self.kept],
            "controls": [outcome.as_dict() for outcome in self.controls],
        }

    def __len__(self) -> int:
        return self.succeeded + self.failed if self.kept is None else len(self.kept)

    @overload
    def __getitem__(self, index: int) -> Outcome: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Outcome, ...]: ...

    def __getitem__(self, index: int | slice) -> Outcome | tuple[Outcome, ...]:
        return self.outcomes[index]

    def __str__(self) -> str:
        return self.report()

    def __repr__(self) -> str:
        first = f"; first failure: {self.failures[0].position + 1}. {self.failures[0]}" if self.failures else ""
        return f"<Report: {self._summary()}{first}>"

    def _summary(self) -> str:
        seed = f" (seed {self.seed})" if self.order in _BY_SEED else ""
        pending = f"; {self.pending} without an outcome" if self.pending else ""
        pending = pending or ("; stopped before its end" if self.stopped else "")
        return (
            f"{self.planned} {'delivery' if self.planned == 1 else 'deliveries'} in {self.order} order{seed} to "
            f"{self.receiver} in {self.elapsed:.3f} s: {self._told()}{pending}"
        )

    def _told(self) -> str:
        return ", ".join(f"{n} x {status or 'no answer'}" for status, n in self.statuses.items()) or "nothing was sent"
