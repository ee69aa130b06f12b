from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from steppay_mock import Outcome, deliver, verify
from steppay_mock.delivery.in_process import answer_builder

Payloads = Callable[[int], list[dict[str, Any]]]
START = {"type": "http.response.start", "status": 200, "headers": []}
END = {"type": "http.response.body", "body": b"ok"}


def answering(*messages: Any) -> Callable[..., Any]:
    """An app that sends these messages; an exception among them is raised."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        await receive()
        for message in messages:
            if isinstance(message, BaseException):
                raise message
            await send(message)

    return app


def test_a_fastapi_app_is_called_in_process(payloads: Payloads) -> None:
    app = FastAPI()

    @app.post("/hooks/{shop}", status_code=202)
    async def webhook(shop: str, a: str, request: Request) -> dict[str, Any]:
        verify(request.headers.get("Steppay-Signature"), await request.body(), "s")
        return {"id": (await request.json())["data"]["id"], "shop": shop, "a": a, "host": request.url.hostname}

    @app.post("/plain")
    def plain(payload: dict[str, Any]) -> Any:
        return payload["data"]["id"]

    report = deliver(payloads(2), to=app, path="/hooks/%EC%83%B5?a=b", secret="s")
    report.assert_ok()
    assert report[1].body == '{"id":1,"shop":"샵","a":"b","host":"testserver"}'.encode()
    assert report[1].headers["content-type"] == "application/json"
    assert report.receiver == "the ASGI app FastAPI at /hooks/%EC%83%B5?a=b"
    assert [each.body for each in deliver(payloads(3), to=app, path="/plain")] == [b"0", b"1", b"2"]


def test_a_starlette_app_is_called_in_process(payloads: Payloads) -> None:
    async def webhook(request: Any) -> JSONResponse:
        return JSONResponse((await request.json())["data"])

    app = Starlette(routes=[Route("/webhooks/steppay", webhook, methods=["POST"])])
    assert [each.body for each in deliver(payloads(2), to=app)] == [b'{"id":0}', b'{"id":1}']


def test_the_scope_is_what_asgi_asks_for(payloads: Payloads) -> None:
    scopes = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        scopes.append(scope)
        message = await receive()
        assert message == {"type": "http.request", "body": payload_body, "more_body": False}
        await send(START)
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body"})
        assert await receive() == {"type": "http.disconnect"}

    payload_body = (
        b'{\n  "timestamp": 1688697915,\n  "version": "v1",\n  "event": "customer.created",\n'
        b'  "data": {\n    "id": 0\n  },\n  "isTest": true\n}'
    )
    deliver(payloads(1), to=app, path="/웹훅?q=1", secret="s").assert_ok()
    scope = scopes[0]
    assert [name for name, _ in scope["headers"]] == [
        b"host",
        b"accept",
        b"te",
        b"x-b3-traceid",
        b"x-b3-spanid",
        b"x-b3-parentspanid",
        b"content-type",
        b"content-length",
        b"steppay-signature",
    ]
    assert dict(scope["headers"])[b"host"] == b"testserver"
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == (
        "/웹훅",
        b"/%EC%9B%B9%ED%9B%85",
        b"q=1",
    )
    assert (scope["method"], scope["http_version"], scope["scheme"], scope["root_path"]) == ("POST", "1.1", "http", "")
    assert "state" not in scope


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([], "the app ended without an answer"),
        ([START], "the app ended amid its answer"),
        ([START, ValueError("boom")], "the app raised: ValueError: boom"),
        ([SystemExit(3)], "the app raised: SystemExit: 3"),
        ([asyncio.CancelledError()], "the app ended without an answer"),
        ([END], "the app broke its protocol: it sent a body before a status"),
        ([START, START], "the app broke its protocol: it sent http.response.start twice"),
        ([{**START, "status": "200"}], "the app broke its protocol: its status is '200', not a number"),
        ([{**START, "status": 99}], "the app broke its protocol: its status is 99; a final one is 200 to 599"),
        ([{**START, "headers": [("a", "b")]}], "the app broke its protocol: its headers are not pairs of bytes"),
        ([{**START, "headers": 7}], "the app broke its protocol: its headers are not pairs of bytes"),
        ([START, {**END, "body": "ok"}], "the app broke its protocol: its body holds str in the place of bytes"),
        ([{"type": "websocket.close"}], "the app broke its protocol: it sent 'websocket.close' in answer to a request"),
        ([{}], "the app raised: KeyError: 'type'"),
        ([None], "the app raised: TypeError: 'NoneType' object is not subscriptable"),
    ],
)
def test_a_broken_app_is_an_outcome(outcome: Callable[..., Outcome], messages: list[Any], error: str) -> None:
    result = outcome(answering(*messages))
    assert (result.status, result.error, result.ok) == (500, error, False)


def test_an_app_that_is_not_awaitable_is_an_outcome(outcome: Callable[..., Outcome]) -> None:
    result = outcome(lambda _scope, _receive, _send: None)
    assert result.status == 500
    assert str(result.error).startswith("the app raised: TypeError: ")


def test_what_fails_after_the_answer_keeps_its_status_but_is_not_ok(payloads: Payloads) -> None:
    app = FastAPI()

    async def work() -> None:
        raise ValueError("lost")

    @app.post("/webhooks/steppay")
    async def webhook(tasks: BackgroundTasks) -> str:
        tasks.add_task(work)
        return "taken"

    report = deliver(payloads(1), to=app)
    assert (report[0].status, report[0].body, report[0].ok) == (200, b'"taken"', False)
    assert report[0].error == "the app raised after its answer: ValueError: lost"
    with pytest.raises(AssertionError) as caught:
        report.assert_ok()
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_body_after_the_end_is_a_broken_protocol(outcome: Callable[..., Outcome]) -> None:
    result = outcome(answering(START, END, END))
    assert (result.status, result.error) == (
        200,
        "the app broke its protocol after its answer: it sent a body after the end of its answer",
    )


def test_an_exception_that_starlette_answers_with_500_is_kept(payloads: Payloads) -> None:
    app = FastAPI()

    @app.post("/webhooks/steppay")
    def webhook() -> None:
        raise ValueError("boom")

    report = deliver(payloads(2), to=app)
    assert [(each.status, each.error) for each in report] == [(500, "the app raised: ValueError: boom")] * 2
    assert isinstance(report[0].exception, ValueError)


def test_an_app_that_does_not_answer_in_time_is_cancelled(payloads: Payloads) -> None:
    ended = []

    async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        try:
            if scope["path"] == "/begun":
                await send({**START, "status": 201})
            await asyncio.sleep(60)
        finally:
            ended.append(scope["path"])

    for path, status in (("/silent", None), ("/begun", 201)):
        report = deliver(payloads(2), to=app, timeout=0.05, path=path)
        assert [(each.status, each.error) for each in report] == [(status, "timed out after 0.05 s")] * 2
    assert ended == ["/silent"] * 2 + ["/begun"] * 2


def test_an_app_that_defies_its_cancelling_does_not_hold_up_the_rest(payloads: Payloads) -> None:
    release: list[asyncio.Event] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        if not release:
            release.append(asyncio.Event())
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                await release[0].wait()
            return
        release[0].set()
        await answering(START, END)(scope, receive, send)

    assert [each.status for each in deliver(payloads(2), to=app, timeout=0.05)] == [None, 200]


def test_work_after_the_answer_is_waited_for_and_not_counted(
    payloads: Payloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(answer_builder, "perf_counter", lambda: clock[0])
    done: list[str] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await answering(START, END)(scope, receive, send)
        asyncio.get_running_loop().create_task(detached()).add_done_callback(kept.append)
        clock[0] = 99.0
        await turns(5)
        done.append("attached")

    async def detached() -> None:
        await turns(50)
        done.append("detached")

    async def turns(count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    kept: list[Any] = []
    report = deliver(payloads(1), to=app, timeout=30)
    report.assert_ok()
    assert done == ["attached", "detached"]
    assert report[0].latency == 0.0


def test_work_without_end_is_left_after_the_timeout(payloads: Payloads) -> None:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await answering(START, END)(scope, receive, send)
        await asyncio.Event().wait()

    assert deliver(payloads(2), to=app, timeout=0.05).ok


def test_a_streaming_answer_is_read_to_its_bound(payloads: Payloads) -> None:
    app = FastAPI()

    @app.post("/webhooks/steppay")
    async def webhook() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b"x" * 1000

        return StreamingResponse(parts())

    report = deliver(payloads(1), to=app)
    assert (report.ok, report[0].body) == (True, b"x" * 65536)


def test_requests_do_not_see_each_others_context(payloads: Payloads) -> None:
    current: contextvars.ContextVar[str] = contextvars.ContextVar("current", default="clean")
    seen = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        seen.append(current.get())
        current.set("used")
        await answering(START, END)(scope, receive, send)

    deliver(payloads(2), to=app).assert_ok()
    assert seen == ["clean", "clean"]


def test_an_interrupt_passes_through(payloads: Payloads) -> None:
    with pytest.raises(KeyboardInterrupt):
        deliver(payloads(1), to=answering(KeyboardInterrupt()))
