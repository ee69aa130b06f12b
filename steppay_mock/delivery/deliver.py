"""How are events handed to a receiver, one after the other?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Unpack

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.argument_order import refuse_swapped
from steppay_mock.delivery.control import controlled, events_to_control
from steppay_mock.delivery.in_process.django_connections import open_transactions, run_in_test, transactions_beside_loop
from steppay_mock.delivery.in_process.django_guard import guarded
from steppay_mock.delivery.in_process.running_loop import refuse_running_loop, require_asyncio
from steppay_mock.delivery.make_request import make_request
from steppay_mock.delivery.options.settings import DeliveryOptions, Settings, resolve_options
from steppay_mock.delivery.order import arrange
from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.own_lack import OwnLackError, no_thread_left
from steppay_mock.delivery.receiver import Receiver, make_transport
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.schedule.schedule import Planned, Schedule
from steppay_mock.delivery.signing_clock import is_moved
from steppay_mock.delivery.transport import AsyncTransport, ThreadedTransport, Transport
from steppay_mock.payload.event import Event, Events
from steppay_mock.wire.real_time import perf_counter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from steppay_mock.delivery.request import Request


def deliver(events: Events | Schedule, *, to: Receiver, **options: Unpack[DeliveryOptions]) -> Report:
    """Hand every event to the receiver, one at a time, and report what came of each.

    ``to`` is a URL on this machine, a WSGI app or an ASGI app; the options are those of
    :class:`~steppay_mock.delivery.options.DeliveryOptions`. Each delivery is signed when it is sent (fact 19). In
    ``occurrence`` order an iterator of events is read while it is delivered. A
    :class:`~steppay_mock.delivery.schedule.schedule.Schedule` in the place of events says what is sent, how often, and
    what of it at once.

    Whatever the receiver does wrong is an outcome; what this machine lacks, such as file descriptors, is an
    OwnLackError, which has the report so far. An ASGI app is started before and stopped after all deliveries
    (lifespan), in one event loop that lasts as long as this process; if it does not start, that is a
    ContractViolation. Misuse is a SteppayMockError: an unknown option, a
    host that is not allowed, an ASGI app within a running event loop (await :func:`deliver_async` there).
    """
    refuse_swapped(events, to, call="deliver({events}, to={receiver})")
    settings = resolve_options(options).toward(to)
    planned = arrange(events, settings.order, seed=settings.seed, duplicates=settings.duplicates)
    return _named(deliver_planned(planned, to=to, settings=settings), events)


def deliver_planned(planned: Iterable[Planned], *, to: Receiver, settings: Settings) -> Report:
    """Do as :func:`deliver` does, with deliveries that are arranged already."""
    transport = make_transport(to, settings, own_loop=True)
    _make_room(planned, to)
    if isinstance(transport, Transport):
        return _send_all(planned, transport, settings)
    refuse_running_loop("deliver() cannot call an ASGI app", instead="await it: report = await deliver_async(...)")
    if open_transactions():
        return run_in_test(_send_all_async, planned, transport, settings)
    from steppay_mock.delivery.in_process.own_loop import borrowed_loop

    with borrowed_loop() as loop:
        return loop.run_until_complete(_send_all_async(planned, transport, settings))


async def deliver_async(events: Events | Schedule, *, to: Receiver, **options: Unpack[DeliveryOptions]) -> Report:
    """Do as :func:`deliver` does, within a running event loop: URLs and WSGI apps are called in a worker thread.

    An ASGI app runs in that loop, with what the test has opened in it. A loop of trio is a SteppayMockError.
    """
    require_asyncio()
    refuse_swapped(events, to, call="await deliver_async({events}, to={receiver})")
    settings = resolve_options(options).toward(to)
    transport = make_transport(to, settings)
    awaited = ThreadedTransport(transport) if isinstance(transport, Transport) else transport
    planned = arrange(events, settings.order, seed=settings.seed, duplicates=settings.duplicates)
    _make_room(planned, to)
    return _named(await _send_all_async(planned, awaited, settings), events)


def _make_room(planned: Iterable[Planned], to: Receiver) -> None:
    """See that there are descriptors for what goes out together."""
    widest = max((len(group) for group in _groups(planned)), default=1) if isinstance(planned, Sequence) else 1
    if widest > 1 and isinstance(to, str):
        from steppay_mock.delivery.own_lack import make_room

        make_room(widest)


def request_for(
    event: Event, settings: Settings, *, position: int, later: float = 0.0, fault: str | None = None
) -> Request:
    """The request for the event, signed ``later`` seconds from now; seed and position fix its trace ids."""
    timestamp = None if settings.secret is None else settings.now()
    if timestamp is not None and later:  # what the clock gives is checked where it is signed
        timestamp += later
    trace_seed = (settings.seed << 32) + position
    return make_request(event.body, secret=settings.secret, timestamp=timestamp, trace_seed=trace_seed, fault=fault)


class _Requests:
    """Makes the requests, and keeps those that come again byte for byte."""

    def __init__(self, planned: Iterable[Planned], settings: Settings) -> None:
        self._settings = settings
        self._kept: dict[int, Request] = {}
        # Only a plan that is there as a whole can have copies; what streams has none, and nothing is kept of it.
        self._copied = {one.place for one in planned if one.how == "same"} if isinstance(planned, Sequence) else set()

    def make(self, planned: Planned, *, position: int) -> Request:
        """The request of a delivery, signed for this moment unless it is a copy."""
        fault = planned.fault or self._settings.fault
        if fault is not None:
            return request_for(planned.event, self._settings, position=position, fault=fault)
        if planned.how == "same" and planned.place in self._kept:
            return self._kept[planned.place]
        request = request_for(planned.event, self._settings, position=position)
        if planned.place in self._copied:
            self._kept.setdefault(planned.place, request)
        return request


def _send_all(planned: Iterable[Planned], transport: Transport, settings: Settings) -> Report:
    with transport:
        started = perf_counter()
        outcomes: list[Outcome] = []
        requests = _Requests(planned, settings)
        for group in _groups(planned):
            if group[0].wait:
                settings.sleep(group[0].wait)
            made = [requests.make(one, position=len(outcomes) + at) for at, one in enumerate(group)]
            with guarded(open_transactions(), at_once=len(made) > 1):
                answers = _send_at_once(made, transport)
            outcomes += _outcomes(group, answers, first=len(outcomes), fault=settings.fault)
            _stop_at_lack(answers, outcomes, settings, target=transport.target, elapsed=perf_counter() - started)
        controls: list[Outcome] = []
        for one, request in _without_fault(outcomes, settings):
            with guarded(open_transactions(), at_once=False):
                answer = _hand_over(transport, request)
            _stop_at_lack([answer], outcomes, settings, target=transport.target, elapsed=perf_counter() - started)
            controls += _outcomes([one], [answer], first=one.place, fault=None)
        elapsed = perf_counter() - started
    return _report(outcomes, controls, settings, target=transport.target, elapsed=elapsed)


async def _send_all_async(planned: Iterable[Planned], transport: AsyncTransport, settings: Settings) -> Report:
    from asyncio import gather, to_thread

    held = open_transactions() or await transactions_beside_loop()
    async with transport:
        started = perf_counter()
        outcomes: list[Outcome] = []
        requests = _Requests(planned, settings)
        for group in _groups(planned):
            if group[0].wait:
                await to_thread(settings.sleep, group[0].wait)
            made = [requests.make(one, position=len(outcomes) + at) for at, one in enumerate(group)]
            hand_over = partial(_hand_over_async, transport)
            with guarded(held, at_once=len(made) > 1):
                answers = [await hand_over(made[0])] if len(made) == 1 else list(await gather(*map(hand_over, made)))
            outcomes += _outcomes(group, answers, first=len(outcomes), fault=settings.fault)
            _stop_at_lack(answers, outcomes, settings, target=transport.target, elapsed=perf_counter() - started)
        controls: list[Outcome] = []
        for one, request in _without_fault(outcomes, settings):
            with guarded(held, at_once=False):
                answer = await _hand_over_async(transport, request)
            _stop_at_lack([answer], outcomes, settings, target=transport.target, elapsed=perf_counter() - started)
            controls += _outcomes([one], [answer], first=one.place, fault=None)
        elapsed = perf_counter() - started
    return _report(outcomes, controls, settings, target=transport.target, elapsed=elapsed)


def _without_fault(outcomes: list[Outcome], settings: Settings) -> Iterator[tuple[Planned, Request]]:
    """What is delivered once more, without its fault, so that the fault can be judged, and the request."""
    for place, event in enumerate(events_to_control(outcomes) if settings.control else (), start=len(outcomes)):
        yield Planned(event=event, place=place, step=place), request_for(event, settings, position=place)


def _stop_at_lack(
    answers: list[Answer], outcomes: list[Outcome], settings: Settings, *, target: str, elapsed: float
) -> None:
    """Raise the lack of this machine that kept a delivery from being sent, if one did; it has the report so far."""
    for answer in answers:
        if isinstance(answer.exception, OwnLackError):
            lack = answer.exception
            lack.so_far = _report(outcomes, [], settings, target=target, elapsed=elapsed)
            lack.done = f"{len(outcomes)} deliveries before it have their outcome"
            raise lack


def _report(
    outcomes: list[Outcome], controls: list[Outcome], settings: Settings, *, target: str, elapsed: float
) -> Report:
    judged = tuple(controlled(outcomes, controls))
    return Report(judged, settings.order, settings.seed, target, elapsed, tuple(controls))


def _named(report: Report, events: Events | Schedule) -> Report:
    """The report, with what made the schedule for its order."""
    return replace(report, order=events.made_by) if isinstance(events, Schedule) else report


def _groups(planned: Iterable[Planned]) -> Iterator[list[Planned]]:
    """Deliveries that go out together, most of them alone."""
    group: list[Planned] = []
    for one in planned:
        if group and one.group != group[0].group:
            yield group
            group = []
        if one.group is None:
            yield [one]  # at once: the next one may not be there before this one is answered
        else:
            group.append(one)
    if group:
        yield group


def _hand_over(transport: Transport, request: Request) -> Answer:
    """Send one request; a lack of this machine takes the place of its answer."""
    try:
        return transport.send(request)
    except OwnLackError as lack:
        return lack.as_answer()


async def _hand_over_async(transport: AsyncTransport, request: Request) -> Answer:
    if isinstance(transport, ThreadedTransport):
        return await transport.call(_hand_over, transport.inner, request)
    return await transport.send(request)


def _send_at_once(requests: list[Request], transport: Transport) -> list[Answer]:
    if len(requests) == 1:
        return [_hand_over(transport, requests[0])]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=len(requests)) as pool:
        sent: list[Future[Answer]] = []
        for request in requests:
            try:
                sent.append(pool.submit(_hand_over, transport, request))
            except RuntimeError:
                break
        return [one.result() for one in sent] + [no_thread_left() for _ in requests[len(sent) :]]


def _outcomes(group: list[Planned], answers: list[Answer], *, first: int, fault: str | None) -> Iterator[Outcome]:
    for at, (planned, answer) in enumerate(zip(group, answers, strict=True)):
        if isinstance(answer.exception, OwnLackError):
            continue
        yield Outcome(
            event=planned.event,
            position=first + at,
            status=answer.status,
            latency=answer.latency,
            error=answer.error,
            exception=answer.exception,
            headers=answer.headers,
            body=answer.body,
            again=planned.how,
            fault=planned.fault or fault,
            failure=answer.failure,
            moved_clock=not answer.is_success and is_moved(),
        )
