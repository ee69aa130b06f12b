"""The drivers of a run: they give its requests to an engine or a transport, and the answers to the run.

An engine carries many requests at once. A transport answers one while it is called: an app in process is called in
the thread of the caller, where the fixtures of a Django test have their transaction, and only deliveries that start
together get a thread each. An ASGI app is awaited in the running event loop.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from steppay_mock.delivery.in_process.django_connections import (
    is_django_in_use,
    open_transactions,
    transactions_beside_loop,
)
from steppay_mock.delivery.in_process.django_guard import guarded
from steppay_mock.delivery.own_lack import OwnLackError, no_thread_left
from steppay_mock.delivery.transport import ThreadedTransport

if TYPE_CHECKING:
    from concurrent.futures import Future

    from steppay_mock.delivery.answer import Answer
    from steppay_mock.delivery.engine.engine import Engine
    from steppay_mock.delivery.request import Request
    from steppay_mock.delivery.run.progress import RunProgress
    from steppay_mock.delivery.run.run import DeliveryRun
    from steppay_mock.delivery.transport import AsyncTransport, Transport

Watch = Callable[["RunProgress"], object]

_NO_GUARD = nullcontext()
_PATIENCE = 0.1  # seconds after which the run looks up anyway: for a stop that came from another thread


def drive(run: DeliveryRun, engine: Engine, *, watch: Watch | None = None, stops_at_interrupt: bool = False) -> None:
    """Make every delivery of the run, or, after a stop, wait for what is in flight.

    Raises OwnLackError, after what is in flight has been answered, where this machine lacks something to send with.
    ``stops_at_interrupt``: a first KeyboardInterrupt, such as one that ``watch`` raises, stops the run in order.
    """
    try:
        while True:
            for token, address, request in run.start():
                engine.start(token, address, request)
            if run.over:
                break
            try:
                _wait(run, engine, watch)
            except KeyboardInterrupt:
                if run.stop.asked or not stops_at_interrupt:
                    raise
                run.stop.ask()
    except BaseException:
        run.save()  # whatever happened: what was answered must not be sent again
        raise
    run.finish()


def _wait(run: DeliveryRun, engine: Engine, watch: Watch | None) -> None:
    """Wait for answers, or for the time of the next start."""
    in_flight = run.in_flight
    patience = _PATIENCE if run.ending else run.queue.patience(in_flight, longest=_PATIENCE)
    if in_flight:
        for token, answer in engine.poll(patience):
            run.settle(token, answer)
        if watch is not None:
            watch(run.progress)
    elif patience > 0:
        if watch is not None:
            run.progress.waiting = run.queue.waiting(patience)
            watch(run.progress)
            run.progress.waiting = None
        run.clock.wait(patience)


def drive_calls(run: DeliveryRun, transport: Transport) -> None:
    """Do as :func:`drive` does, over a transport that answers while it is called.

    For runs without retries and rate: only a schedule lets them wait. A wait is passed to the clock as the schedule has
    it. The difference of two moments, by which an engine's run waits, has the rounding of floats in it: 3.46 s would
    be 3.460000000000001 s.
    """
    while True:
        started = run.start()
        if started:
            with _guard(at_once=len(started) > 1):
                if len(started) == 1:
                    answers = [_send(transport, started[0][2])]
                else:
                    answers = _send_together(transport, [request for _, _, request in started])
            for (token, _, _), answer in zip(started, answers, strict=True):
                run.settle(token, answer)
        elif run.over:
            break
        else:
            run.clock.wait(run.queue.next_wait)
    run.finish()


async def drive_async(run: DeliveryRun, transport: AsyncTransport) -> None:
    """Do as :func:`drive_calls` does, in the running event loop. Time is waited for in a thread."""
    from asyncio import gather, to_thread

    held = open_transactions() or await transactions_beside_loop()
    while True:
        started = run.start()
        if started:
            with _guard(held, at_once=len(started) > 1):
                if len(started) == 1:
                    answers = [await _send_async(transport, started[0][2])]
                else:
                    answers = await gather(*(_send_async(transport, request) for _, _, request in started))
            for (token, _, _), answer in zip(started, answers, strict=True):
                run.settle(token, answer)
        elif run.over:
            break
        else:
            await to_thread(run.clock.wait, run.queue.next_wait)
    run.finish()


def _guard(held: tuple[Any, ...] | None = None, *, at_once: bool) -> AbstractContextManager[None]:
    """What watches the transaction of a Django test; nothing, at no cost, where no Django is in use."""
    if not is_django_in_use():
        return _NO_GUARD
    return guarded(open_transactions() if held is None else held, at_once=at_once)


def _send(transport: Transport, request: Request) -> Answer:
    """Send one request; a lack of this machine takes the place of its answer."""
    try:
        return transport.send(request)
    except OwnLackError as lack:
        return lack.as_answer()


async def _send_async(transport: AsyncTransport, request: Request) -> Answer:
    if isinstance(transport, ThreadedTransport):
        return await transport.call(_send, transport.inner, request)
    return await transport.send(request)


def _send_together(transport: Transport, requests: list[Request]) -> list[Answer]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=len(requests)) as pool:
        sent: list[Future[Answer]] = []
        for request in requests:
            try:
                sent.append(pool.submit(_send, transport, request))
            except RuntimeError:  # the system gives no more threads
                break
        return [one.result() for one in sent] + [no_thread_left() for _ in requests[len(sent) :]]
