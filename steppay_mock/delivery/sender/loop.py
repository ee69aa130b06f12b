"""In which order is what started, answered, tried again? One loop, which starts nothing that is not written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from steppay_mock.delivery.faults import find_fault
from steppay_mock.delivery.journal.journal import Begun, Ended, Origin, Row
from steppay_mock.delivery.make_request import make_request
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.payload.chance import Chance, derive_seed

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.endpoint import OpenEndpoint
    from steppay_mock.delivery.engine.engine import Engine
    from steppay_mock.delivery.retries import Retries
    from steppay_mock.delivery.sender.agenda import Agenda
    from steppay_mock.delivery.sender.clock import Clock
    from steppay_mock.delivery.sender.controls import Controls
    from steppay_mock.delivery.sender.stop import Stop
    from steppay_mock.delivery.sender.tally import Tally

_PATIENCE = 0.1  # seconds until the loop looks up anyway, for a stop that came from another thread


class Record(Protocol):
    """Where attempts and outcomes are written down."""

    def write(self, ended: list[Ended], begun: list[Begun], unsent: list[tuple[int, int]]) -> None:
        """All of it, or an error before anything more is sent; ``unsent`` are attempts that were not made after all."""

    def sent(self, row: Row, signed_at: int | None) -> None:
        """Told of each attempt that was written down, right before it is made."""

    def origin(self, row: Row) -> Origin | None:
        """What a row that comes again byte for byte is a copy of; None if it was never sent."""


@dataclass(slots=True, kw_only=True)
class Loop:
    """One run: rows in, outcomes out."""

    agenda: Agenda
    endpoints: dict[int, OpenEndpoint]
    record: Record
    engine: Engine
    retries: Retries
    clock: Clock
    tally: Tally
    seed: int
    speed: float
    """Seconds of waiting for one of the story: delays of retries are compressed by it."""
    succeeds: Callable[[int], bool]
    stop: Stop
    watch: Callable[[Tally], object]
    controls: Controls
    _flights: dict[int, Row] = field(default_factory=dict)
    _lack: OwnLackError | None = None
    _unsent: list[tuple[int, int]] = field(default_factory=list)
    _ended: list[Ended] = field(default_factory=list)
    _headers: dict[str, str] = field(default_factory=dict)
    _written_headers: str = "{}"

    def run(self) -> None:
        """Until every row has its outcome, or until it is stopped and what is in flight has come down.

        Raises OwnLackError, after that, where this machine lacks something: what was not sent stays planned.
        """
        try:
            while True:
                ending = self.stop.asked or self._lack is not None
                self._launch([] if ending else self.agenda.starting(len(self._flights)))
                if not self._flights and (ending or self.agenda.done()):
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
        if self._lack is not None:
            self.tally.stopped = True
            raise self._lack
        self.tally.stopped = self.stop.asked and not self.agenda.finished()

    def _launch(self, rows: list[Row]) -> None:
        """Write down what ended and what begins; then, and only then, begin it."""
        ended, self._ended = self._ended, []
        unsent, self._unsent = self._unsent, []
        if not rows and not ended and not unsent:
            return
        made: dict[tuple[int, int], Origin] = {}
        origins, begun = [], []
        for row in rows:
            now = self.clock.now()
            origin = self._origin(row, now, made)
            origins.append(origin)
            begun.append(Begun(row.id, row.attempts + 1, now, origin.signed_at, row.perhaps_again))
        self.record.write(ended, begun, unsent)
        for row, origin in zip(rows, origins, strict=True):
            self.record.sent(row, origin.signed_at)
            self.tally.perhaps_again += row.perhaps_again
            self.tally.retried += row.attempts > 0 and not row.perhaps_again
            self._flights[row.id] = row
            self._start(row, origin)

    def _origin(self, row: Row, now: float, made: dict[tuple[int, int], Origin]) -> Origin:
        """What the row is made from: itself, or what it is a copy of, which may start with it."""
        endpoint = self.endpoints[row.endpoint]
        signed_at = None if endpoint.secrets is None else self.clock.signs_at(endpoint.address.url, now)
        if row.again == "same":
            origin = self.record.origin(row) or made.get((row.endpoint, row.place))
            if origin is not None:
                return origin._replace(signed_at=signed_at) if origin.signed_at is None else origin
        origin = Origin(row.position, signed_at, row.body)
        made.setdefault((row.endpoint, row.place), origin)
        return origin

    def _start(self, row: Row, origin: Origin) -> None:
        endpoint, trace_seed = self.endpoints[row.endpoint], (self.seed << 32) + origin.position
        request = make_request(
            origin.body,
            secret=endpoint.secrets,
            timestamp=origin.signed_at,
            trace_seed=trace_seed,
            fault=row.fault,
        )
        self.engine.start(row.id, endpoint.address, request)

    def _wait(self) -> None:
        ending = self.stop.asked or self._lack is not None
        patience = _PATIENCE if ending else self.agenda.patience(len(self._flights), longest=_PATIENCE)
        if self._flights:
            for token, answer in self.engine.poll(patience):
                self._settle(self._flights.pop(token), answer)
            self.watch(self.tally)
        elif patience > 0:
            self.tally.waiting = self.agenda.waiting(patience)
            self.watch(self.tally)
            self.tally.waiting = None
            self.clock.wait(patience)

    def _settle(self, row: Row, answer: Answer) -> None:
        if isinstance(answer.exception, OwnLackError):
            self._lack = self._lack or answer.exception
            if not answer.exception.perhaps_sent:
                self._unsent.append((row.id, row.attempts + 1))
            return
        number, failures, due = row.attempts + 1, row.failures, None
        endpoint = self.endpoints[row.endpoint]
        answer = answer.without(endpoint.redact)
        self.controls.note(endpoint.name, row.type, row.position, row.body, fault=row.fault, answer=answer)
        self.tally.answers[row.type, answer.status] += 1
        if self._is_right(row, answer):
            state = "SUCCESS"
            self.tally.succeed(row.type)
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
                self.agenda.retry(later, self.clock.steady() + wait)
        if due is None:
            self.agenda.settle(row)
        told = answer.status, answer.latency, answer.error, self._as_json(answer.headers), answer.body
        self._ended.append(Ended(row.id, number, state, *told, self.clock.now(), due))

    def _as_json(self, headers: dict[str, str]) -> str:
        """The headers as a journal has them; most are those of the answer before."""
        if headers != self._headers:
            self._headers, self._written_headers = headers, json.dumps(headers)
        return self._written_headers

    def _is_right(self, row: Row, answer: Answer) -> bool:
        """Whether the receiver did right: a success, or what a right receiver does with the fault."""
        if row.fault is not None:
            return find_fault(row.fault).met_by(answer)
        return answer.error is None and answer.status is not None and self.succeeds(answer.status)


def _retry_after(answer: Answer) -> float | None:
    """Seconds of ``Retry-After``; a date, which few receivers send, is not honoured."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and len(text) < 10 else None
