"""Several webhooks in flight at once: each is sent before any is answered, and threads send in the same moment.

Where a receiver reads back, one of them can be kept from its end: the REST API holds what it asks, the others land
meanwhile, and then it goes on with what was true before. So a race that chance alone shows now and then is certain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError, Thread, Timer, active_count
from typing import TYPE_CHECKING, Any, TypeVar

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.failure import Failure, timed_out
from steppay_mock.delivery.in_process.real_wait import wait_for_tasks
from steppay_mock.delivery.own_lack import no_thread

if TYPE_CHECKING:
    from steppay_mock.delivery.request import Request
    from steppay_mock.store.api.hold import Hold

T = TypeVar("T")
_SOON = 1.0  # seconds in which every thread has started


class Gate:
    """Lets threads go on once so many of them have come.

    Without it, the first thread has often had its answer before the second one is started, and nothing overlaps.
    """

    def __init__(self, count: int) -> None:
        self._barrier = Barrier(count)

    def go_through(self, function: Callable[..., T], *arguments: Any) -> T:
        """What the function gives, called once all are there."""
        with suppress(BrokenBarrierError):
            self._barrier.wait(_SOON)
        return function(*arguments)


Start = Callable[["Request", Gate], Awaitable[Answer]]
"""Sends a request; where that takes a thread, it goes through the gate first."""


@dataclass(frozen=True, slots=True)
class Flight:
    """The answers, in the order of the requests; ``certain``: the others landed while the first was held."""

    answers: tuple[Answer, ...]
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Passing:
    """How the others pass the first: its ``hold`` is let go once they landed, or after ``patience`` seconds.

    A receiver that lets one delivery wait for another would never let them pass. ``depart`` is called before they go.
    """

    hold: Hold
    patience: float
    depart: Callable[[], object]


async def fly(start: Start, requests: Sequence[Request], *, passing: Passing | None, timeout: float) -> Flight:
    """Send all of them at once; what is not answered within ``timeout`` seconds has timed out."""
    if passing is None:
        gate = Gate(len(requests))
        flying = [_go(start, request, gate) for request in requests]
        await wait_for_tasks(flying, seconds=timeout)
        return Flight(_answers(flying, timeout))
    return await _fly_past(start, requests, passing, timeout)


async def _fly_past(start: Start, requests: Sequence[Request], passing: Passing, timeout: float) -> Flight:
    hold = passing.hold
    limit = Timer(passing.patience, hold.release)  # an event loop would not do: an app that blocks it blocks that too
    limit.daemon = True
    limit.start()
    try:
        first = _go(start, requests[0], Gate(1))
        called = in_thread(hold.wait, timeout)
        either: set[asyncio.Future[Any]] = {first, called}
        await wait_for_tasks(either, seconds=timeout, return_when=asyncio.FIRST_COMPLETED)
        passing.depart()
        gate = Gate(len(requests) - 1)
        others = [_go(start, request, gate) for request in requests[1:]]
        await wait_for_tasks(others, seconds=timeout)
        certain = called.done() and called.result() and not hold.is_released and not first.done()
    finally:
        limit.cancel()
        hold.release()
    await wait_for_tasks(either, seconds=timeout)
    return Flight(_answers([first, *others], timeout), certain)


def in_thread(function: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
    """What the function gives, from a thread of its own, which does not keep the process from ending if it hangs."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def tell(put: Callable[[Any], None], found: Any) -> None:
        if not outcome.done():  # nobody waits any more
            put(found)

    def work() -> None:
        try:
            put, found = outcome.set_result, context.run(function, *arguments)
        except BaseException as error:  # noqa: BLE001 - whoever waits is to have it
            put, found = outcome.set_exception, error  # type: ignore[assignment]
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, put, found)

    context = copy_context()
    try:
        Thread(target=work, name=f"in flight: {function.__name__}", daemon=True).start()
    except RuntimeError:
        raise no_thread(active_count()) from None
    return outcome


def _go(start: Start, request: Request, gate: Gate) -> asyncio.Future[Answer]:
    return asyncio.ensure_future(start(request, gate))


def _answers(flying: Sequence[asyncio.Future[Answer]], timeout: float) -> tuple[Answer, ...]:
    late = Answer(None, error=timed_out(timeout), failure=Failure.TIMED_OUT)
    try:
        return tuple(one.result() if one.done() else late for one in flying)
    finally:
        for one in flying:
            one.cancel()  # which does nothing to those that are done
