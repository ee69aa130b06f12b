"""The progress of a run: counts that grow while it runs, and the outcomes that are kept for its report.

Without kept outcomes it takes no more memory for a million deliveries than for a thousand: what it keeps of single
deliveries is bounded by the number of event types, of receivers, and ``FAILURES_KEPT``.

Faults have controls. A server that answers 404 to everything refuses what is wrong as well as what is right. So a
refusal counts only if the receiver takes the same event without the fault. After all deliveries the first event of each
type that came with a fault and was not taken is delivered again, without the fault. It comes last, so that a receiver
that drops repeats has not seen the event before it comes with the fault; and because it refused the event then, the
event without the fault is a new one to it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.report import FAILURES_KEPT, OUTCOMES_KEPT, Report, TypeCounts
from steppay_mock.delivery.signing_clock import is_moved
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.failure import Failure
    from steppay_mock.delivery.run.attempt_queue import Waiting
    from steppay_mock.delivery.run.deliveries import DueDelivery, PlannedDelivery

_by_position = attrgetter("position")


@dataclass(slots=True)
class _Counts(TypeCounts):
    """The counts of an event type at a receiver, and what the verdicts on its faults rest on."""

    plain_taken: bool = False
    """Whether an event without a fault was a success: then no control is needed."""
    plain: Outcome | None = None
    """The first of those, where outcomes are kept."""
    refused: Outcome | None = None
    """The first delivery with a fault that was not taken."""
    refused_right: int = 0
    """How many were not taken, which is what a right receiver does with their fault."""
    refused_wrong: int = 0
    control: Outcome | None = None

    def refuse(self, position: int, answer: Answer, *, right: bool) -> bool:
        """Count a delivery with a fault, if it was not taken; whether it is the first of those."""
        if answer.is_success:
            return False
        self.refused_right += right
        self.refused_wrong += not right
        return self.refused is None or position <= self.refused.position

    def control_with(self, control: Outcome) -> int:
        """Take the outcome of the control; how many deliveries it turns from success to failure."""
        self.control = control
        if control.ok:
            return 0
        self.undecided = self.refused_right + self.refused_wrong
        self.succeeded -= self.refused_right
        self.failed += self.refused_right
        return self.refused_right


@dataclass(slots=True)
class RunProgress:
    """The counts of a run, as ``watch`` gets them. ``answers`` counts attempts by event type and status.

    ``keep`` is whether outcomes are kept; None: as long as there are at most ``OUTCOMES_KEPT``.
    """

    keep: bool | None = None
    planned: int = 0
    succeeded: int = 0
    failed: int = 0
    retried: int = 0
    perhaps_again: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    stopped: bool = False
    reordered: bool = False
    elapsed: float = 0.0
    answers: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    lost: Counter[Failure] = field(default_factory=Counter)
    types: dict[tuple[str, str], _Counts] = field(default_factory=dict)
    waiting: Waiting | None = field(default=None, compare=False, repr=False)
    """The wait that the run is in now."""
    _kept: list[Outcome] | None = field(init=False, repr=False)
    _events: dict[int, Event] = field(default_factory=dict, repr=False)
    """By position, the events of deliveries that are read from a journal."""
    _failures: list[Outcome] = field(default_factory=list, repr=False)
    _controls: list[Outcome] = field(default_factory=list, repr=False)
    _control_runs: list[int] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._kept = None if self.keep is False else []

    @property
    def pending(self) -> int:
        """Deliveries without an outcome yet."""
        return self.planned - self.succeeded - self.failed

    @property
    def statuses(self) -> Counter[int | None]:
        """How many attempts had which status."""
        found: Counter[int | None] = Counter()
        for (_, status), count in self.answers.items():
            found[status] += count
        return found

    def counts(self, receiver: str, event_type: str) -> _Counts:
        """The counts of this event type at this receiver."""
        key = receiver, event_type
        found = self.types.get(key)
        if found is None:
            found = self.types[key] = _Counts()
        return found

    def plan(self, receiver: str, event_type: str, *, times: int = 1) -> None:
        """Count deliveries that are planned."""
        self.planned += times
        if self.keep is None and self.planned > OUTCOMES_KEPT:
            self._kept, self._events = None, {}
        self.counts(receiver, event_type).planned += times

    def remember(self, planned: PlannedDelivery, event: Event) -> None:
        """Keep the event for the outcome of this delivery: to read it from the bytes in a journal takes longer."""
        if self._kept is not None:
            self._events[planned.position] = event

    def count(self, receiver: str, event_type: str, *, right: bool, times: int = 1) -> _Counts:
        """Count outcomes; the counts of their type."""
        counts = self.counts(receiver, event_type)
        if right:
            self.succeeded += times
            counts.succeeded += times
        else:
            self.failed += times
            counts.failed += times
        return counts

    def end(self, delivery: DueDelivery, answer: Answer, *, receiver: str, right: bool, number: int | None) -> None:
        """Count a delivery that has its outcome; ``number`` is the one that it has in the journal."""
        counts = self.count(receiver, delivery.type, right=right)
        counts.seconds += answer.latency
        first = delivery.fault is not None and counts.refuse(delivery.position, answer, right=right)
        # By the statuses of ``success``, as the verdict on a control is: an outcome that failed cannot be one.
        plain = delivery.fault is None and not counts.plain_taken and right
        counts.plain_taken = counts.plain_taken or plain
        if self._kept is None and not first and (right or len(self._failures) >= FAILURES_KEPT):
            return
        event = delivery.event or self._events.pop(delivery.position, None) or _read_event(delivery.body)
        outcome = _outcome(delivery, event, answer, receiver=receiver, right=right, number=number)
        if first:
            counts.refused = outcome
        elif plain:
            counts.plain = outcome
        if not right:
            counts.first_failure = counts.first_failure or outcome
            if len(self._failures) < FAILURES_KEPT:
                self._failures.append(outcome)
        if self._kept is not None:
            self._kept.append(outcome)

    def to_control(self, receiver: str) -> list[Outcome]:
        """The deliveries to repeat without their fault, in their order: of each type the first that was not taken.

        A type of which an event without a fault was taken in this run needs no other control.
        """
        found = [
            counts.refused
            for (name, _), counts in self.types.items()
            if name == receiver and counts.refused is not None and not counts.plain_taken
        ]
        return sorted(found, key=_by_position)

    def add_controls(self, controls: RunProgress, *, run: int | None) -> None:
        """Take what became of a run of controls."""
        if run is not None:
            self._control_runs.append(run)
        self.stopped = self.stopped or controls.stopped
        for one in controls._kept or ():
            self._controls.append(one)
            turned = self.counts(one.receiver, str(one.event.type)).control_with(one)
            self.succeeded -= turned
            self.failed += turned

    def report(
        self,
        *,
        receiver: str,
        order: str,
        seed: int,
        run: int | None = None,
        journal: str | None = None,
        success: frozenset[int] | None = None,
    ) -> Report:
        """The report on the run as it stands now."""
        kept = None if self._kept is None else tuple(self._all_judged(self._kept))
        return Report(
            receiver=receiver,
            order=order,
            seed=seed,
            planned=self.planned,
            succeeded=self.succeeded,
            failed=self.failed,
            undecided=sum(counts.undecided for counts in self.types.values()),
            retried=self.retried,
            perhaps_again=self.perhaps_again,
            left_out=self.left_out,
            stopped=self.stopped,
            elapsed=self.elapsed,
            answers=self.answers,
            lost=self.lost,
            failures=self._all_failures() if kept is None else self._failures_of(kept),
            controls=tuple(self._controls),
            kept=kept,
            types=self.types,
            reordered=self.reordered,
            run=run,
            control_runs=tuple(self._control_runs),
            journal=journal,
            success=success,
        )

    def _failures_of(self, kept: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """The outcomes that are not ok. Counted first: most runs have none, and to ask each outcome takes time."""
        return tuple(one for one in kept if not one.ok) if self.failed else ()

    def _all_failures(self) -> tuple[Outcome, ...]:
        """The failures where outcomes are not kept, with the first of each type that has no verdict."""
        found = {one.position: one for one in self._failures}
        found |= {one.refused.position: one.refused for one in self.types.values() if one.undecided and one.refused}
        return tuple(self._judged(found[position]) for position in sorted(found))[:FAILURES_KEPT]

    def _all_judged(self, outcomes: list[Outcome]) -> list[Outcome]:
        ordered = sorted(outcomes, key=_by_position)
        faulty = any(counts.refused for counts in self.types.values())
        return [self._judged(one) for one in ordered] if faulty else ordered

    def _judged(self, outcome: Outcome) -> Outcome:
        """The outcome; one with a fault that was not taken gets its control."""
        if outcome.fault is None or outcome.was_taken:
            return outcome
        counts = self.types[outcome.receiver, str(outcome.event.type)]
        control = counts.control or counts.plain
        return outcome if control is None else replace(outcome, control=control)


def _outcome(
    delivery: DueDelivery, event: Event, answer: Answer, *, receiver: str, right: bool, number: int | None
) -> Outcome:
    return Outcome(
        event,
        delivery.position - 1,
        answer.status,
        answer.latency,
        answer.error,
        answer.exception,
        answer.headers,
        answer.body,
        delivery.again,
        delivery.fault,
        None,
        answer.failure,
        not answer.is_success and is_moved(),
        receiver,
        delivery.attempts + 1,
        number,
        right,
    )


def _read_event(body: bytes) -> Event:
    """The event of a body that a journal has; one without an event type was planned all the same."""
    try:
        return Event.from_bytes(body)
    except SteppayMockError:
        payload = json.loads(body)
        return Event(payload if isinstance(payload, dict) else {})
