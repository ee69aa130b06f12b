"""Which host a search has: the thread of the test in a transaction, and none where there is nothing to keep apart."""

from __future__ import annotations

import asyncio
import threading
from contextvars import copy_context
from itertools import product
from threading import Event
from typing import Any

import pytest

from steppay_mock.ordering.receiver import hosting
from steppay_mock.ordering.receiver.hosting import (
    LoopOfTest,
    ThreadOfTest,
    beside_loop,
    current_host,
    in_transaction_of_test,
)
from steppay_mock.ordering.receiver.watchdog import HungError


def host_of_a_search() -> Any:
    """The host that a search has, and whether it runs in this thread."""
    here = threading.get_ident()
    return in_transaction_of_test(lambda: (current_host(), threading.get_ident() == here))


@pytest.mark.parametrize(("within", "hosted", "looping"), list(product([False, True], repeat=3)))
def test_only_a_search_in_a_transaction_without_a_loop_is_hosted_by_the_thread_of_the_test(
    *, within: bool, hosted: bool, looping: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "open_transactions", lambda: ("default",) if within else ())
    outer = ThreadOfTest() if hosted else None

    async def in_a_loop() -> Any:
        return host_of_a_search()

    def found() -> Any:
        hosting._HOST.set(outer)
        return asyncio.run(in_a_loop()) if looping else host_of_a_search()

    host, is_here = copy_context().run(found)
    assert is_here
    if within and not hosted and not looping:
        assert isinstance(host, ThreadOfTest)
    else:
        assert host is outer
    assert current_host() is None


def test_what_a_hosted_search_raises_is_raised_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "open_transactions", lambda: ("default",))
    for error in (LookupError("no app"), StopIteration(5), SystemExit(3), KeyboardInterrupt()):

        def search(raised: BaseException = error) -> None:
            raise raised

        with pytest.raises(type(error)) as caught:
            in_transaction_of_test(search)
        assert caught.value is error
    assert current_host() is None


cancelled: list[str] = []


async def slow() -> str:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        cancelled.append("slow")
        raise
    return "never"


async def quick(told: str = "told") -> str:
    return told


async def own_timeout() -> None:
    raise TimeoutError("its own")


def check_host(host: Any) -> None:
    cancelled.clear()
    assert host.run(quick(), limit=20.0) == "told"
    assert host.call(quick, "also", limit=20.0) == "also"
    assert host.call(lambda told: told, "plain", limit=20.0) == "plain"
    with pytest.raises(HungError):
        host.run(slow(), limit=0.01)
    with pytest.raises(HungError):
        host.call(slow, limit=0.01)
    with pytest.raises(TimeoutError, match="its own"):
        host.run(own_timeout(), limit=20.0)
    assert cancelled == ["slow"] * 2  # what hangs goes on no longer, and the calls after it came to their end
    host.check()


def test_a_search_beside_a_loop_runs_in_another_thread_and_asks_the_loop() -> None:
    def search() -> tuple[Any, int]:
        check_host(current_host())
        return current_host(), threading.get_ident()

    async def test() -> None:
        host, thread = await beside_loop(search)
        assert isinstance(host, LoopOfTest)
        assert host.loop is asyncio.get_running_loop()
        assert thread != threading.get_ident()
        assert current_host() is None

    asyncio.run(test())


def test_a_search_in_the_thread_of_the_test_awaits_in_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "open_transactions", lambda: ("default",))
    in_transaction_of_test(lambda: check_host(current_host()))


def check_for_ever(host: Any) -> None:
    while True:
        host.check()


def test_a_search_that_is_cancelled_ends_before_its_loop_goes_on() -> None:
    started, ended = Event(), Event()

    def search() -> None:
        host = current_host()
        started.set()
        assert host is not None
        with pytest.raises(asyncio.CancelledError):
            check_for_ever(host)
        ended.set()

    async def test() -> None:
        searching = asyncio.ensure_future(beside_loop(search))
        await asyncio.to_thread(started.wait, 20)
        searching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await searching
        assert ended.is_set()

    asyncio.run(test())
