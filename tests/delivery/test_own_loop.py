"""Deliveries to ASGI apps from code that has no event loop share one, as the things do that an app makes at import."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent
from typing import Any

import pytest

from steppay_mock import deliver, deliver_async, explore, make_event
from steppay_mock.delivery.in_process.own_loop import borrowed_loop

EVENT = make_event("payment.completed", seed=7)
Handler = Callable[[], Any]


def app_of(handle: Handler) -> Any:
    """An ASGI app that awaits ``handle`` before it answers."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        await receive()
        await handle()
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body", "body": b""})

    return app


class Future:
    """What a connection waits for: a future of the loop in which it was opened."""

    def __init__(self) -> None:
        self._home: asyncio.AbstractEventLoop | None = None

    async def use(self) -> None:
        self._home = self._home or asyncio.get_running_loop()
        answer = self._home.create_future()
        self._home.call_soon(answer.set_result, None)
        await answer


async def nothing() -> None:
    pass


def test_two_deliveries_and_an_exploration_use_one_loop() -> None:
    loops = set()

    async def handle() -> None:
        loops.add(asyncio.get_running_loop())

    app = app_of(handle)
    deliver(EVENT, to=app).assert_ok()
    deliver(EVENT, to=app).assert_ok()
    explore([EVENT, make_event("order.created", seed=7)], app, state=dict, reset=dict, duplicates=False)
    assert len(loops) == 1
    assert not loops.pop().is_closed()


def test_what_was_made_at_import_works_in_every_delivery() -> None:
    future, lock, queue = Future(), asyncio.Lock(), asyncio.Queue[int](maxsize=1)

    async def handle() -> None:
        await future.use()
        async with lock:  # both wait, so both belong to a loop from then on
            waiting = asyncio.create_task(lock.acquire())
            await asyncio.sleep(0)
        await waiting
        lock.release()
        getting = asyncio.create_task(queue.get())
        await asyncio.sleep(0)
        queue.put_nowait(1)
        await getting

    for _ in range(3):
        deliver(EVENT, to=app_of(handle)).assert_ok()


def test_what_belongs_to_another_loop_is_told_with_the_cure() -> None:
    future = Future()
    asyncio.run(future.use())
    for report in (
        deliver(EVENT, to=app_of(future.use)),
        asyncio.run(deliver_async(EVENT, to=app_of(future.use))),
    ):
        with pytest.raises(AssertionError, match="belongs to another event loop") as caught:
            report.assert_ok()
        assert "poolclass=NullPool" in str(caught.value)
        assert "asyncio_default_test_loop_scope = session" in str(caught.value)


@pytest.mark.parametrize("wrapped", [True, False])
def test_it_is_told_also_where_it_is_the_cause_of_another_error(*, wrapped: bool) -> None:
    future = Future()
    asyncio.run(future.use())

    async def handle() -> None:
        try:
            await future.use()
        except RuntimeError as error:
            if wrapped:
                raise LookupError("the database is not there") from error
            raise ExceptionGroup("several", [error]) from None

    with pytest.raises(AssertionError, match="belongs to another event loop"):
        deliver(EVENT, to=app_of(handle)).assert_ok()


def test_other_errors_are_told_as_ever() -> None:
    async def handle() -> None:
        raise RuntimeError("the loop of the subscription is closed")

    with pytest.raises(AssertionError, match="Correct the receiver where the exception above was raised"):
        deliver(EVENT, to=app_of(handle)).assert_ok()


def test_an_app_that_does_not_start_for_that_reason_is_told_so() -> None:
    future = Future()
    asyncio.run(future.use())

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await future.use()
        except RuntimeError:
            await send({"type": "lifespan.startup.failed"})
            raise

    with pytest.raises(AssertionError, match=r"Nothing was delivered. The app used something"):
        deliver(EVENT, to=app)


def test_probes_and_refusals_of_a_search_are_told_so_too() -> None:
    future = Future()
    asyncio.run(future.use())
    events = [EVENT, make_event("order.created", seed=7)]
    found = explore(events, app_of(future.use), state=dict, reset=dict)
    assert "belongs to another event loop" in found.report()

    async def state() -> dict[str, Any]:
        await future.use()
        return {}

    with pytest.raises(Exception, match=r"state= raised RuntimeError: .* belongs to another event loop"):
        explore(events, app_of(nothing), state=state, reset=dict)


def test_a_probe_may_deliver_by_itself() -> None:
    loops = set()

    async def handle() -> None:
        loops.add(asyncio.get_running_loop())

    def state() -> dict[str, Any]:
        deliver(EVENT, to=app_of(handle)).assert_ok()
        return {}

    explore([EVENT, make_event("order.created", seed=7)], app_of(handle), state=state, reset=dict, duplicates=False)
    assert len(loops) == 1


def test_tasks_that_were_left_are_cancelled() -> None:
    log: list[str] = []

    async def late() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            log.append("cancelled")

    kept = []

    async def handle() -> None:
        kept.append(asyncio.create_task(late()))
        await asyncio.sleep(0)

    deliver(EVENT, to=app_of(handle), timeout=0.01)
    assert log == ["cancelled"]


def test_work_in_threads_is_waited_for() -> None:
    log: list[str] = []
    go_on = threading.Event()

    def work() -> None:
        go_on.wait(9)
        log.append("done")

    async def handle() -> None:
        loop = asyncio.get_running_loop()
        loop.run_in_executor(None, work)
        loop.call_soon(go_on.set)

    before = threading.active_count()
    for _ in range(2):
        deliver(EVENT, to=app_of(handle)).assert_ok()
    assert (log, threading.active_count()) == (["done", "done"], before)


@pytest.mark.skipif(sys.platform == "win32", reason="its loops take no handlers of signals")
def test_handlers_of_signals_and_errors_end_with_the_delivery() -> None:
    async def handle() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, print)
        loop.set_exception_handler(lambda *_told: None)

    before = signal.getsignal(signal.SIGTERM)
    deliver(EVENT, to=app_of(handle)).assert_ok()
    assert signal.getsignal(signal.SIGTERM) == before
    with borrowed_loop() as loop:
        assert loop.get_exception_handler() is None


def test_a_loop_that_was_interrupted_is_not_kept() -> None:
    with pytest.raises(KeyboardInterrupt), borrowed_loop() as interrupted:
        raise KeyboardInterrupt
    with pytest.raises(ZeroDivisionError), borrowed_loop() as loop:
        _ = 1 / 0
    assert interrupted.is_closed()
    with borrowed_loop() as again:
        assert again is loop is not interrupted


def test_threads_beside_have_loops_of_their_own() -> None:
    both = threading.Barrier(2, timeout=9)
    loops = []

    async def handle() -> None:
        loops.append(asyncio.get_running_loop())
        both.wait()

    with ThreadPoolExecutor() as pool:
        other = pool.submit(deliver, EVENT, to=app_of(handle))
        deliver(EVENT, to=app_of(handle)).assert_ok()
        other.result().assert_ok()
    assert len(set(loops)) == 2
    assert [loop.is_closed() for loop in loops].count(True) == 1


def test_the_current_event_loop_of_the_thread_stays() -> None:
    with asyncio.Runner() as runner:
        asyncio.set_event_loop(mine := runner.get_loop())
        deliver(EVENT, to=app_of(nothing)).assert_ok()
        assert asyncio.get_event_loop() is mine
        asyncio.set_event_loop(None)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_process_that_was_forked_has_a_loop_of_its_own_and_leaves_that_of_its_parent_whole() -> None:
    script = """
        import asyncio, os, sys, threading, warnings
        from steppay_mock import deliver, make_event

        loops = []

        async def app(scope, receive, send):
            if scope["type"] != "http":
                raise NotImplementedError
            await receive()
            loops.append(asyncio.get_running_loop())
            await asyncio.to_thread(int)  # the loop is woken by another thread
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body", "body": b""})

        def take():
            deliver(make_event("payment.completed", seed=7), to=app, timeout=5).assert_ok()

        take()
        for delivers in (True, False):
            child = os.fork()
            if not child:
                if delivers:
                    take()
                    assert loops[0] is not loops[1]
                sys.exit(0)  # and not os._exit: all is taken down
            assert os.waitpid(child, 0)[1] == 0
            take()
        assert loops[0] is loops[1] is loops[2]
        print("well")
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", dedent(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == ("well\n", 0), done.stderr
    assert "unclosed event loop" not in done.stderr


def test_it_is_closed_at_the_end_of_the_process() -> None:
    script = """
        import logging

        from steppay_mock import deliver, make_event

        logging.getLogger("asyncio").setLevel(logging.ERROR)  # -X dev tells what a busy machine is slow at

        async def app(scope, receive, send):
            raise NotImplementedError

        deliver(make_event("payment.completed", seed=7), to=app)
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", dedent(script)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stderr, done.returncode) == ("", 0)
