"""Several webhooks in flight at once: each is sent before any is answered.

For a receiver that reads back from the REST API there is a second way, which needs no luck. The API holds the answer
to the first webhook's call until the others have their answers. Then the first webhook continues with data that is
stale by now: a race that chance shows now and then is certain.
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
    from steppay_mock.rest.rules import ApiHold

T = TypeVar("T")
_SOON = 1.0  # seconds that a thread waits for the others to start


class StartBarrier:
    """A barrier: ``count`` threads wait for each other, and continue together.

    Starting a thread takes about as long as a fast receiver needs to answer. Without the barrier the first thread often
    has its answer before the second one is started, and nothing overlaps.
    """

    def __init__(self, count: int) -> None:
        self._barrier = Barrier(count)

    def go_through(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call the function once all threads are there, or after a second."""
        with suppress(BrokenBarrierError):
            self._barrier.wait(_SOON)
        return function(*arguments)


Start = Callable[["Request", StartBarrier], Awaitable[Answer]]
"""Sends a request; if that takes a thread, it waits at the barrier first."""


@dataclass(frozen=True, slots=True)
class Flight:
    """The answers in the order of the requests; ``certain``: the others were answered while the first was held."""

    answers: tuple[Answer, ...]
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Overtaking:
    """How the others overtake the first: its ``hold`` ends once they have their answers, or after ``patience`` seconds.

    A receiver that locks makes the others wait for the first, so without a limit the flight would never end.
    ``depart`` is called before the others are sent.
    """

    hold: ApiHold
    patience: float
    depart: Callable[[], object]


async def fly(start: Start, requests: Sequence[Request], *, overtaking: Overtaking | None, timeout: float) -> Flight:
    """Send all requests at once; one without an answer within ``timeout`` seconds has timed out."""
    if overtaking is None:
        gate = StartBarrier(len(requests))
        flying = [_go(start, request, gate) for request in requests]
        await wait_for_tasks(flying, seconds=timeout)
        return Flight(_answers(flying, timeout))
    return await _fly_past(start, requests, overtaking, timeout)


async def _fly_past(start: Start, requests: Sequence[Request], overtaking: Overtaking, timeout: float) -> Flight:
    hold = overtaking.hold
    limit = Timer(
        overtaking.patience, hold.release
    )  # an event loop would not do: an app that blocks it blocks that too
    limit.daemon = True
    limit.start()
    try:
        first = _go(start, requests[0], StartBarrier(1))
        called = in_thread(hold.wait, timeout)
        either: set[asyncio.Future[Any]] = {first, called}
        await wait_for_tasks(either, seconds=timeout, return_when=asyncio.FIRST_COMPLETED)
        overtaking.depart()
        gate = StartBarrier(len(requests) - 1)
        others = [_go(start, request, gate) for request in requests[1:]]
        await wait_for_tasks(others, seconds=timeout)
        certain = called.done() and called.result() and not hold.is_released and not first.done()
    finally:
        limit.cancel()
        hold.release()
    await wait_for_tasks(either, seconds=timeout)
    return Flight(_answers([first, *others], timeout), certain)


def in_thread(function: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
    """The result of the function, from a new daemon thread: if it hangs, the process can still end.

    The event loop's own executor would not do: the interpreter waits for its threads at the end.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def tell(put: Callable[[Any], None], found: Any) -> None:
        if not outcome.done():  # it was cancelled meanwhile
            put(found)

    def work() -> None:
        try:
            put, found = outcome.set_result, context.run(function, *arguments)
        except BaseException as error:  # noqa: BLE001 - the caller that waits gets it
            put, found = outcome.set_exception, error  # type: ignore[assignment]
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(tell, put, found)

    context = copy_context()
    try:
        Thread(target=work, name=f"in flight: {function.__name__}", daemon=True).start()
    except RuntimeError:
        raise no_thread(active_count()) from None
    return outcome


def _go(start: Start, request: Request, gate: StartBarrier) -> asyncio.Future[Answer]:
    return asyncio.ensure_future(start(request, gate))


def _answers(flying: Sequence[asyncio.Future[Answer]], timeout: float) -> tuple[Answer, ...]:
    late = Answer(None, error=timed_out(timeout), failure=Failure.TIMED_OUT)
    try:
        return tuple(one.result() if one.done() else late for one in flying)
    finally:
        for one in flying:
            one.cancel()  # does nothing to those that are done
