"""What people put into Lambda: an ASGI app behind Mangum, a WSGI app behind serverless-wsgi, a resolver of Powertools.

Each reads the event by its own code: that they take it says that its shape is right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import serverless_wsgi
from aws_lambda_powertools.event_handler import (
    ALBResolver,
    APIGatewayHttpResolver,
    APIGatewayRestResolver,
    LambdaFunctionUrlResolver,
    Response,
)
from delivery.lambdas import KINDS, SECRET
from flask import Flask, request
from mangum import Mangum
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from steppay_mock import (
    EventType,
    SignatureError,
    deliver,
    deliver_async,
    explore,
    lambda_app,
    make_event,
    make_events,
    scenario,
    verify,
)

EVENTS = make_events(EventType, seed=7)
PATH = "/webhooks/상점?a=b%20c"
RESOLVERS = {
    "http-api": APIGatewayHttpResolver,
    "function-url": LambdaFunctionUrlResolver,
    "rest-api": APIGatewayRestResolver,
    "alb": ALBResolver,
}


@pytest.fixture(autouse=True)
def _loop() -> Iterator[None]:
    """The event loop that Mangum takes when it is made: it would leave one of its own open."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def told(header: str | None, body: bytes) -> tuple[int, str]:
    try:
        verify(header, body, [SECRET])
    except SignatureError as error:
        return 401, str(error)
    return 202, "받음"


def behind_mangum(_kind: str) -> Callable[..., Any]:
    async def webhook(asked: Request) -> PlainTextResponse:
        assert (asked.path_params["shop"], asked.query_params["a"]) == ("상점", "b c")
        status, text = told(asked.headers.get("Steppay-Signature"), await asked.body())
        return PlainTextResponse(text, status)

    handler: Callable[..., Any] = Mangum(
        Starlette(routes=[Route("/webhooks/{shop}", webhook, methods=["POST"])]), lifespan="off"
    )
    return handler


def behind_serverless_wsgi(_kind: str) -> Callable[..., Any]:
    app = Flask("shop")

    @app.post("/webhooks/<shop>")
    def webhook(shop: str) -> tuple[str, int]:
        assert (shop, request.args["a"]) == ("상점", "b c")
        status, text = told(request.headers.get("Steppay-Signature"), request.get_data())
        return text, status

    def handler(event: Any, context: Any) -> Any:
        return serverless_wsgi.handle_request(app, event, context)

    return handler


def behind_powertools(kind: str) -> Callable[..., Any]:
    app = RESOLVERS[kind]()

    def webhook(shop: str) -> Any:
        assert shop
        event: Any = app.current_event
        assert event.query_string_parameters
        status, text = told(event.headers.get("Steppay-Signature"), event.decoded_body.encode())
        return Response(status_code=status, content_type="text/plain", body=text)

    app.post("/webhooks/<shop>")(webhook)

    def handler(event: Any, context: Any) -> Any:
        return app.resolve(event, context)

    return handler


@pytest.mark.parametrize("make", [behind_mangum, behind_serverless_wsgi, behind_powertools])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_base64", [True, False])
def test_it_takes_the_event_and_its_answer_is_read(
    kind: Any, *, as_base64: bool, make: Callable[[str], Callable[..., Any]]
) -> None:
    app = lambda_app(make(kind), kind=kind, base64=as_base64)
    report = deliver(EVENTS, to=app, secret=SECRET, path=PATH)
    report.assert_ok()
    assert {(outcome.status, outcome.body.decode()) for outcome in report} == {(202, "받음")}
    refused = deliver(EVENTS[0], to=app, secret="another", path=PATH)
    assert refused[0].status == 401


@pytest.mark.parametrize("make", [behind_mangum, behind_serverless_wsgi])
def test_a_load_balancer_with_multi_value_headers_is_taken_too(make: Callable[[str], Callable[..., Any]]) -> None:
    app = lambda_app(make("alb"), kind="alb", multi_value_headers=True)
    deliver(EVENTS[:2], to=app, secret=SECRET, path=PATH).assert_ok()


def test_mangum_finds_an_event_loop_where_the_test_left_none() -> None:
    handler = behind_mangum("http-api")
    asyncio.run(asyncio.sleep(0))  # leaves the thread without a loop
    deliver(EVENTS[:2], to=lambda_app(handler), secret=SECRET, path=PATH).assert_ok()


def test_no_event_loop_is_left_behind_for_a_handler_that_needs_none() -> None:
    made: list[asyncio.AbstractEventLoop] = []

    def handler(_event: Any, _context: Any) -> Any:
        made.append(asyncio.get_event_loop())
        return {"statusCode": 200}

    with ThreadPoolExecutor(max_workers=1) as pool:  # a thread in which nobody asked for a loop yet
        pool.submit(deliver, EVENTS[0], to=lambda_app(handler)).result().assert_ok()
    assert made[0].is_closed()


def test_what_an_app_keeps_open_stays_usable_behind_mangum() -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def webhook(_asked: Request) -> PlainTextResponse:
        loops.append(asyncio.get_running_loop())
        return PlainTextResponse("")

    handler = Mangum(Starlette(routes=[Route("/hooks", webhook, methods=["POST"])]), lifespan="off")
    asyncio.run(asyncio.sleep(0))
    deliver(EVENTS[:3], to=lambda_app(handler), path="/hooks").assert_ok()
    assert len(loops) == 3
    assert len(set(map(id, loops))) == 1
    assert loops[0].is_closed()


def test_events_in_flight_at_once_go_through_mangum_too() -> None:
    taken: dict[str, str] = {}

    async def webhook(asked: Request) -> PlainTextResponse:
        payload = await asked.json()
        taken[payload["event"]] = "taken"
        return PlainTextResponse("")

    handler = Mangum(Starlette(routes=[Route("/hooks", webhook, methods=["POST"])]), lifespan="off")
    story = scenario("order-cancelled-before-payment", seed=7)
    options: dict[str, Any] = {"state": lambda: taken, "reset": taken.clear, "path": "/hooks"}
    explore(story, lambda_app(handler), overlap=True, **options).assert_ok()
    report = asyncio.run(deliver_async(EVENTS[:2], to=lambda_app(handler), path="/hooks"))
    report.assert_ok()


def test_a_resolver_of_another_gateway_is_told_which() -> None:
    app = lambda_app(behind_powertools("rest-api"), kind="http-api")
    (outcome,) = deliver(make_event("order.created", seed=7), to=app, secret=SECRET, path=PATH)
    assert not outcome.ok
    assert "is in an event of kind='rest-api'" in str(outcome.error)
