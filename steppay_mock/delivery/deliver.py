"""How are events handed to a receiver, one after the other?"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Unpack

from steppay_mock.delivery.options import DeliveryOptions, Settings, resolve_options
from steppay_mock.delivery.order import arrange
from steppay_mock.delivery.outcome import Outcome
from steppay_mock.delivery.report import Report
from steppay_mock.delivery.target import Target, make_transport
from steppay_mock.delivery.transport import Answer, AsyncTransport, Request, ThreadedTransport, Transport
from steppay_mock.errors import SteppayMockError
from steppay_mock.payload.event import Event, Events, iter_events
from steppay_mock.wire.headers import request_headers

if TYPE_CHECKING:
    from collections.abc import Iterator


def deliver(events: Events, *, to: Target, **options: Unpack[DeliveryOptions]) -> Report:
    """Hand every event to the receiver, one at a time, and report what came of each.

    ``to`` is a URL on this machine, a WSGI app or an ASGI app; the options are those of
    :class:`~steppay_mock.delivery.options.DeliveryOptions`. Each delivery is signed when it is sent (fact 19). In
    ``occurrence`` order an iterator of events is read while it is delivered.

    Whatever the receiver does wrong is an outcome. An ASGI app is started before and stopped after all deliveries
    (lifespan); if it does not start, that is a ContractViolation. Misuse is a SteppayMockError: an unknown option, a
    host that is not allowed, an ASGI app within a running event loop (await :func:`deliver_async` there).
    """
    settings = resolve_options(options)
    transport = make_transport(to, settings, own_loop=True)
    if isinstance(transport, Transport):
        return _send_all(events, transport, settings)
    import asyncio

    _refuse_running_loop()
    with asyncio.Runner() as runner:
        return runner.run(_send_all_async(events, transport, settings))


async def deliver_async(events: Events, *, to: Target, **options: Unpack[DeliveryOptions]) -> Report:
    """Do as :func:`deliver` does, within a running event loop: URLs and WSGI apps are called in a worker thread."""
    settings = resolve_options(options)
    transport = make_transport(to, settings)
    awaited = ThreadedTransport(transport) if isinstance(transport, Transport) else transport
    return await _send_all_async(events, awaited, settings)


def make_request(event: Event, settings: Settings, *, position: int) -> Request:
    """Make what is sent for the event, signed for this moment; seed and position fix its trace ids."""
    body = event.body
    timestamp = None if settings.secret is None else settings.now()
    trace_seed = (settings.seed << 32) + position
    return Request(body, request_headers(body, secret=settings.secret, timestamp=timestamp, trace_seed=trace_seed))


def _send_all(events: Events, transport: Transport, settings: Settings) -> Report:
    with transport:
        started = perf_counter()
        outcomes = []
        for position, event in _planned(events, settings):
            answer = transport.send(make_request(event, settings, position=position))
            outcomes.append(_outcome(event, position, answer))
        elapsed = perf_counter() - started
    return Report(tuple(outcomes), settings.order, settings.seed, transport.target, elapsed)


async def _send_all_async(events: Events, transport: AsyncTransport, settings: Settings) -> Report:
    async with transport:
        started = perf_counter()
        outcomes = []
        for position, event in _planned(events, settings):
            answer = await transport.send(make_request(event, settings, position=position))
            outcomes.append(_outcome(event, position, answer))
        elapsed = perf_counter() - started
    return Report(tuple(outcomes), settings.order, settings.seed, transport.target, elapsed)


def _planned(events: Events, settings: Settings) -> Iterator[tuple[int, Event]]:
    return enumerate(arrange(iter_events(events), settings.order, seed=settings.seed))


def _outcome(event: Event, position: int, answer: Answer) -> Outcome:
    return Outcome(
        event=event,
        position=position,
        status=answer.status,
        latency=answer.latency,
        error=answer.error,
        exception=answer.exception,
        headers=answer.headers,
        body=answer.body,
    )


def _refuse_running_loop() -> None:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise SteppayMockError(
        "deliver() cannot call an ASGI app within a running event loop. Await it: report = await deliver_async(...)"
    )
