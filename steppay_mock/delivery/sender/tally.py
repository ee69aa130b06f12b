"""What came of a whole run? Numbers, which take no more room however many deliveries there were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.failure import Failure
from steppay_mock.delivery.next_step import BROKE, step_for_status, step_without_answer
from steppay_mock.errors import ContractViolation

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.sender.waiting import Waiting


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
    left_out: Counter[str] = field(default_factory=Counter)
    """How many deliveries each receiver did not get, for it is registered for other event types (fact 22)."""
    stopped: bool = False
    """Whether it was stopped before its end."""
    elapsed: float = 0.0
    reordered: bool = False
    answers: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    lost: Counter[Failure] = field(default_factory=Counter)
    """Attempts whose answer did not come, or did not come whole, by the code of what happened."""
    first_failure: str | None = None
    failures: dict[str, str] = field(default_factory=dict)
    """The first answer to each event type that was no success."""
    ends: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """How many deliveries of each event type came to their end, and whether that was a success."""
    control: Tally | None = None
    """What came of the events that were delivered once more without their fault; None if that was not needed."""
    control_runs: tuple[int, ...] = ()
    """Under which numbers these stand in the journal."""
    waiting: Waiting | None = field(default=None, compare=False, repr=False)
    """What is waited for now, for who watches."""

    @property
    def pending(self) -> int:
        """Deliveries without an outcome yet."""
        return self.planned - self.succeeded - self.failed

    @property
    def ok(self) -> bool:
        """Whether every delivery was answered with success; one of none, or one that was stopped, is not ok.

        With a fault success is what a right receiver does, and the event without the fault has to be taken as well.
        """
        whole = self.planned > 0 and self.succeeded == self.planned and not self.stopped
        return whole and (self.control is None or self.control.ok)

    @property
    def statuses(self) -> Counter[int | None]:
        """How many attempts had which status."""
        found: Counter[int | None] = Counter()
        for (_, status), count in self.answers.items():
            found[status] += count
        return found

    @property
    def codes(self) -> set[Failure | None]:
        """What happened to the attempts; None stands for those whose answer came whole."""
        whole = sum(self.answers.values()) > sum(self.lost.values())
        return {*self.lost, None} if whole else {*self.lost}

    @property
    def rate(self) -> float:
        """Attempts a second."""
        return sum(self.answers.values()) / self.elapsed if self.elapsed else 0.0

    def assert_ok(self) -> None:
        """Raise a ContractViolation about the first failure, unless every delivery succeeded."""
        if self.ok:
            return
        raise ContractViolation(
            kind=self._kind(),
            event="?",
            path=self.target,
            expected=self._expected(),
            sent=self._sent(),
            next_step=self._next_step(),
        )

    def succeed(self, event: str) -> None:
        """Count a delivery that was answered with success."""
        self.succeeded += 1
        self.ends[event, True] += 1

    def fail(self, event: str, answer: Answer, *, final: bool) -> None:
        """Count an attempt that was no success; ``final`` if it was the delivery's last."""
        self.failed += final
        if answer.failure is not None:
            self.lost[answer.failure] += 1
        if final:
            self.ends[event, False] += 1
        if event not in self.failures:
            told = "no answer" if answer.status is None else str(answer.status)
            self.failures[event] = told + (f", {answer.error}" if answer.error else "")
        if self.first_failure is None:
            self.first_failure = f"{event}: {self.failures[event]}"

    def add_control(self, other: Tally) -> None:
        """Add a run of events that were delivered once more without their fault."""
        if other.run is not None:
            self.control_runs = (*self.control_runs, other.run)
        if self.control is None:
            self.control = other
            return
        known = self.control
        known.planned += other.planned
        known.succeeded += other.succeeded
        known.failed += other.failed
        known.stopped = known.stopped or other.stopped
        known.answers += other.answers
        known.lost += other.lost
        known.failures = {**other.failures, **known.failures}
        known.first_failure = known.first_failure or other.first_failure

    @property
    def undecided(self) -> dict[str, str]:
        """The event types without a verdict on their fault, and the answer to them without the fault."""
        return {} if self.control is None or self.control.ok else self.control.failures

    def judged(self, *, right: bool | None = None) -> int:
        """How many deliveries have a verdict, or how many of them are right or wrong, since this tally began."""
        counted = ((event, is_right, n) for (event, is_right), n in self.ends.items() if event not in self.undecided)
        return sum(n for _, is_right, n in counted if right is None or is_right is right)

    def _kind(self) -> str:
        if self.undecided:
            return "no-verdict"
        return "status" if self.planned else "nothing-delivered"

    def _expected(self) -> str:
        if self.undecided:
            return "each event without the fault to be taken, before the fault can be judged"
        return "every delivery answered with success" if self.planned else "at least one event"

    def _sent(self) -> str:
        if not self.planned:
            return "none"
        if self.undecided:
            return "; ".join(f"{event} without the fault: {answer}" for event, answer in self.undecided.items())
        counted = f"{self.succeeded} of {self.planned}: {self._told()}"
        return counted if self.first_failure is None else f"{counted}; first {self.first_failure}"

    def _next_step(self) -> str:
        if not self.planned:
            return "Pass events that a receiver wants: a used-up iterator, or the events= of an Endpoint, leaves none."
        if self.pending or self.stopped:
            return "It was stopped before its end. Resume it, if it has a journal, or send the events again."
        plain = self.control if self.undecided and self.control is not None else self
        statuses = set(plain.statuses)
        only = statuses.pop() if len(statuses) == 1 else 0
        journal = self.run is not None
        if (step := _step_said(only, plain.codes)) is not None:
            return f"{step} The journal has every answer." if journal else step
        steps = {
            401: "Is the secret right, and the raw body verified? ",
            404: "Is the path right? ",
            None: "Is the receiver running? ",
        }
        return f"{steps.get(only, '')}Read the receiver's log{', and the journal' if journal else ''}."

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
            "left_out": dict(self.left_out),
            "stopped": self.stopped,
            "elapsed": self.elapsed,
            "warnings": self.warnings(),
            "control": None if self.control is None else self.control.as_dict(),
            "answers": [
                {"event": event, "status": status, "count": count}
                for (event, status), count in sorted(self.answers.items(), key=lambda one: (one[0][0], one[0][1] or 0))
            ],
        }

    def __str__(self) -> str:
        told = f"{self.succeeded} of {self.planned} delivered to {self.target}: {self._told()}"
        return f"{told}; no verdict: {self._sent()}" if self.undecided else told

    def _told(self) -> str:
        told = ", ".join(f"{count} x {status or 'no answer'}" for status, count in self.statuses.most_common())
        return told or "nothing was sent"


def _step_said(only: int | None, lost: set[Failure | None]) -> str | None:
    """The step where every attempt had this answer, and that says more than the receiver's log."""
    if only is not None:
        return BROKE if lost == {Failure.BROKEN} else step_for_status(only)
    if lost == {Failure.TIMED_OUT}:
        return "Let the receiver answer first and work later. The limit is timeout=."
    return step_without_answer(lost)
