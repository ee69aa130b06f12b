"""The record of a run in a journal: the whole plan before anything is sent, then each attempt before it is made.

Events stream into it, some hundred at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steppay_mock.delivery.run.deliveries import DueDelivery, EndedAttempt, Origin, PlannedDelivery, StartedAttempt
from steppay_mock.errors import SteppayMockError

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.journal.journal import Journal
    from steppay_mock.delivery.run.attempt_queue import RunClock
    from steppay_mock.delivery.run.records import Plan
    from steppay_mock.delivery.run.stop import StopRequest
    from steppay_mock.delivery.schedule.schedule import Planned
    from steppay_mock.payload.event import Event

_CHUNK = 500


@dataclass(slots=True)
class JournalRecord:
    """A run that is written down. Outcomes wait in memory for the next write: one transaction has both."""

    journal: Journal
    run: int
    clock: RunClock
    is_numbered: bool = True
    _ended: list[EndedAttempt] = field(default_factory=list)
    _unsent: list[tuple[int, int]] = field(default_factory=list)
    _headers: dict[str, str] = field(default_factory=dict)
    _headers_as_json: str = "{}"

    def write_plan(self, plan: Plan, stop: StopRequest) -> bool:
        """Write the whole plan before anything is sent. If it is stopped meanwhile, nothing of it stays, and False."""
        whole = False
        try:
            whole = self._write_plan(plan, stop)
        finally:
            if not whole:
                with suppress(SteppayMockError):  # a journal that cannot be written is tidied another time
                    self.journal.forget(self.run)
        return whole

    def _write_plan(self, plan: Plan, stop: StopRequest) -> bool:
        chunk: list[tuple[str, int | None, bytes, list[PlannedDelivery]]] = []
        last: Planned | None = None
        for one, event_type, endpoint, position, wait in plan:
            if stop.asked:
                return False
            copied = one.place in plan.copied
            planned = PlannedDelivery(endpoint, position, one.place, one.how, copied, wait, one.group, one.fault)
            plan.progress.remember(planned, one.event)
            if one is last:  # the same event, for another endpoint
                chunk[-1][3].append(planned)
                continue
            if len(chunk) >= _CHUNK:
                self.journal.add_plans(self.run, chunk)
                chunk = []
            chunk.append((event_type, _timestamp(one.event), one.event.body, [planned]))
            last = one
        if chunk:
            self.journal.add_plans(self.run, chunk)
        self.journal.end_planning(self.run)
        return True

    def due(self) -> Iterator[DueDelivery]:
        """The deliveries of the plan without an outcome."""
        return self.journal.pending(self.run)

    def origin(self, delivery: DueDelivery) -> Origin | None:
        """What the delivery is a copy of."""
        return self.journal.origin(self.run, delivery)

    def signed(self) -> list[tuple[int, bytes, int]]:
        """What was signed last before a resume, or by earlier runs."""
        return self.journal.signed(self.run)

    def begin(self, started: Sequence[tuple[DueDelivery, Origin]]) -> None:
        """Write attempts, and all that has ended."""
        ended, self._ended = self._ended, []
        unsent, self._unsent = self._unsent, []
        if not started and not ended and not unsent:
            return
        attempts = [
            StartedAttempt(one.id, one.attempts + 1, self.clock.now(), origin.signed_at, one.perhaps_again)
            for one, origin in started
        ]
        self.journal.write(ended, attempts, unsent)

    def end(self, delivery: DueDelivery, answer: Answer, *, state: str, due: float | None) -> None:
        """Keep the outcome for the next write."""
        told = answer.status, answer.latency, answer.error, self._as_json(answer.headers), answer.body
        self._ended.append(EndedAttempt(delivery.id, delivery.attempts + 1, state, *told, self.clock.now(), due))

    def withdraw(self, delivery: DueDelivery) -> None:
        """Take the attempt out at the next write."""
        self._unsent.append((delivery.id, delivery.attempts + 1))

    def _as_json(self, headers: dict[str, str]) -> str:
        """The headers as a journal has them. Most answers have those of the answer before."""
        if headers != self._headers:
            self._headers, self._headers_as_json = headers, json.dumps(headers)
        return self._headers_as_json


def _timestamp(event: Event) -> int | None:
    """The envelope's, if it is one that a journal can hold."""
    stamp = event.second
    return stamp if isinstance(stamp, int) and abs(stamp) < 2**63 else None
