from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from steppay_mock import SteppayMockError, deliver, deliver_async

Payloads = Callable[[int], list[dict[str, Any]]]


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(scope["type"])
    await receive()
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"ok"})


def wsgi(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [b"ok"]


def test_within_a_running_loop_deliver_says_to_await_deliver_async(payloads: Payloads) -> None:
    async def test() -> None:
        deliver(payloads(1), to=asgi)

    with pytest.raises(SteppayMockError) as caught:
        asyncio.run(test())
    assert str(caught.value) == (
        "deliver() cannot call an ASGI app within a running event loop. Await it: report = await deliver_async(...)"
    )


def test_deliver_async_takes_every_kind_of_receiver(payloads: Payloads, serve: Callable[[Any], str]) -> None:
    async def test() -> None:
        for receiver in (asgi, wsgi, serve(wsgi)):
            ticks: list[str] = []
            ticking = asyncio.get_running_loop().call_soon(ticks.append, "tick")
            report = await deliver_async(payloads(3), to=receiver, secret="s", order="reversed", seed=5)
            report.assert_ok()
            assert [(each.event.data["id"], each.body) for each in report] == [(2, b"ok"), (1, b"ok"), (0, b"ok")]
            assert (report.order, report.seed, ticks) == ("reversed", 5, ["tick"])
            ticking.cancel()

    asyncio.run(test())


def test_deliver_async_leaves_the_tasks_of_others_alone(payloads: Payloads) -> None:
    async def test() -> None:
        mine = asyncio.create_task(asyncio.sleep(60))
        (await deliver_async(payloads(1), to=asgi)).assert_ok()
        assert not mine.done()
        mine.cancel()

    asyncio.run(test())


def test_cancelling_deliver_async_cancels_the_app(payloads: Payloads) -> None:
    log = []

    async def app(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        assert scope["type"] == "http"
        log.append("called")
        try:
            await asyncio.sleep(60)
        finally:
            log.append("cancelled")

    async def test() -> None:
        delivery = asyncio.create_task(deliver_async(payloads(2), to=app))
        while not log:
            await asyncio.sleep(0)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery

    asyncio.run(test())
    assert log == ["called", "cancelled"]


def test_a_wsgi_app_needs_neither_event_loop_nor_http_client(payloads: Payloads) -> None:
    code = (
        "import sys; from steppay_mock import deliver\n"
        "def app(environ, start):\n    start('200 OK', [])\n    return []\n"
        f"deliver({payloads(1)!r}, to=app, secret='s').assert_ok()\n"
        "assert not {'asyncio', 'urllib3', 'ssl'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
