"""What came of a whole run? Numbers, which take no more room however many deliveries there were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.errors import ContractViolation

if TYPE_CHECKING:
    from steppay_mock.delivery.sender.waiting import Waiting
    from steppay_mock.delivery.transport import Answer


@dataclass(slots=True)
class Tally:
    """Counts of a run. ``answers`` counts attempts by event type and status; None is no answer at all.

    Where events stream, ``planned`` are those that were taken so far. After a resume, ``planned``, ``succeeded`` and
    ``failed`` are those of the whole run, and the attempts are those since.
    """

    target: str
    seed: int
    run: int | None = None
    planned: int = 0
    succeeded: int = 0
    failed: int = 0
    retried: int = 0
    perhaps_again: int = 0
    """Attempts that repeat one of which nobody knows whether it arrived."""
    stopped: bool = False
    """Whether it was stopped before its end."""
    elapsed: float = 0.0
    reordered: bool = False
    answers: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    first_failure: str | None = None
    waiting: Waiting | None = field(default=None, compare=False, repr=False)
    """What is waited for now, for who watches."""

    @property
    def pending(self) -> int:
        """Deliveries without an outcome yet."""
        return self.planned - self.succeeded - self.failed

    @property
    def ok(self) -> bool:
        """Whether every delivery was answered with success; one of none, or one that was stopped, is not ok."""
        return self.planned > 0 and self.succeeded == self.planned and not self.stopped

    @property
    def statuses(self) -> Counter[int | None]:
        """How many attempts had which status."""
        found: Counter[int | None] = Counter()
        for (_, status), count in self.answers.items():
            found[status] += count
        return found

    @property
    def rate(self) -> float:
        """Attempts a second."""
        return sum(self.answers.values()) / self.elapsed if self.elapsed else 0.0

    def assert_ok(self) -> None:
        """Raise a ContractViolation about the first failure, unless every delivery succeeded."""
        if self.ok:
            return
        raise ContractViolation(
            kind="status" if self.planned else "nothing-delivered",
            event="?",
            path=self.target,
            expected="every delivery answered with success" if self.planned else "at least one event",
            sent=self._sent(),
            next_step=self._next_step(),
        )

    def fail(self, event: str, answer: Answer, *, final: bool) -> None:
        """Count an attempt that was no success; ``final`` if it was the delivery's last."""
        self.failed += final
        if self.first_failure is None:
            told = "no answer" if answer.status is None else str(answer.status)
            self.first_failure = f"{event}: {told}" + (f", {answer.error}" if answer.error else "")

    def _sent(self) -> str:
        if not self.planned:
            return "none"
        counted = f"{self.succeeded} of {self.planned}: {self._told()}"
        return counted if self.first_failure is None else f"{counted}; first {self.first_failure}"

    def _next_step(self) -> str:
        if not self.planned:
            return "Pass events that a receiver wants: an iterator that was used up, or a Hook's events=, leaves none."
        if self.pending or self.stopped:
            return "It was stopped before its end. Resume it, if it has a journal, or send the events again."
        steps = {401: "Is the secret right?", 404: "Is the path right?", None: "Is the receiver running?"}
        statuses = set(self.statuses)
        asked = f"{steps[statuses.pop()]} " if len(statuses) == 1 and statuses <= steps.keys() else ""
        return f"{asked}Read the receiver's log{', and the journal' if self.run is not None else ''}."

    def warnings(self) -> list[str]:
        """What makes the run prove less than it seems to."""
        found = []
        statuses = set(self.statuses)
        if statuses == {401} and not self.ok:  # with a fault it may be what is right
            found.append("every answer was 401: is the secret right?")
        if statuses == {404} and not self.ok:
            found.append("every answer was 404: is the path right?")
        if self.planned > 1 and not self.reordered:
            found.append("nothing was reordered: StepPay promises no order, so try --order shuffled")
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json`` and ``--report``."""
        return {
            "ok": self.ok,
            "target": self.target,
            "seed": self.seed,
            "run": self.run,
            "planned": self.planned,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "pending": self.pending,
            "retried": self.retried,
            "perhaps_again": self.perhaps_again,
            "stopped": self.stopped,
            "elapsed": self.elapsed,
            "warnings": self.warnings(),
            "answers": [
                {"event": event, "status": status, "count": count}
                for (event, status), count in sorted(self.answers.items(), key=lambda one: (one[0][0], one[0][1] or 0))
            ],
        }

    def __str__(self) -> str:
        return f"{self.succeeded} of {self.planned} delivered to {self.target}: {self._told()}"

    def _told(self) -> str:
        told = ", ".join(f"{count} x {status or 'no answer'}" for status, count in self.statuses.most_common())
        return told or "nothing was sent"
