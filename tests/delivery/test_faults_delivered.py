"""Faults in deliveries: for all of them or for a step, judged by what a right receiver does with each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

from steppay_mock import ContractViolation, SignatureError, SteppayMockError, deliver, deliver_async, scenario, verify
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.schedule import Again, Deliver, Overlap, Step, plan

EVENTS = scenario("subscription-starts", seed=7).events
SECRET = "whsec_test"
IN_PROCESS = [name for name, fault in FAULTS.items() if not fault.needs_socket]


def right(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A receiver that verifies the raw bytes, and refuses what it cannot read."""
    request = Request(environ)
    status = 204
    try:
        body = request.get_data()
        verify(request.headers.get("Steppay-Signature"), body, [SECRET])
        json.loads(body)
    except (SignatureError, ValueError, HTTPException):  # the last one for a body that broke off
        status = 401
    return list(Response(status=status)(environ, start_response))


def credulous(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A receiver that takes everything."""
    return list(Response(status=204)(environ, start_response))


@pytest.mark.parametrize("name", IN_PROCESS)
def test_a_right_receiver_in_process_does_right_with_every_fault(name: str) -> None:
    report = deliver(EVENTS[:2], to=right, secret=SECRET, fault=name)
    assert report.ok, str(report)
    assert {outcome.fault for outcome in report} == {name}


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "slow-drip"])
def test_a_right_receiver_on_a_socket_does_right_with_every_fault(name: str, serve: Callable[[Any], str]) -> None:
    report = deliver(EVENTS[0], to=serve(right), secret=SECRET, fault=name)
    assert report.ok, str(report)


def test_an_asgi_app_gets_faults_too() -> None:
    seen: list[bytes] = []

    async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        seen.append(dict(scope["headers"]).get(b"steppay-signature", b""))
        status = 401 if seen[-1].endswith(b"key=") else 204
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})

    deliver(EVENTS[0], to=app, secret=SECRET, fault="key-empty").assert_ok()
    assert seen[0].endswith(b"key=")


def test_a_receiver_that_takes_everything_is_told_why_it_must_not() -> None:
    report = deliver(EVENTS[0], to=credulous, secret=SECRET, fault="wrong-secret")
    assert str(report[0]) == "order.created (wrong-secret): 204"
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert caught.value.expected == "an answer with a 4xx status, because it came with the fault wrong-secret"
    assert caught.value.next_step == FAULTS["wrong-secret"].reason


def test_a_step_of_a_schedule_has_its_own_fault() -> None:
    steps: list[Step] = [
        Deliver(event=0),
        Deliver(event=1, fault="body-changed"),
        Again(event=0, fault="body-reordered"),
        Overlap(events=(2, 3), fault="v0-for-key"),
    ]
    report = deliver(plan(EVENTS, steps), to=right, secret=SECRET)
    assert [outcome.status for outcome in report] == [204, 401, 204, 401, 401]
    assert report.ok
    assert str(report[2]) == "order.created (resigned, body-reordered): 204"


def test_within_an_event_loop_it_is_the_same(serve: Callable[[Any], str]) -> None:
    for target in (right, serve(right)):
        report = asyncio.run(deliver_async(EVENTS[0], to=target, secret=SECRET, fault="secrets-rotated"))
        assert [outcome.status for outcome in report] == [204]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fault": "wrong-secrt", "secret": SECRET}, "Did you mean 'wrong-secret'?"),
        ({"fault": "wrong-secret"}, "The fault 'wrong-secret' is one of the signature. Pass secret="),
        ({"fault": "chunked", "secret": SECRET}, "Serve the app, or what lambda_app() gives, and deliver to its URL."),
        ({"fault": 5, "secret": SECRET}, "Unknown fault '5'."),
    ],
)
def test_a_fault_that_cannot_be_had_says_why(options: Any, message: str) -> None:
    with pytest.raises(SteppayMockError) as caught:
        deliver(EVENTS[0], to=right, **options)
    assert message in str(caught.value)


def test_an_unknown_fault_of_a_step_is_told() -> None:
    with pytest.raises(SteppayMockError, match="Unknown fault 'bad luck'"):
        deliver(plan(EVENTS, [Deliver(event=0, fault="bad luck")]), to=right, secret=SECRET)
