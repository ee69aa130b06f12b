"""A handler behind the URL of a runtime that emulates Lambda: what it answers, and what it says when it fails."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from delivery.lambdas import KINDS, SECRET, right
from werkzeug import Request, Response

from steppay_mock import ContractViolation, SteppayMockError, deliver, lambda_app, make_event, make_events

EVENTS = make_events(["payment.completed", "payment.canceled"], seed=7)
EVENT = make_event("payment.completed", seed=7)
INVOCATION = "/2015-03-31/functions/function/invocations"

Serve = Callable[[Any], str]
Handle = Callable[[dict[str, Any], Any], Any]


def runtime(handle: Handle, seen: list[Request] | None = None) -> Any:
    """Answers as the Runtime Interface Emulator does: errors of the function are 200 without a header."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        if seen is not None:
            seen.append(request)
        response = Response("404 page not found", 404)
        if request.path == INVOCATION:
            response = Response(json.dumps(handle(json.loads(request.get_data()), None)))
        return response(environ, start_response)

    return app


def saying(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    """A runtime that says this, whatever comes."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        Request(environ).get_data()
        return Response(text, status, headers)(environ, start_response)

    return app


@pytest.mark.parametrize("kind", KINDS)
def test_events_go_to_the_emulators_path_and_are_judged_as_the_gateway_does(kind: Any, serve: Serve) -> None:
    seen: list[Request] = []
    url = serve(runtime(right, seen))
    report = deliver(EVENTS, to=lambda_app(url, kind=kind), secret=SECRET)
    report.assert_ok()
    assert report.receiver == f"the Lambda runtime {url}{INVOCATION} behind {kind} at /webhooks/steppay"
    assert {(one.path, one.method, one.headers["content-type"]) for one in seen} == {
        (INVOCATION, "POST", "application/json")
    }
    assert deliver(EVENT, to=lambda_app(url, kind=kind), secret="another")[0].status == 401


def test_another_function_is_called_by_the_path_of_its_url(serve: Serve) -> None:
    url = serve(saying("{}"))
    report = deliver(EVENT, to=lambda_app(f"{url}/2015-03-31/functions/Hooks/invocations"))
    report.assert_ok()
    assert "/functions/Hooks/invocations behind" in report.receiver


@pytest.mark.parametrize("header", [{}, {"X-Amz-Function-Error": "Unhandled"}])
def test_an_error_of_the_function_is_told_with_its_trace(serve: Serve, header: dict[str, str]) -> None:
    told = {
        "errorMessage": "'httpMethod'",
        "errorType": "KeyError",
        "requestId": "1",
        "stackTrace": ["  File shop.py\n"],
    }
    (outcome,) = deliver(EVENT, to=lambda_app(serve(saying(json.dumps(told), headers=header))))
    assert outcome.status == 500
    assert str(outcome.error).startswith(
        "the app raised: KeyError: 'httpMethod' ('httpMethod' is in an event of kind='rest-api' or kind='alb'"
    )
    assert outcome.exception is not None
    assert outcome.exception.__notes__ == ["  File shop.py"]


def test_an_error_of_node_is_told_with_a_hint_too(serve: Serve) -> None:
    told = {
        "errorType": "TypeError",
        "errorMessage": "Cannot read properties of undefined (reading 'http')",
        "trace": ["TypeError: ...", "    at handler (file:///var/task/index.mjs:3:9)"],
    }
    report = deliver(EVENT, to=lambda_app(serve(saying(json.dumps(told))), kind="rest-api"))
    assert report[0].status == 502
    assert "'http' is in an event of kind='http-api' or kind='function-url'" in str(report[0].error)
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert caught.value.kind == "raised"


def test_an_answer_with_a_status_is_no_error_whatever_else_it_has(serve: Serve) -> None:
    value = {"statusCode": 200, "errorMessage": "none", "errorType": "none"}
    deliver(EVENT, to=lambda_app(serve(saying(json.dumps(value))))).assert_ok()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Task timed out after 3.00 seconds", "the runtime answered no JSON: Task timed out after 3.00 seconds"),
        ("", "the runtime answered no JSON: nothing"),
        ('"' + "x" * (6 * 1024 * 1024) + '"', "the function answered more than 6 MB, which is Lambda's limit"),
    ],
)
def test_what_is_no_answer_of_a_function_is_the_gateways_failure(serve: Serve, text: str, told: str) -> None:
    (outcome,) = deliver(EVENT, to=lambda_app(serve(saying(text)), kind="rest-api"))
    assert (outcome.status, outcome.error) == (502, told)


def test_a_large_answer_comes_whole(serve: Serve) -> None:
    value = {"statusCode": 200, "body": "x" * 100_000}
    (outcome,) = deliver(EVENT, to=lambda_app(serve(saying(json.dumps(value)))))
    assert outcome.ok
    assert len(outcome.body) == 64 * 1024


@pytest.mark.parametrize(
    ("app", "told"),
    [
        (saying("Function not found", 404), "the runtime answered 404: Function not found"),
        (
            saying("", 307, {"Location": "http://example.com/x"}),
            "the runtime answered 307 to http://example.com/x, and redirects are not followed",
        ),
    ],
)
def test_a_runtime_that_does_not_invoke_is_no_answer_of_the_receiver(serve: Serve, app: Any, told: str) -> None:
    report = deliver(EVENT, to=lambda_app(serve(app)))
    assert (report[0].status, report[0].error) == (None, told)
    assert report.statuses == {None: len(report)}


def test_nobody_there_is_unreachable() -> None:
    (outcome,) = deliver(EVENT, to=lambda_app("http://localhost:1"))
    assert outcome.status is None
    assert outcome.error == "connection refused: nothing listens at localhost:1"


def test_the_time_of_a_delivery_is_bounded(serve_raw: Callable[[Any], str]) -> None:
    def silent(connection: socket.socket) -> None:
        while connection.recv(65_536):
            pass

    (outcome,) = deliver(EVENT, to=lambda_app(serve_raw(silent)), timeout=0.2)
    assert (outcome.status, outcome.error) == (None, "timed out after 0.2 s")


def test_a_stranger_is_called_only_where_that_is_allowed() -> None:
    with pytest.raises(SteppayMockError, match=r"allow_hosts=\['lambda.example.com'\]"):
        deliver(EVENT, to=lambda_app("https://lambda.example.com"))
    with pytest.raises(SteppayMockError, match="belongs to StepPay"):
        deliver(EVENT, to=lambda_app("https://api.steppay.kr"), allow_hosts=["api.steppay.kr"])


def test_secrets_are_struck_out_of_what_the_runtime_says(serve: Serve) -> None:
    shown = base64.b64encode(f"I know {SECRET}".encode()).decode()
    url = serve(runtime(lambda _event, _context: {"statusCode": 200, "body": shown, "isBase64Encoded": True}))
    (outcome,) = deliver(EVENT, to=lambda_app(url), secret=SECRET)
    assert outcome.status == 200
    assert SECRET.encode() not in outcome.body
    told = {"errorMessage": f"bad {SECRET}", "errorType": "ValueError", "stackTrace": [SECRET]}
    report = deliver(EVENT, to=lambda_app(f"{serve(saying(json.dumps(told)))}?token=tok_abcdefgh"), secret=SECRET)
    exception = report[0].exception
    assert exception is not None
    shown = f"{report} {exception!r} {getattr(exception, '__notes__', ())} {report.as_dict()} {report.receiver}"
    assert SECRET not in shown
    assert "tok_abcdefgh" not in shown
    assert "tok_abcdefgh" not in repr(lambda_app("http://localhost:9000?token=tok_abcdefgh"))
