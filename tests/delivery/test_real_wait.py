"""A wait for tasks takes real time whatever the clock of the loop says, and leaves nothing behind in the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from steppay_mock.delivery.in_process import real_wait
from steppay_mock.delivery.in_process.real_wait import real_loop, wait_for_tasks
from steppay_mock.wire.real_time import monotonic

CLOCKS: dict[str, Callable[[], float]] = {
    "the real one": monotonic,
    "one that runs ahead": lambda: monotonic() + 1_000,
    "one that runs behind": lambda: monotonic() - 1_000,
    "one that is stopped": lambda: 7.0,
}
LONG = 20.0


@pytest.fixture(params=CLOCKS)
def run(request: pytest.FixtureRequest) -> Any:
    """Run in a loop with each clock."""

    def run_in_loop(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        loop = asyncio.new_event_loop()
        loop.time = CLOCKS[request.param]  # type: ignore[method-assign]
        try:
            return loop.run_until_complete(work())
        finally:
            loop.close()

    return run_in_loop


def timers() -> list[threading.Timer]:
    """Those that wait still. One that was cancelled may live a moment longer, and belong to the test before."""
    found = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    return [one for one in found if not one.finished.is_set()]


async def waiting(*tasks: asyncio.Future[Any], seconds: float, **options: Any) -> float:
    """The real seconds that the wait took. It leaves no task and no thread, and cancels none of the tasks."""
    others, began = asyncio.all_tasks(), monotonic()
    await wait_for_tasks(iter(tasks), seconds=seconds, **options)
    took = monotonic() - began
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= others
    assert [one for one in tasks if one.cancelled()] == []
    assert timers() == []
    return took


def test_it_ends_when_all_tasks_are_done(run: Any) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        first, second, turns = loop.create_future(), loop.create_future(), []

        def end_the_second() -> None:
            turns.append(first.done())
            second.set_result(2)

        loop.call_soon(first.set_result, 1)
        loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(end_the_second)))
        assert await waiting(first, second, seconds=LONG) < LONG / 2
        assert (first.done(), second.done(), turns) == (True, True, [True])
        assert await waiting(first, second, seconds=LONG) < LONG / 2

    run(work)


def test_it_ends_when_the_first_is_done_if_that_is_asked_for(run: Any) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        first, second = loop.create_future(), loop.create_future()
        loop.call_soon(first.set_result, 1)
        assert await waiting(first, second, seconds=LONG, return_when=asyncio.FIRST_COMPLETED) < LONG / 2
        assert (first.done(), second.done()) == (True, False)

    run(work)


@pytest.mark.parametrize("return_when", [asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED])
def test_it_ends_after_its_seconds_though_no_task_is_done(run: Any, return_when: str) -> None:
    async def work() -> None:
        never = asyncio.get_running_loop().create_future()
        assert 0.02 <= await waiting(never, seconds=0.02, return_when=return_when) < LONG / 2

    run(work)


def test_no_time_is_no_wait(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        never = asyncio.get_running_loop().create_future()
        with monkeypatch.context() as patch:
            patch.setattr(real_wait, "monotonic", lambda: 7.0)
            patch.setattr(asyncio, "wait", lambda *_tasks, **_options: pytest.fail("it waits"))
            for seconds in (0, -1):
                await wait_for_tasks([never], seconds=seconds)

    run(work)


@pytest.mark.parametrize("return_when", [asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED])
def test_a_clock_that_leaps_meanwhile_ends_no_wait(return_when: str) -> None:
    leap = [0.0]

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(leap.__setitem__, 0, 1_000.0)
        never = loop.create_future()
        assert 0.02 <= await waiting(never, seconds=0.02, return_when=return_when) < LONG / 2

    loop = asyncio.new_event_loop()
    loop.time = lambda: monotonic() + leap[0]  # type: ignore[method-assign]
    loop.run_until_complete(work())
    loop.close()


def test_a_wait_in_a_thread_does_not_keep_the_process_from_its_end_and_the_real_clock_needs_none(run: Any) -> None:
    async def work() -> list[bool]:
        never = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(wait_for_tasks([never], seconds=LONG))
        await asyncio.sleep(0)
        seen = [one.daemon for one in timers()]
        task.cancel()
        await asyncio.wait([task])
        assert not never.cancelled()
        return seen

    is_real = run(_is_real)
    assert run(work) == ([] if is_real else [True])


async def _is_real() -> bool:
    return abs(asyncio.get_running_loop().time() - monotonic()) < 1


@pytest.mark.parametrize(("differs", "is_real"), [(0.0, True), (0.5, True), (-0.5, True), (1.0, False), (-1.0, False)])
def test_a_clock_that_differs_by_less_than_a_second_is_the_real_one_read_a_little_later(
    monkeypatch: pytest.MonkeyPatch, *, differs: float, is_real: bool
) -> None:
    monkeypatch.setattr(real_wait, "monotonic", lambda: 7.0)
    loop: Any = SimpleNamespace(time=lambda: 7.0 + differs)
    assert real_wait._counts_real_time(loop) is is_real


def test_a_loop_of_ours_counts_real_time() -> None:
    loop = real_loop()
    assert loop.time is monotonic
    loop.close()


def test_no_loop_is_begun_where_sockets_are_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that is made halfway raises once more when it is collected."""

    def forbid(*_arguments: object) -> None:
        raise PermissionError("sockets are forbidden")

    monkeypatch.setattr("socket.socket", forbid)
    monkeypatch.setattr(asyncio, "new_event_loop", lambda: pytest.fail("it has begun to make a loop"))
    with pytest.raises(PermissionError, match="sockets are forbidden"):
        real_loop()
