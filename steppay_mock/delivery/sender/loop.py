"""In which order is what started, answered, tried again? One loop, which starts nothing that is not written down."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from steppay_mock.delivery.faults import find_fault, make_draft
from steppay_mock.delivery.journal.journal import Begun, Ended, Origin, Row
from steppay_mock.delivery.sender.redact import redacted
from steppay_mock.payload.chance import Chance, derive_seed
from steppay_mock.wire.headers import request_headers

if TYPE_CHECKING:
    from steppay_mock.delivery.retries import Retries
    from steppay_mock.delivery.sender.clock import Clock
    from steppay_mock.delivery.sender.hook import OpenHook
    from steppay_mock.delivery.sender.lanes import Lanes
    from steppay_mock.delivery.sender.stop import Stop
    from steppay_mock.delivery.sender.tally import Tally
    from steppay_mock.delivery.transport import Answer

_PATIENCE = 0.1  # seconds until the loop looks up anyway, for a stop that came from another thread


class Record(Protocol):
    """Where attempts and outcomes are written down."""

    def write(self, ended: list[Ended], begun: list[Begun]) -> None:
        """All of it, or an error before anything more is sent."""

    def sent(self, row: Row, signed_at: int | None) -> None:
        """Told of each attempt that was written down, right before it is made."""

    def origin(self, row: Row) -> Origin | None:
        """What a row that comes again byte for byte is a copy of; None if it was never sent."""


@dataclass(slots=True, kw_only=True)
class Loop:
    """One run: rows in, outcomes out."""

    rows: Iterator[Row]
    hooks: dict[int, OpenHook]
    record: Record
    engine: Lanes
    retries: Retries
    clock: Clock
    tally: Tally
    seed: int
    concurrency: int
    interval: float
    """Seconds between two starts, on average at least."""
    speed: float
    """Seconds of waiting for one of the story: waits and retries are compressed by it."""
    succeeds: Callable[[int], bool]
    stop: Stop
    watch: Callable[[Tally], object]
    _flights: dict[int, Row] = field(default_factory=dict)
    _again: list[tuple[float, int, Row]] = field(default_factory=list)
    _ended: list[Ended] = field(default_factory=list)
    _next: list[Row] = field(default_factory=list)
    """The rows that start together next: one, or those of a batch."""
    _ahead: Row | None = None
    _exhausted: bool = False
    _not_before: float = 0.0
    _next_start: float = 0.0
    _order: Iterator[int] = field(default_factory=count)

    def run(self) -> None:
        """Until every row has its outcome, or until it is stopped and what is in flight has come down."""
        try:
            while True:
                self._launch([] if self.stop.asked else self._starting())
                if not self._flights and (self.stop.asked or self._done()):
                    break
                try:
                    self._wait()
                except KeyboardInterrupt:
                    if self.stop.asked:
                        raise
                    self.stop.ask()
        except BaseException:
            self._launch([])  # whatever happened, what was answered is written down
            raise
        self.tally.stopped = self.stop.asked and not (self._exhausted and self._done())

    def _done(self) -> bool:
        return not (self._next or self._again or self._peek())

    # Starting.

    def _starting(self) -> list[Row]:
        """What may start now."""
        found: list[Row] = []
        while len(self._flights) + len(found) < self.concurrency:
            rows = self._due(in_flight=len(self._flights) + len(found))
            if not rows:
                break
            found += rows
            now = self.clock.steady()
            # Who starts a little late may catch up; a pause is not caught up.
            on_time = 0 <= now - self._next_start < self.interval
            self._next_start = (self._next_start if on_time else now) + self.interval * len(rows)
        return found

    def _due(self, *, in_flight: int) -> list[Row]:
        now = self.clock.steady()
        ready = not self._blocked(in_flight) and self._fill(now)  # its wait begins now, whatever the rate
        if now < self._next_start:
            return []
        if self._again and self._again[0][0] <= now:
            return [heapq.heappop(self._again)[2]]
        if not ready or now < self._not_before or not self._fits(in_flight):
            return []
        rows, self._next = self._next, []
        return rows

    def _blocked(self, in_flight: int) -> bool:
        """Whether nothing new may start before what was begun is settled."""
        return self.retries.blocking and bool(in_flight or self._again)

    def _fits(self, in_flight: int) -> bool:
        """Whether there is room for all that start together; what is wider than the room starts alone."""
        return not in_flight or in_flight + len(self._next) <= self.concurrency

    def _fill(self, now: float) -> bool:
        """Take the next row, with all of its batch; False if nothing new can start."""
        while not self._next:
            row = self._peek()
            if row is None:
                return False
            self._ahead = None
            if row.due is not None:  # it failed before the run was cut off
                self._retry(row, now + max(row.due - self.clock.now(), 0.0))
                if self.retries.blocking:
                    return False
                continue
            self._next = [row]
            self._not_before = now + row.wait * self.speed
            while row.batch is not None and (after := self._peek()) and after.batch == row.batch and after.due is None:
                self._ahead = None
                self._next.append(after)
        return True

    def _peek(self) -> Row | None:
        if self._ahead is None and not self._exhausted:
            self._ahead = next(self.rows, None)
            self._exhausted = self._ahead is None
        return self._ahead

    def _launch(self, rows: list[Row]) -> None:
        """Write down what ended and what begins; then, and only then, begin it."""
        ended, self._ended = self._ended, []
        if not rows and not ended:
            return
        made: dict[tuple[int, int], Origin] = {}
        requests = []
        for row in rows:
            now, signs = self.clock.now(), self.hooks[row.hook].secrets is not None
            key = row.hook, row.place
            origin = (self.record.origin(row) or made.get(key)) if row.again == "same" else None
            if origin is None:
                origin = Origin(row.position, int(now) if signs else None, row.body)
                made.setdefault(key, origin)
            elif signs and origin.signed_at is None:
                origin = origin._replace(signed_at=int(now))
            requests.append((row, Begun(row.id, row.attempts + 1, now, origin.signed_at, row.perhaps_again), origin))
        self.record.write(ended, [begun for _, begun, _ in requests])
        for row, begun, origin in requests:
            hook = self.hooks[row.hook]
            self.record.sent(row, begun.signed_at)
            self.tally.perhaps_again += row.perhaps_again
            self.tally.retried += begun.number > 1 and not row.perhaps_again
            self._flights[row.id] = row
            trace_seed = (self.seed << 32) + origin.position
            signing: dict[str, Any] = {"secret": hook.secrets, "timestamp": begun.signed_at, "trace_seed": trace_seed}
            if row.fault is None:
                headers = request_headers(origin.body, **signing)
                self.engine.start(row.id, hook.endpoint, origin.body, headers)
            else:
                faulty = find_fault(row.fault).apply(make_draft(origin.body, **signing))
                self.engine.start_faulty(row.id, hook.endpoint, faulty)

    # Waiting, and what comes back.

    def _wait(self) -> None:
        patience = self._patience()
        if self._flights:
            for token, answer in self.engine.poll(patience):
                self._settle(self._flights.pop(token), answer)
            self.watch(self.tally)
        elif patience > 0:
            self.clock.wait(patience)

    def _patience(self) -> float:
        """Seconds until something may start; where only answers can change that, a while."""
        in_flight = len(self._flights)
        if self.stop.asked or in_flight >= self.concurrency:
            return _PATIENCE
        due = [self._again[0][0]] if self._again else []
        if self._next:
            if self._fits(in_flight):
                due.append(self._not_before)
        elif not self._exhausted and not self._blocked(in_flight):
            due.append(self._next_start)
        if not due:
            return _PATIENCE
        waiting = max(min(due), self._next_start) - self.clock.steady()
        return max(min(waiting, _PATIENCE) if in_flight else waiting, 0.0)

    def _settle(self, row: Row, answer: Answer) -> None:
        number, failures, due = row.attempts + 1, row.failures, None
        answer = redacted(answer, self.hooks[row.hook].secrets)
        self.tally.answers[row.type, answer.status] += 1
        if self._is_right(row, answer):
            state = "SUCCESS"
            self.tally.succeeded += 1
        else:
            failures += 1
            delay = self.retries.delay(
                failures,
                chance=Chance(derive_seed(self.seed, "retries", row.position, failures)),
                retry_after=_retry_after(answer),
            )
            state = "FAIL" if delay is None else "PENDING"
            self.tally.fail(row.type, answer, final=delay is None)
            if delay is not None:
                wait = delay * self.speed
                due = self.clock.now() + wait
                later = row._replace(attempts=number, failures=failures, perhaps_again=False)
                self._retry(later, self.clock.steady() + wait)
        told = answer.status, answer.latency, answer.error, answer.headers, answer.body
        self._ended.append(Ended(row.id, number, state, *told, self.clock.now(), due))

    def _is_right(self, row: Row, answer: Answer) -> bool:
        """Whether the receiver did right: a success, or what a right receiver does with the fault."""
        if row.fault is not None:
            return find_fault(row.fault).met_by(answer)
        return answer.error is None and answer.status is not None and self.succeeds(answer.status)

    def _retry(self, row: Row, at: float) -> None:
        heapq.heappush(self._again, (at, next(self._order), row._replace(due=None)))


def _retry_after(answer: Answer) -> float | None:
    """Seconds of ``Retry-After``; a date, which few receivers send, is not honoured."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and len(text) < 10 else None
