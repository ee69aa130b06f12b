"""Which loop a caller borrows, which one is kept for the next, and that all that it left in it is taken away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from steppay_mock.delivery.in_process import own_loop
from steppay_mock.delivery.in_process.own_loop import borrowed_loop


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The process has no loop of its own yet; those of the test are closed after it."""
    kept: list[Any] = []
    monkeypatch.setattr(own_loop, "_kept", kept)
    yield kept
    for one in kept:
        one.loop.close()


def borrow() -> asyncio.AbstractEventLoop:
    with borrowed_loop() as loop:
        return loop


def test_the_thread_that_came_first_keeps_its_loop_and_others_have_one_each_time() -> None:
    with ThreadPoolExecutor(1) as owner:
        first = owner.submit(borrow).result()
        others = [borrow(), borrow()]
        assert owner.submit(borrow).result() is first
        assert not first.is_closed()
        assert [one.is_closed() for one in others] == [True, True]
        assert len({first, *others}) == 3


def test_when_that_thread_has_ended_its_loop_is_closed_and_the_next_thread_keeps_one(kept: Any) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    thread = threading.Thread(target=lambda: loops.append(borrow()))
    thread.start()
    thread.join()
    mine = borrow()
    assert (loops[0].is_closed(), mine.is_closed(), mine is loops[0]) == (True, False, False)
    assert borrow() is mine
    assert [one.loop for one in kept] == [mine]


def test_a_loop_that_somebody_closed_is_replaced(kept: Any) -> None:
    closed = borrow()
    closed.close()
    mine = borrow()
    assert (mine is closed, mine.is_closed(), borrow() is mine) == (False, False, True)
    assert [one.loop for one in kept] == [mine]


def test_the_loop_of_a_parent_process_is_left_alone_also_at_the_end(kept: Any) -> None:
    parents = borrow()
    kept[0].process = -1
    mine = borrow()
    assert (mine is parents, borrow() is mine, parents.is_closed()) == (False, True, False)
    assert [one.loop for one in kept] == [parents, mine]
    own_loop._close_at_the_end()
    assert (parents.is_closed(), mine.is_closed()) == (False, True)
    assert [one.loop for one in kept] == [parents]


def test_a_forked_process_takes_the_loop_of_its_parent_for_closed() -> None:
    loop: Any = borrow()
    own_loop._let_be()
    assert loop.is_closed()
    loop._closed = False


def test_who_borrows_it_within_has_the_same_and_takes_away_only_what_is_its_own() -> None:
    async def turn() -> None:
        await asyncio.sleep(0)

    with borrowed_loop() as outer:
        outers = outer.create_task(asyncio.Event().wait())
        with borrowed_loop() as inner:
            inners = inner.create_task(asyncio.Event().wait())
            inner.run_until_complete(turn())
            with borrowed_loop():
                pass
            assert not inners.done()
        assert (inner is outer, inners.cancelled(), outers.done()) == (True, True, False)
        with borrowed_loop() as again:
            assert again is outer
    assert outers.cancelled()
    assert borrow() is outer


def test_what_a_task_raises_while_it_is_cancelled_is_told_to_the_loop() -> None:
    told: list[dict[str, Any]] = []

    async def raises(error: Exception) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise error

    async def ends() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    errors = KeyError("one"), ValueError("two")
    with borrowed_loop() as loop:
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        works: list[Any] = [raises(errors[0]), ends(), raises(errors[1]), asyncio.Event().wait()]
        tasks = [loop.create_task(work) for work in works]
        loop.run_until_complete(asyncio.sleep(0))
    assert all(one.done() for one in tasks)
    assert {(one["message"], one["exception"], one["task"]) for one in told} == {
        ("a task raised while it was cancelled", errors[0], tasks[0]),
        ("a task raised while it was cancelled", errors[1], tasks[2]),
    }


def test_work_in_a_thread_may_call_back_into_the_loop_while_it_is_waited_for() -> None:
    back: list[bool] = []

    def work(loop: asyncio.AbstractEventLoop, came_back: threading.Event) -> None:
        loop.call_soon_threadsafe(came_back.set)
        back.append(came_back.wait(20))

    async def leave(loop: asyncio.AbstractEventLoop) -> None:
        loop.run_in_executor(None, work, loop, threading.Event())

    for _ in range(2):  # the second one has threads again
        with borrowed_loop() as loop:
            loop.run_until_complete(leave(loop))
    assert back == [True, True]
    assert [one for one in threading.enumerate() if one.name.startswith("asyncio")] == []


def test_generators_are_ended_with_a_loop_that_is_not_kept() -> None:
    log: list[str] = []

    async def counting() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            log.append("ended")

    async def begin() -> int:
        return await anext(generator)

    generator = counting()
    loops = []

    def interrupted() -> None:
        with borrowed_loop() as loop:
            loops.append(loop)
            assert loop.run_until_complete(begin()) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (log, loops[0].is_closed()) == (["ended"], True)
