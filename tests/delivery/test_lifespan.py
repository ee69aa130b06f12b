from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request

from steppay_mock import ContractViolation, deliver, deliver_async
from steppay_mock.delivery.in_process import lifespan

Payloads = Callable[[int], list[dict[str, Any]]]
TARGET = "the ASGI app app at /webhooks/steppay"


async def answer(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 204})
    await send({"type": "http.response.body"})


def living(log: list[str], *, startup: Any = None, shutdown: Any = None) -> Callable[..., Any]:
    """An app with the lifespan protocol; an exception given for a stage is raised in it, a dict is sent instead."""

    async def react(stage: str, given: Any, send: Any) -> None:
        log.append(stage)
        if isinstance(given, BaseException):
            raise given
        await send(given or {"type": f"lifespan.{stage}.complete"})

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            log.append(f"event {scope['state']}")
            await answer(receive, send)
            return
        assert (await receive())["type"] == "lifespan.startup"
        scope["state"]["pool"] = 1
        await react("startup", startup, send)
        assert (await receive())["type"] == "lifespan.shutdown"
        await react("shutdown", shutdown, send)

    return app


def test_an_app_starts_once_serves_all_and_stops_once(payloads: Payloads) -> None:
    log: list[str] = []
    deliver(payloads(3), to=living(log)).assert_ok()
    assert log == ["startup", *["event {'pool': 1}"] * 3, "shutdown"]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
    app.state.log.append("startup")
    yield {"database": "open"}
    app.state.log.append("shutdown")


def test_a_fastapi_lifespan_runs_once_around_all_deliveries(payloads: Payloads) -> None:
    app = FastAPI(lifespan=_lifespan)
    app.state.log = []

    @app.post("/webhooks/steppay")
    async def webhook(request: Request) -> None:
        app.state.log.append(request.state.database)
        request.state.database = "changed for this request alone"

    deliver(payloads(2), to=app).assert_ok()
    assert app.state.log == ["startup", "open", "open", "shutdown"]
    asyncio.run(deliver_async(payloads(1), to=app))
    assert app.state.log[4:] == ["startup", "open", "shutdown"]


@pytest.mark.parametrize("given", [NotImplementedError("lifespan"), None], ids=["raises", "returns"])
def test_an_app_without_lifespan_is_served_all_the_same(payloads: Payloads, given: BaseException | None) -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            assert "state" not in scope
            await answer(receive, send)
        elif given is not None:
            raise given

    deliver(payloads(2), to=app).assert_ok()


def test_an_app_that_takes_the_lifespan_for_a_request_is_served_all_the_same(payloads: Payloads) -> None:
    async def app(_scope: dict[str, Any], receive: Any, send: Any) -> None:
        await answer(receive, send)

    deliver(payloads(2), to=app).assert_ok()


def test_an_app_that_cannot_start_is_told_with_its_reason(payloads: Payloads) -> None:
    async def broken(_app: FastAPI) -> Any:
        raise ValueError("no database")
        yield

    with pytest.raises(ContractViolation) as caught:
        deliver(payloads(1), to=FastAPI(lifespan=asynccontextmanager(broken)))
    assert caught.value.kind == "startup"
    assert isinstance(caught.value.__cause__, ValueError)
    assert str(caught.value) == (
        "the ASGI app FastAPI at /webhooks/steppay\n"
        "  expected: lifespan.startup.complete\n"
        "  sent:     lifespan.startup.failed: ValueError: no database\n"
        "  next:     Nothing was delivered. Start the app by itself and see why it does not come up."
    )


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({"message": "Traceback\n  port \x07 taken\n"}, "lifespan.startup.failed: port \\x07 taken"),
        ({}, "lifespan.startup.failed: no reason given"),
    ],
)
def test_a_start_that_failed_without_exception_is_told_too(payloads: Payloads, said: Any, sent: str) -> None:
    log: list[str] = []
    with pytest.raises(ContractViolation) as caught:
        asyncio.run(deliver_async(payloads(1), to=living(log, startup={"type": "lifespan.startup.failed", **said})))
    assert caught.value.sent == sent
    assert log == ["startup"]


def test_an_app_that_never_starts_is_given_up(payloads: Payloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifespan, "LIMIT", 0.05)

    async def app(_scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        await asyncio.Event().wait()

    with pytest.raises(ContractViolation, match=r"sent: +nothing within 0\.05 s"):
        deliver(payloads(1), to=app)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (ValueError("still open"), "ValueError: still open"),
        ({"type": "lifespan.shutdown.failed", "message": "still open"}, "still open"),
    ],
)
def test_an_unclean_shutdown_is_a_warning_beside_the_report(payloads: Payloads, given: Any, reason: str) -> None:
    with pytest.warns(RuntimeWarning) as caught:
        report = deliver(payloads(1), to=living([], shutdown=given))
    report.assert_ok()
    assert [str(warning.message) for warning in caught] == [f"{TARGET} did not shut down cleanly: {reason}"]


def test_a_shutdown_without_end_is_a_warning(payloads: Payloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifespan, "LIMIT", 0.05)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await answer(receive, send)
            return
        await send({"type": "lifespan.startup.complete"})
        await asyncio.Event().wait()

    with pytest.warns(RuntimeWarning, match=r"did not shut down cleanly: no answer within 0\.05 s"):
        deliver(payloads(1), to=app).assert_ok()


def test_an_app_that_ends_its_lifespan_early_with_an_exception_is_told(payloads: Payloads) -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await answer(receive, send)
            return
        await send({"type": "lifespan.startup.complete"})
        raise ValueError("gone")

    with pytest.warns(RuntimeWarning, match="did not shut down cleanly: ValueError: gone"):
        deliver(payloads(1), to=app).assert_ok()
