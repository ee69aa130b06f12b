"""A Lambda handler in process, behind each of the gateways: it is judged as any other receiver."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
import requests
from delivery.lambdas import KINDS, SECRET, not_decoded, right, written_again
from werkzeug import Request
from werkzeug.test import Client

from steppay_mock import (
    ContractViolation,
    EventType,
    SteppayMockError,
    deliver,
    deliver_async,
    lambda_app,
    make_event,
    make_events,
)
from steppay_mock.delivery.aws.app import LambdaApp
from steppay_mock.delivery.aws.transport import LambdaTransport
from steppay_mock.delivery.faults import FAULTS
from steppay_mock.delivery.options.settings import Settings
from steppay_mock.delivery.sender.clock import Clock

EVENT = make_event("payment.completed", seed=7)
IN_PROCESS = [name for name, fault in FAULTS.items() if not fault.needs_socket]


def returning(value: Any) -> Callable[[Any, Any], Any]:
    def handler(_event: Any, _context: Any) -> Any:
        return value

    return handler


def answered(value: Any, **options: Any) -> Any:
    (outcome,) = deliver(EVENT, to=lambda_app(returning(value), **options))
    return outcome


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_base64", [None, True, False])
def test_a_right_handler_takes_every_event(kind: Any, *, as_base64: bool | None) -> None:
    report = deliver(make_events(EventType, seed=7), to=lambda_app(right, kind=kind, base64=as_base64), secret=SECRET)
    report.assert_ok()
    assert report.receiver == f"the Lambda handler right behind {kind} at /webhooks/steppay"


@pytest.mark.parametrize("name", IN_PROCESS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_right_handler_does_right_with_every_fault_that_needs_no_socket(kind: Any, name: str) -> None:
    report = deliver(EVENT, to=lambda_app(right, kind=kind), secret=SECRET, fault=name)
    assert report.ok, str(report)


def test_a_fault_that_needs_a_socket_is_refused_as_for_every_app() -> None:
    with pytest.raises(SteppayMockError, match="neither an app in process nor a function of AWS Lambda has one"):
        deliver(EVENT, to=lambda_app(right), secret=SECRET, fault="truncated")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_base64", [True, False])
def test_the_usual_mistakes_with_the_body_are_refused(kind: Any, *, as_base64: bool) -> None:
    app = lambda_app(written_again if not as_base64 else not_decoded, kind=kind, base64=as_base64)
    (outcome,) = deliver(EVENT, to=app, secret=SECRET)
    assert outcome.status == 401
    assert not outcome.ok


@pytest.mark.parametrize(
    ("kind", "status"), [("http-api", 500), ("function-url", 502), ("rest-api", 502), ("alb", 502)]
)
def test_a_handler_that_raises_is_the_gateways_failure_and_its_exception_is_kept(kind: Any, status: int) -> None:
    boom = ValueError("boom")

    def handler(_event: Any, _context: Any) -> Any:
        raise boom

    report = deliver(EVENT, to=lambda_app(handler, kind=kind))
    assert (report[0].status, report[0].exception, report[0].error) == (
        status,
        boom,
        "the app raised: ValueError: boom",
    )
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert caught.value.kind == "raised"


def test_a_handler_that_exits_is_an_outcome() -> None:
    def handler(_event: Any, _context: Any) -> Any:
        raise SystemExit(1)

    (outcome,) = deliver(EVENT, to=lambda_app(handler))
    assert outcome.error == "the app raised: SystemExit: 1"


@pytest.mark.parametrize(
    ("kind", "read", "hint"),
    [
        ("http-api", lambda event: event["httpMethod"], "kind='rest-api' or kind='alb'"),
        ("http-api", lambda event: event["requestContext"]["elb"], "kind='alb'"),
        ("rest-api", lambda event: event["requestContext"]["http"]["method"], "kind='http-api' or kind='function-url'"),
        ("alb", lambda event: event["rawPath"], "kind='http-api' or kind='function-url'"),
        ("alb", lambda event: event["requestContext"]["identity"], "kind='rest-api'"),
        (
            "alb",
            lambda event: event["multiValueHeaders"],
            "kind='rest-api' or kind='alb' with multi_value_headers=True",
        ),
    ],
)
def test_a_handler_for_another_gateway_is_told_which(kind: Any, read: Callable[[Any], Any], hint: str) -> None:
    def handler(event: Any, _context: Any) -> Any:
        return {"statusCode": 200, "body": str(read(event))}

    (outcome,) = deliver(EVENT, to=lambda_app(handler, kind=kind))
    assert f"is in an event of {hint}, and this one is of kind={kind!r}" in str(outcome.error)


def test_a_handler_that_reads_single_headers_behind_multi_value_ones_is_told() -> None:
    def handler(event: Any, _context: Any) -> Any:
        return {"statusCode": 200, "body": event["headers"]["host"]}

    (outcome,) = deliver(EVENT, to=lambda_app(handler, kind="alb", multi_value_headers=True))
    assert "or kind='alb' or" in str(outcome.error)
    assert "and this one is of kind='alb' with multi_value_headers=True: pass" in str(outcome.error)


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_in_another_case_is_told(kind: Any) -> None:
    def handler(event: Any, _context: Any) -> Any:
        return {"statusCode": 200, "body": event["headers"]["Steppay-Signature"]}

    (outcome,) = deliver(EVENT, to=lambda_app(handler, kind=kind), secret=SECRET)
    assert "the header is called 'steppay-signature'" in str(outcome.error)


def test_an_error_that_has_nothing_to_do_with_the_event_gets_no_hint() -> None:
    def handler(_event: Any, _context: Any) -> Any:
        customers: dict[str, str] = {}
        return customers["customer"]

    (outcome,) = deliver(EVENT, to=lambda_app(handler))
    assert outcome.error == "the app raised: KeyError: 'customer'"


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_read_whole(kind: Any) -> None:
    value = {
        "statusCode": HTTPStatus.ACCEPTED,
        "headers": {"X-Count": Decimal(3), "Content-Type": "text/plain"},
        "body": base64.b64encode("받음".encode()).decode(),
        "isBase64Encoded": True,
    }
    outcome = answered(value, kind=kind)
    assert (outcome.status, outcome.body.decode(), outcome.ok) == (202, "받음", True)
    assert outcome.headers == {"x-count": "3", "content-type": "text/plain"}


def test_headers_of_several_values_are_read_where_the_gateway_reads_them() -> None:
    value = {"statusCode": 200, "headers": {"a": "1", "b": "2"}, "multiValueHeaders": {"A": ["3", "4"]}}
    assert answered(value, kind="rest-api").headers == {"a": "3, 4", "b": "2"}
    assert answered(value, kind="alb").headers == {"a": "1", "b": "2"}
    assert answered(value, kind="alb", multi_value_headers=True).headers == {"a": "3, 4"}
    assert answered(value, kind="http-api").headers == {"a": "1", "b": "2"}
    cookies = {"statusCode": 200, "cookies": ["a=1", "b=2"]}
    assert answered(cookies, kind="http-api").headers == {"set-cookie": "a=1, b=2"}


@pytest.mark.parametrize(
    ("value", "body"), [({"ok": True}, b'{"ok": true}'), ("taken", b"taken"), (None, b"null"), ([1], b"[1]")]
)
def test_the_format_2_takes_a_bare_value_for_200_and_the_others_do_not(value: Any, body: bytes) -> None:
    for kind in ("http-api", "function-url"):
        outcome = answered(value, kind=kind)
        assert (outcome.status, outcome.body, outcome.headers) == (200, body, {"content-type": "application/json"})
    for kind in ("rest-api", "alb"):
        outcome = answered(value, kind=kind)
        assert outcome.status == 502
        assert "the function's answer is malformed: " in outcome.error


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"statusCode": "created"}, 'statusCode is "created", not a number from 200 to 599'),
        ({"statusCode": True}, "statusCode is true, not a number from 200 to 599"),
        ({"statusCode": 99}, "statusCode is 99, not a number from 200 to 599"),
        ({"statusCode": None}, "statusCode is null, not a number from 200 to 599"),
        ({"statusCode": 200, "body": {"ok": True}}, 'body is {"ok": true}, not a text: return json.dumps(...)'),
        ({"statusCode": 200, "body": "ok!", "isBase64Encoded": True}, "isBase64Encoded is true, and body is no base64"),
        ({"statusCode": 200, "headers": [1]}, "headers is [1], not an object"),
        ({"statusCode": 200, "headers": {"a": ["b"]}}, "the header 'a' in headers is [\"b\"], not a text"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_malformed_answer_is_the_gateways_failure_and_says_what_is_wrong(kind: Any, value: Any, told: str) -> None:
    report = deliver(EVENT, to=lambda_app(returning(value), kind=kind))
    assert report[0].status == (500 if kind == "http-api" else 502)
    assert f"the function's answer is malformed: {told}" in str(report[0].error)
    with pytest.raises(ContractViolation) as caught:
        report.assert_ok()
    assert (caught.value.kind, "malformed" in caught.value.next_step) == ("broken-answer", True)


def test_a_status_that_is_text_passes_at_api_gateway_alone() -> None:
    assert answered({"statusCode": "200"}, kind="rest-api").ok
    assert answered({"statusCode": "200"}, kind="http-api").ok
    assert not answered({"statusCode": "200"}, kind="alb").ok


def test_what_cannot_be_json_is_told() -> None:
    assert answered({"statusCode": 200, "body": b"ok"}).error == "what the handler returned is no JSON: it holds bytes"

    async def work() -> None:
        raise AssertionError

    def handler(_event: Any, _context: Any) -> Any:
        return work()

    (outcome,) = deliver(EVENT, to=lambda_app(handler))
    assert outcome.error == (
        "what the handler returned is no JSON: it is a coroutine, and Lambda's Python runtime awaits none"
    )


def test_the_context_is_what_the_runtime_gives() -> None:
    seen: list[Any] = []

    def shop(_event: Any, context: Any) -> Any:
        seen.append(context)
        return {"statusCode": 200}

    deliver(
        [EVENT, EVENT], to=lambda_app(partial(shop)), seed=7, timeout=5, clock=Clock(now=lambda: 1_700_000_000)
    ).assert_ok()
    deliver(EVENT, to=lambda_app(shop), seed=7).assert_ok()
    first, second, again = seen
    assert first.aws_request_id == again.aws_request_id != second.aws_request_id
    assert first.function_name == "shop"
    assert first.invoked_function_arn == "arn:aws:lambda:ap-northeast-2:123456789012:function:shop"
    assert (first.function_version, first.memory_limit_in_mb) == ("$LATEST", "128")
    assert (first.log_group_name, first.log_stream_name[:10]) == ("/aws/lambda/shop", "2023/11/14")
    assert 0 <= first.get_remaining_time_in_millis() <= 5000


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        (3, "A handler is a function of event and context, or a URL, not int"),
        (lambda event: event, "Lambda calls a handler with two arguments"),
        (lambda scope, receive, send: (scope, receive, send), "Lambda calls a handler with two arguments"),
        (lambda environ, start_response: (environ, start_response), "is a WSGI app, and Lambda calls it with an event"),
    ],
)
def test_what_is_no_handler_is_refused(handler: Any, told: str) -> None:
    with pytest.raises(SteppayMockError, match=told):
        lambda_app(handler)


def test_an_async_handler_is_refused_with_the_reason() -> None:
    async def handler(_event: Any, _context: Any) -> Any:
        raise AssertionError

    with pytest.raises(SteppayMockError, match="handler is an async def, and Lambda's Python runtime awaits none"):
        lambda_app(handler)
    with pytest.raises(SteppayMockError, match="async def"):
        lambda_app(partial(handler))


def test_options_that_are_about_another_kind_are_refused() -> None:
    with pytest.raises(SteppayMockError, match=r"kind='http': expected .* Did you mean 'http-api'\?"):
        lambda_app(right, kind="http")  # type: ignore[arg-type]
    with pytest.raises(SteppayMockError, match="edge=True is about kind='rest-api', not 'alb'"):
        lambda_app(right, kind="alb", edge=True)
    with pytest.raises(SteppayMockError, match="multi_value_headers=True is about kind='alb'"):
        lambda_app(right, multi_value_headers=True)


@pytest.mark.parametrize("name", ["base64", "edge", "multi_value_headers"])
def test_what_is_neither_true_nor_false_is_refused(name: str) -> None:
    options: Any = {name: "no"}
    with pytest.raises(SteppayMockError, match=f"{name}='no': expected True or False"):
        lambda_app(right, **options)


@pytest.mark.parametrize("name", ["app.handler", "arn:aws:lambda:ap-northeast-2:123456789012:function:shop"])
def test_the_name_that_aws_has_for_a_handler_is_no_url_of_a_runtime(name: str) -> None:
    with pytest.raises(SteppayMockError, match=r"is no URL of a runtime .* Pass the function itself"):
        lambda_app(name)


def test_a_bare_handler_is_not_taken_for_a_wsgi_app() -> None:
    def handler(event: Any, context: Any) -> Any:
        raise AssertionError((event, context))

    with pytest.raises(
        SteppayMockError, match=r"seems to be a Lambda handler.* lambda_app\(handler, kind='http-api'\)"
    ):
        deliver(EVENT, to=handler)


def test_secrets_are_struck_out_of_what_a_handler_shows() -> None:
    shown = base64.b64encode(f"I know {SECRET}".encode()).decode()
    app = lambda_app(returning({"statusCode": 200, "body": shown, "isBase64Encoded": True}))
    (outcome,) = deliver(EVENT, to=app, secret=SECRET)
    assert outcome.body == b"I know ********"

    def handler(_event: Any, _context: Any) -> Any:
        raise ValueError(SECRET)

    (outcome,) = deliver(EVENT, to=lambda_app(handler), secret=SECRET)
    assert repr(outcome.exception) == "ValueError('********')"
    assert SECRET not in str(outcome)


def test_within_an_event_loop_it_is_called_in_a_thread() -> None:
    report = asyncio.run(deliver_async([EVENT], to=lambda_app(right), secret=SECRET))
    report.assert_ok()


def test_it_can_be_served_for_what_only_a_socket_shows(serve: Callable[[Any], str]) -> None:
    paths: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        paths.append((event["rawPath"], event["rawQueryString"]))
        return right(event, context)

    url = serve(lambda_app(handler))
    deliver(EVENT, to=f"{url}/웹훅?a=b%20c", secret=SECRET).assert_ok()
    assert paths == [("/%EC%9B%B9%ED%9B%85", "a=b%20c")]
    report = deliver(EVENT, to=url, secret=SECRET, fault="chunked")
    assert report.ok, str(report)
    refused = deliver(EVENT, to=url, secret="another")
    assert (refused[0].status, refused[0].headers["content-length"]) == (401, str(len(refused[0].body)))


def test_a_function_that_fails_is_the_gateways_failure_where_it_is_served(
    serve: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve(lambda_app(returning(3), kind="alb"))
    answer = requests.post(url, data=b"{}", timeout=10)
    assert answer.status_code == 502
    assert "the function's answer is malformed: it is 3" in capsys.readouterr().err


def test_a_served_function_is_made_once(serve: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    original = LambdaApp.transport

    def count(app: LambdaApp, settings: Settings) -> LambdaTransport:
        made.append(app)
        return original(app, settings)

    monkeypatch.setattr(LambdaApp, "transport", count)
    url = serve(lambda_app(returning({"statusCode": 204})))
    assert [requests.post(url, data=b"{}", timeout=10).status_code for _ in range(3)] == [204] * 3
    assert len(made) == 1


def test_a_wsgi_app_whose_first_argument_is_called_otherwise_stays_one() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        assert Request(environ).method == "POST"
        start_response("204 No Content", [])
        return []

    deliver(EVENT, to=app).assert_ok()


def test_what_a_function_was_served_with_is_no_part_of_what_it_is() -> None:
    handler = returning({"statusCode": 204})
    app, other = lambda_app(handler), lambda_app(handler)
    called = Client(app).post("/hook", data=b"{}")
    assert (called.status_code, len(app._served)) == (204, 1)
    app._served.append(object())  # type: ignore[arg-type]  # another thread made one at the same time
    assert Client(app).post("/hook", data=b"{}").status_code == 204
    assert app == other
    assert (app.runtime, lambda_app("http://localhost:9000").runtime) == (None, "http://localhost:9000")
    assert repr(app) == repr(other) == f"LambdaApp(shape={app.shape!r})"
