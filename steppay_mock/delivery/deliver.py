"""``deliver`` and ``deliver_async``: deliver events to a receiver, one at a time, and keep every outcome.

It is a run (``run/``) whose record is memory: an app in process is called over its transport, a URL over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

from steppay_mock.delivery.argument_order import refuse_swapped
from steppay_mock.delivery.in_process.django_connections import open_transactions, run_in_test
from steppay_mock.delivery.in_process.running_loop import refuse_running_loop, require_asyncio
from steppay_mock.delivery.make_request import make_request
from steppay_mock.delivery.options.settings import DeliveryOptions, Settings, resolve_options
from steppay_mock.delivery.order import arrange
from steppay_mock.delivery.own_lack import OwnLackError
from steppay_mock.delivery.receiver import Receiver, make_transport
from steppay_mock.delivery.retries import PRESETS
from steppay_mock.delivery.run.attempt_queue import AttemptQueue
from steppay_mock.delivery.run.drivers import drive_async, drive_calls
from steppay_mock.delivery.run.progress import RunProgress
from steppay_mock.delivery.run.records import MemoryRecord, Plan
from steppay_mock.delivery.run.run import DeliveryRun
from steppay_mock.delivery.run.stop import StopRequest
from steppay_mock.delivery.schedule.schedule import Planned, Schedule
from steppay_mock.delivery.transport import AsyncTransport, ThreadedTransport, Transport
from steppay_mock.wire.real_time import perf_counter
from steppay_mock.wire.redact import NO_REDACTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from steppay_mock.delivery.report import Report
    from steppay_mock.delivery.request import Request
    from steppay_mock.delivery.run.records import RunEndpoint
    from steppay_mock.payload.event import Event, Events
    from steppay_mock.wire.redact import Redaction
    from steppay_mock.wire.signature import Secrets


def deliver(events: Events | Schedule, *, to: Receiver, **options: Unpack[DeliveryOptions]) -> Report:
    """Deliver every event to the receiver, one at a time, and report the outcome of each.

    ``to`` is a URL on this machine, a WSGI app or an ASGI app; the options are those of
    :class:`~steppay_mock.delivery.options.settings.DeliveryOptions`. Each delivery is signed when it is sent (fact
    19). In ``occurrence`` order an iterator of events is read while it is delivered. A
    :class:`~steppay_mock.delivery.schedule.schedule.Schedule` in the place of events says which are sent, how often,
    and which of them at once.

    Everything that the receiver does wrong is an outcome. Something that this machine lacks, such as file descriptors,
    is an OwnLackError, which has the report so far. An ASGI app is started before and stopped after all deliveries
    (lifespan), in one event loop that lasts as long as this process; if it does not start, that is a
    ContractViolation. Misuse is a SteppayMockError: an unknown option, a host that is not allowed, an ASGI app within a
    running event loop (await :func:`deliver_async` there).
    """
    refuse_swapped(events, to, call="deliver({events}, to={receiver})")
    settings = resolve_options(options).toward(to)
    transport = make_transport(to, settings, own_loop=True)
    run = _InMemory(events, settings, receiver=transport.target)
    run.make_room(to)
    if isinstance(transport, Transport):
        return _send(run, transport)
    refuse_running_loop("deliver() cannot call an ASGI app", instead="await it: report = await deliver_async(...)")
    if open_transactions():
        return run_in_test(_send_async, run, transport)
    from steppay_mock.delivery.in_process.own_loop import borrowed_loop

    with borrowed_loop() as loop:
        return loop.run_until_complete(_send_async(run, transport))


async def deliver_async(events: Events | Schedule, *, to: Receiver, **options: Unpack[DeliveryOptions]) -> Report:
    """Do as :func:`deliver` does, within a running event loop: URLs and WSGI apps are called in a worker thread.

    An ASGI app runs in that loop, with what the test has opened in it. A loop of trio is a SteppayMockError.
    """
    require_asyncio()
    refuse_swapped(events, to, call="await deliver_async({events}, to={receiver})")
    settings = resolve_options(options).toward(to)
    transport = make_transport(to, settings)
    awaited = ThreadedTransport(transport) if isinstance(transport, Transport) else transport
    run = _InMemory(events, settings, receiver=transport.target)
    run.make_room(to)
    return await _send_async(run, awaited)


def request_for(event: Event, settings: Settings, *, position: int, later: float = 0.0) -> Request:
    """The request for the event, signed ``later`` seconds from now; seed and position fix its trace ids."""
    timestamp = None if settings.secret is None else settings.now()
    if timestamp is not None and later:  # what the clock gives is checked where it is signed
        timestamp += later
    trace_seed = (settings.seed << 32) + position
    return make_request(event.body, secret=settings.secret, timestamp=timestamp, trace_seed=trace_seed)


def _send(run: _InMemory, transport: Transport) -> Report:
    with transport, run.timed():
        drive_calls(run.main, transport)
        if (controls := run.controls()) is not None:
            drive_calls(controls, transport)
    return run.report()


async def _send_async(run: _InMemory, transport: AsyncTransport) -> Report:
    async with transport:
        with run.timed():
            await drive_async(run.main, transport)
            if (controls := run.controls()) is not None:
                await drive_async(controls, transport)
    return run.report()


class _InMemory:
    """A run of ``deliver``: one delivery at a time, no retries, every outcome kept."""

    def __init__(self, events: Events | Schedule, settings: Settings, *, receiver: str) -> None:
        self._settings = settings
        self._order = events.made_by if isinstance(events, Schedule) else settings.order
        self._planned = arrange(
            events, settings.order, seed=settings.seed, duplicates=settings.duplicates, fault=settings.fault
        )
        self._endpoint = _DeliverEndpoint(name=receiver, secrets=settings.secret)
        self._progress = RunProgress(keep=True)
        self._controls: RunProgress | None = None
        self.main, self._plan = self._run(self._planned, self._progress)

    def make_room(self, to: Receiver) -> None:
        """See that this process may open a connection for each delivery of the widest batch."""
        if isinstance(to, str) and (widest := self._plan.widest) > 1:
            from steppay_mock.delivery.own_lack import make_room

            make_room(widest)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Within ``with``, the deliveries are made; a lack of this machine gets the report so far."""
        began = perf_counter()
        try:
            yield
        except OwnLackError as lack:
            self._progress.elapsed = perf_counter() - began
            done = self._progress.succeeded + self._progress.failed
            lack.so_far = self.report()
            lack.done = f"{done} deliveries before it have their outcome"
            raise
        self._progress.elapsed = perf_counter() - began

    def controls(self) -> DeliveryRun | None:
        """The run of the events that are repeated without their fault, so that the fault can be judged."""
        refused = self._progress.to_control(self._endpoint.name) if self._settings.control else []
        if not refused:
            return None
        first = self._progress.planned
        planned = [Planned(event=one.event, place=place, step=place) for place, one in enumerate(refused, start=first)]
        self._controls = RunProgress(keep=True)
        return self._run(planned, self._controls, first=first + 1)[0]

    def report(self) -> Report:
        """The report on all of it."""
        if self._controls is not None:
            self._progress.add_controls(self._controls, run=None)
        return self._progress.report(receiver=self._endpoint.name, order=self._order, seed=self._settings.seed)

    def _run(self, planned: Iterable[Planned], progress: RunProgress, *, first: int = 1) -> tuple[DeliveryRun, Plan]:
        endpoints: dict[int, RunEndpoint] = {1: self._endpoint}
        plan = Plan(planned, endpoints, progress, first)
        record, clock = MemoryRecord(plan), _ScheduleClock(now=self._settings.now, sleep=self._settings.sleep)
        run = DeliveryRun(
            queue=AttemptQueue(deliveries=record.due(), clock=clock, concurrency=1),
            endpoints=endpoints,
            record=record,
            retries=PRESETS["none"],
            clock=clock,
            progress=progress,
            seed=self._settings.seed,
            succeeds=lambda status: 200 <= status <= 299,
            stop=StopRequest(),
        )
        return run, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeliverEndpoint:
    """The receiver of ``deliver``. Its transport knows where it is and strikes secrets out of its answers."""

    name: str
    secrets: Secrets | None = field(repr=False)
    address: None = None
    redact: Redaction = NO_REDACTION

    def wants(self, event_type: str) -> bool:  # noqa: ARG002 - of endpoints, which may want some types alone
        """It gets every event."""
        return True


@dataclass(slots=True, kw_only=True)
class _ScheduleClock:
    """Time for ``deliver``: it passes in the waits of a schedule alone, since nothing else is waited for."""

    now: Callable[[], float]
    sleep: Callable[[float], object]
    _waited: float = 0.0

    def steady(self) -> float:
        """The seconds that were waited so far."""
        return self._waited

    def wait(self, seconds: float) -> None:
        """Wait that long, by the clock that the caller may have given."""
        self.sleep(seconds)
        self._waited += seconds

    def signs_at(self, url: str, now: float) -> float:  # noqa: ARG002 - ``now`` is of the receiver's clock already
        """The time of the signature."""
        return now
