"""An exploration within the event loop of a test: what belongs to that loop can be used."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest
from ordering.conftest import MakeLife
from ordering.ledgers import Ledger, keep_last, keep_newest

from steppay_mock import ContractViolation, SteppayMockError, explore, explore_async, replay_async
from steppay_mock.ordering.failure import ExplorationError, NoAnswerError


class Pooled:
    """An ASGI app whose lock, as a pool of connections does, belongs to the event loop in which it was first used."""

    def __init__(self, keep: Any) -> None:
        self.rows: dict[Any, Any] = {}
        self.loops: set[int] = set()
        self._keep = keep
        self._home: asyncio.AbstractEventLoop | None = None

    async def connect(self) -> None:
        here = asyncio.get_running_loop()
        self._home = self._home or here
        self.loops.add(id(here))
        if self._home is not here:
            raise RuntimeError("attached to a different loop")
        await asyncio.sleep(0)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        body = (await receive())["body"]
        await self.connect()
        self._keep(self.rows, json.loads(body))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def state(self) -> dict[Any, Any]:
        await self.connect()
        return self.rows

    async def reset(self) -> None:
        await self.connect()
        self.rows.clear()


def test_the_app_and_the_probes_run_in_the_loop_of_the_test(make_life: MakeLife) -> None:
    app = Pooled(keep_newest)

    async def test() -> None:
        await app.connect()  # as a fixture does that opens a pool
        found = await explore_async(make_life(4), app, state=app.state, reset=app.reset)
        assert (found.verdict, len(app.loops)) == ("proved", 1)
        await app.connect()

    asyncio.run(test())


def test_a_counterexample_is_found_and_replayed_in_the_loop(make_life: MakeLife) -> None:
    app = Pooled(keep_last)

    async def test() -> None:
        found = await explore_async(make_life(4), app, state=app.state, reset=app.reset)
        assert found.counterexample is not None
        again = await replay_async(
            found.counterexample.token, app, state=app.state, reset=app.reset, events=make_life(4)
        )
        assert not again.ok

    asyncio.run(test())


def test_a_wsgi_app_and_plain_probes_run_in_the_thread_of_the_test(
    make_life: MakeLife, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    monkeypatch.delitem(sys.modules, "django.db", raising=False)  # where Django is in use they run beside the loop

    threads: set[int] = set()

    def keep(rows: Any, envelope: Any) -> None:
        threads.add(threading.get_ident())
        keep_newest(rows, envelope)

    ledger = Ledger(keep)

    async def test() -> None:
        found = await explore_async(make_life(3), ledger, state=ledger.state, reset=ledger.reset)
        assert (found.verdict, threads) == ("proved", {threading.get_ident()})

    asyncio.run(test())


def test_explore_says_what_to_await_within_a_loop(make_life: MakeLife) -> None:
    async def test() -> None:
        with pytest.raises(SteppayMockError, match=r"await explore_async\(\.\.\.\)"):
            explore(make_life(3), Pooled(keep_newest), state=dict, reset=print)

    asyncio.run(test())


def test_a_probe_that_never_comes_back_ends_the_search(make_life: MakeLife) -> None:
    app = Pooled(keep_newest)

    async def never() -> None:
        await asyncio.Event().wait()

    async def test() -> None:
        with pytest.raises(SteppayMockError, match=r"state= did not come back within 0.05 s"):
            await explore_async(make_life(3), app, state=never, reset=app.reset, timeout=0.05)

    asyncio.run(test())


def test_a_receiver_that_never_answers_ends_the_search(make_life: MakeLife) -> None:
    async def silent(scope: Any, _receive: Any, _send: Any) -> None:
        assert scope["type"] == "http"
        await asyncio.Event().wait()

    async def test() -> None:
        with pytest.raises(NoAnswerError, match="did not answer"):
            await explore_async(make_life(3), silent, state=dict, reset=dict, timeout=0.05)

    asyncio.run(test())


def test_an_app_that_never_starts_ends_the_search(make_life: MakeLife) -> None:
    async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.Event().wait()

    async def test() -> None:
        with pytest.raises((ExplorationError, ContractViolation), match="start"):
            await explore_async(make_life(3), silent, state=dict, reset=dict, timeout=0.05)

    asyncio.run(test())


def test_a_cancelled_search_ends_at_its_next_delivery(make_life: MakeLife) -> None:
    delivered: list[Any] = []

    def keep(rows: Any, envelope: Any) -> None:
        delivered.append(envelope)
        keep_newest(rows, envelope)

    app = Pooled(keep)
    begun = asyncio.Event()

    async def state() -> dict[Any, Any]:
        begun.set()
        return await app.state()

    async def test() -> None:
        task = asyncio.create_task(explore_async(make_life(9), app, state=state, reset=app.reset))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(test())  # which waits for the thread
    assert len(delivered) < 3
