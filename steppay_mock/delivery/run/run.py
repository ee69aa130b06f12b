"""The run: what starts now, and what follows from an answer. It sends nothing and waits for nothing itself.

A driver (``drivers.py``) asks it what to start, gives the requests to an engine, and gives it the answers. So a WSGI
app in the caller's thread, an ASGI app in a running event loop and a thousand connections of libcurl share one order of
steps: an attempt is in the record before its request is sent, and an outcome is in the record with the attempts that
start after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.make_request import make_request
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.delivery.run.deliveries import DueDelivery, Origin
from steppay_mock.delivery.signing_seconds import SigningSeconds
from steppay_mock.payload.chance import Chance, derive_seed

if TYPE_CHECKING:
    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.request import Request
    from steppay_mock.delivery.retries import RetryPolicy
    from steppay_mock.delivery.run.attempt_queue import AttemptQueue, RunClock
    from steppay_mock.delivery.run.progress import RunProgress
    from steppay_mock.delivery.run.records import RunEndpoint, RunRecord
    from steppay_mock.delivery.run.stop import StopRequest

    Started = tuple[int, Any, Request]


@dataclass(slots=True, kw_only=True)
class DeliveryRun:
    """The state of one run."""

    queue: AttemptQueue
    endpoints: dict[int, RunEndpoint]
    record: RunRecord
    retries: RetryPolicy
    clock: RunClock
    progress: RunProgress
    seed: int
    speed: float = 1.0
    """Seconds of waiting for one second of a schedule: the delays of retries are shortened by it too."""
    succeeds: Callable[[int], bool]
    """Whether a status is a success."""
    stop: StopRequest
    seconds: SigningSeconds = field(default_factory=SigningSeconds)
    """When what it repeats was signed: each copy has a second of its own."""
    lack: OwnLackError | None = None
    """What this machine lacks to send more."""
    _in_flight: dict[int, DueDelivery] = field(default_factory=dict)

    @property
    def in_flight(self) -> int:
        """How many requests are not answered yet."""
        return len(self._in_flight)

    @property
    def ending(self) -> bool:
        """Whether nothing more starts."""
        return self.stop.asked or self.lack is not None

    @property
    def over(self) -> bool:
        """Whether nothing is in flight and nothing is left to start."""
        return not self._in_flight and (self.ending or self.queue.done())

    def start(self) -> list[Started]:
        """Write down what ended and what starts now; then the requests to send, each with a token and its address.

        Raises SteppayMockError where it cannot be written: then nothing starts.
        """
        in_flight = self._in_flight
        due = [] if self.ending else self.queue.starting(len(in_flight))
        origins: dict[tuple[int, int], Origin] | None = {} if len(due) > 1 else None
        begun = [(one, self._origin(one, origins)) for one in due]
        self.record.begin(begun)
        started = []
        for one, origin in begun:
            in_flight[one.id] = one
            if one.attempts:
                self.progress.perhaps_again += one.perhaps_again
                self.progress.retried += not one.perhaps_again
            endpoint = self.endpoints[one.endpoint]
            request = make_request(
                origin.body,
                secret=endpoint.secrets,
                timestamp=origin.signed_at,
                trace_seed=(self.seed << 32) + origin.position - 1,
                fault=one.fault,
            )
            started.append((one.id, endpoint.address, request))
        return started

    def settle(self, token: int, answer: Answer) -> None:
        """Take the answer to a request: the delivery has its outcome, or is tried again."""
        delivery = self._in_flight.pop(token)
        if isinstance(answer.exception, OwnLackError):
            self.lack = self.lack or answer.exception
            if not answer.exception.perhaps_sent:
                self.record.withdraw(delivery)
            return
        endpoint = self.endpoints[delivery.endpoint]
        answer = answer.without(endpoint.redact)
        self.progress.answers[delivery.type, answer.status] += 1
        if answer.failure is not None:
            self.progress.lost[answer.failure] += 1
        right = self._is_right(delivery, answer)
        wait = None if right else self._delay(delivery, answer)
        if wait is not None:
            later = delivery._replace(
                attempts=delivery.attempts + 1, failures=delivery.failures + 1, perhaps_again=False
            )
            self.queue.retry(later, self.clock.steady() + wait)
            self.record.end(delivery, answer, state="PENDING", due=self.clock.now() + wait)
            return
        self.queue.settle(delivery)
        self.record.end(delivery, answer, state="SUCCESS" if right else "FAIL", due=None)
        number = delivery.id if self.record.is_numbered else None
        self.progress.end(delivery, answer, receiver=endpoint.name, right=right, number=number)

    def save(self) -> None:
        """Write down what has ended."""
        self.record.begin(())

    def finish(self) -> None:
        """Say whether it was stopped before its end; raises OwnLackError where this machine lacked something."""
        if self.lack is not None:
            self.progress.stopped = True
            raise self.lack
        self.progress.stopped = self.stop.asked and not self.queue.finished()

    def _origin(self, delivery: DueDelivery, origins: dict[tuple[int, int], Origin] | None) -> Origin:
        """What its bytes are made from: itself, or the delivery that it copies, which may start together with it."""
        endpoint = self.endpoints[delivery.endpoint]
        url = "" if endpoint.address is None else endpoint.address.url
        signed_at = None if endpoint.secrets is None else self.clock.signs_at(url, self.clock.now())
        if delivery.again == "same":
            origin = self.record.origin(delivery) or (origins or {}).get((delivery.endpoint, delivery.place))
            if origin is not None:
                return origin._replace(signed_at=signed_at) if origin.signed_at is None else origin
        if signed_at is not None:
            signed_at = self.seconds.take(delivery.body, signed_at, endpoint=delivery.endpoint)
        origin = Origin(delivery.position, signed_at, delivery.body)
        if origins is not None:
            origins.setdefault((delivery.endpoint, delivery.place), origin)
        return origin

    def _is_right(self, delivery: DueDelivery, answer: Answer) -> bool:
        """Whether the receiver did right: a success, or what a right receiver does with the fault."""
        if delivery.fault is not None:
            from steppay_mock.delivery.faults import find_fault

            return find_fault(delivery.fault).met_by(answer)
        return answer.error is None and answer.status is not None and self.succeeds(answer.status)

    def _delay(self, delivery: DueDelivery, answer: Answer) -> float | None:
        """Seconds until the delivery is tried again; None: it is given up."""
        if not self.retries.delays:
            return None
        failures = delivery.failures + 1
        delay = self.retries.delay(
            failures,
            chance=Chance(derive_seed(self.seed, "retries", delivery.position, failures)),
            retry_after=_retry_after(answer),
        )
        return None if delay is None else delay * self.speed


def _retry_after(answer: Answer) -> float | None:
    """Seconds of ``Retry-After``; a date, which few receivers send, is not honoured."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and len(text) < 10 else None
