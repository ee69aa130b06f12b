"""What gateways make of a request and of a handler's value: ids and dates in AWS's forms, statuses, headers, bodies."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from delivery.lambdas import KINDS

from steppay_mock.delivery.answer import Answer
from steppay_mock.delivery.aws import function as function_module
from steppay_mock.delivery.aws.call import Kind, LambdaCall
from steppay_mock.delivery.aws.events import Shape, make_event
from steppay_mock.delivery.aws.function import LambdaContext, LocalFunction, RemoteFunction, Returned
from steppay_mock.delivery.aws.replies import MalformedError, failed_reply, read_reply
from steppay_mock.delivery.failure import Failure

NOW = 1_700_000_000.75
ADDED = {"host", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"}


def call_of(
    *, trace: str = "a", body: bytes = b"{}", target: str = "/hooks", now: float = NOW, **headers: str
) -> LambdaCall:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return LambdaCall(target=target, headers={"x-b3-traceid": trace, **named}, body=body, now=now)


# A request.


def test_ids_have_the_forms_of_aws_and_follow_from_the_trace() -> None:
    one, same, other = call_of(), call_of(body=b"[]"), call_of(trace="b")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", one.request_id)
    assert re.fullmatch(r"Root=1-6553f100-[0-9a-f]{24}", one.trace_id)
    assert one.request_id == same.request_id != other.request_id
    assert one.trace_id == same.trace_id != other.trace_id
    digits = one.request_id.replace("-", "")
    assert one.digest.startswith(digits), "no digit is left out or comes twice"
    for name in ("x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid"):
        changed = LambdaCall(target="/hooks", headers={"x-b3-traceid": "a", name: "c"}, body=b"{}", now=NOW)
        assert changed.digest != one.digest
    bare = LambdaCall(target="/", headers={}, body=b"1", now=NOW)
    assert bare.digest != LambdaCall(target="/", headers={}, body=b"2", now=NOW).digest
    assert re.fullmatch(r"Root=1-00000001-[0-9a-f]{24}", call_of(now=1.5).trace_id)


@pytest.mark.parametrize("month", range(1, 13))
def test_the_time_is_written_in_english_in_every_month(month: int) -> None:
    at = datetime(2024, month, 3, 4, 5, 6, tzinfo=UTC)
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    assert call_of(now=at.timestamp()).request_time == f"03/{names[month - 1]}/2024:04:05:06 +0000"


def test_a_target_is_a_path_and_a_query_with_their_parameters() -> None:
    call = call_of(target="/a?b=1&c=%20x&b=&&d&e=f=g?")
    assert (call.path, call.query) == ("/a", "b=1&c=%20x&b=&&d&e=f=g?")
    assert call.parameters() == {"b": ["1", ""], "c": [" x"], "d": [""], "e": ["f=g?"]}
    assert call.parameters(decoded=False) == {"b": ["1", ""], "c": ["%20x"], "d": [""], "e": ["f=g?"]}
    plain = call_of(target="/a")
    assert (plain.path, plain.query, plain.parameters(), plain.parameters(decoded=False)) == ("/a", "", {}, {})


# Its event.


@pytest.mark.parametrize("kind", KINDS)
def test_every_gateway_says_who_called_over_what(kind: Any) -> None:
    call = call_of(accept="*/*")
    for multi in (False, True) if kind == "alb" else (False,):
        event = make_event(call, Shape(kind=kind, multi_value_headers=multi))
        headers = event.get("headers") or {name: values[0] for name, values in event["multiValueHeaders"].items()}
        found = {name.lower(): value for name, value in headers.items()}
        assert {name: found[name] for name in ADDED - {"host"}} == {
            "x-amzn-trace-id": call.trace_id,
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        }
        assert found.keys() - ADDED == {"x-b3-traceid", "accept"}
        assert found["host"] == "testserver"
        assert json.loads(json.dumps(event)) == event


def test_the_context_of_a_rest_api_has_all_that_aws_documents() -> None:
    call = call_of(user_agent="me")
    context = make_event(call, Shape(kind="rest-api"))["requestContext"]
    identity = context.pop("identity")
    host = make_event(call, Shape(kind="rest-api"))["headers"]["Host"]
    assert context == {
        "accountId": "123456789012",
        "apiId": "steppaymock",
        "domainName": host,
        "domainPrefix": host,
        "extendedRequestId": f"{call.digest[:15]}=",
        "httpMethod": "POST",
        "path": "/prod/hooks",
        "protocol": "HTTP/1.1",
        "requestId": call.request_id,
        "requestTime": "14/Nov/2023:22:13:20 +0000",
        "requestTimeEpoch": 1_700_000_000_750,
        "resourceId": "abc123",
        "resourcePath": "/hooks",
        "stage": "prod",
    }
    given = {name: value for name, value in identity.items() if value is not None}
    assert given == {"sourceIp": "127.0.0.1", "userAgent": "me"}
    assert len(identity) == 11


@pytest.mark.parametrize(
    ("kind", "account", "route"),
    [("http-api", "123456789012", "POST /hooks"), ("function-url", "anonymous", "$default")],
)
def test_the_context_of_format_2_has_all_that_aws_documents(kind: Any, account: str, route: str) -> None:
    call = call_of(user_agent="me")
    event = make_event(call, Shape(kind=kind))
    host = event["headers"]["host"]
    assert event["requestContext"] == {
        "accountId": account,
        "apiId": "steppaymock",
        "domainName": host,
        "domainPrefix": host,
        "http": {
            "method": "POST",
            "path": "/hooks",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "me",
        },
        "requestId": call.request_id,
        "routeKey": route,
        "stage": "$default",
        "time": "14/Nov/2023:22:13:20 +0000",
        "timeEpoch": 1_700_000_000_750,
    }


@pytest.mark.parametrize(
    ("headers", "binary"),
    [
        ({"content_type": "application/json"}, False),
        ({"content_type": "Application/JSON; charset=utf-8"}, False),
        ({"content_type": "text/plain"}, False),
        ({"content_type": "application/javascript"}, False),
        ({"content_type": "application/xml"}, False),
        ({"content_type": "application/octet-stream"}, True),
        ({"content_type": "x-text/plain"}, True),
        ({"content_type": "application/json", "content_encoding": "gzip"}, True),
        ({}, True),
    ],
)
def test_a_body_is_base64_where_its_type_is_no_text(headers: dict[str, str], binary: bool) -> None:  # noqa: FBT001
    for kind in KINDS:
        event = make_event(call_of(**headers), Shape(kind=kind))  # type: ignore[arg-type]
        assert event["isBase64Encoded"] == (binary and kind != "rest-api")


# The value of a handler.


@pytest.mark.parametrize("kind", KINDS)
def test_a_status_is_a_number_from_200_to_599(kind: Any) -> None:
    for status in (100, 199, 200, 201, 404, 598, 599, 600, -200):
        if 200 <= status <= 599:
            assert read_reply({"statusCode": status}, kind).status == status
        else:
            with pytest.raises(MalformedError, match=f"statusCode is {status}, not a number from 200 to 599"):
                read_reply({"statusCode": status}, kind)
    for text in ("200", "599"):
        if kind == "alb":
            with pytest.raises(MalformedError):
                read_reply({"statusCode": text}, kind)
        else:
            assert read_reply({"statusCode": text}, kind).status == int(text)
    for text in ("", "٢٠٠", "2e2", " 200", "20"):
        with pytest.raises(MalformedError):
            read_reply({"statusCode": text}, kind)


def test_only_a_list_has_several_values_and_only_scalars_are_values() -> None:
    wrong: list[Any] = [{"a": "1"}, {"a": [{}]}, {"a": [["1"]]}, [1], "x"]
    several = {"A": ["1", 2, 0.5, True, None], "B": [None], "C": []}
    kinds: list[Kind] = ["rest-api", "alb"]
    for kind in kinds:
        told = read_reply({"statusCode": 200, "multiValueHeaders": several}, kind, multi_value_headers=kind == "alb")
        assert told.headers == {"a": "1, 2, 0.5, true"}
        for one in wrong:
            with pytest.raises(MalformedError):
                read_reply({"statusCode": 200, "multiValueHeaders": one}, kind, multi_value_headers=kind == "alb")
    single = read_reply({"statusCode": 200, "headers": {"A": "1", "B": 2, "C": None, "D": False}}, "http-api")
    assert single.headers == {"a": "1", "b": "2", "d": "false"}
    for cookies in ("a=1", [1], {"a": 1}):
        with pytest.raises(MalformedError, match=r"cookies is .*, not a list of texts"):
            read_reply({"statusCode": 200, "cookies": cookies}, "http-api")
    assert read_reply({"statusCode": 200, "cookies": []}, "http-api").headers == {}
    assert read_reply({"statusCode": 200, "cookies": ["a=1"]}, "rest-api").headers == {}


def test_a_body_is_text_or_base64_and_nothing_else() -> None:
    for value, body in (
        ({}, b""),
        ({"body": None}, b""),
        ({"body": "한"}, "한".encode()),
        ({"body": "\ud800"}, b"?"),
        ({"body": "YQ==", "isBase64Encoded": True}, b"a"),
        ({"body": "YQ==", "isBase64Encoded": False}, b"YQ=="),
        ({"body": "YQ==", "isBase64Encoded": "true"}, b"YQ=="),
    ):
        assert read_reply({"statusCode": 200, **value}, "rest-api").body == body
    for wrong in ({"body": 5}, {"body": "Y Q=", "isBase64Encoded": True}, {"body": "YQ", "isBase64Encoded": True}):
        with pytest.raises(MalformedError):
            read_reply({"statusCode": 200, **wrong}, "rest-api")


@pytest.mark.parametrize(
    ("kind", "status", "type_of_body", "body"),
    [
        ("rest-api", 502, "application/json", b'{"message": "Internal server error"}'),
        ("http-api", 500, "application/json", b'{"message":"Internal Server Error"}'),
        ("function-url", 502, "text/plain", b"Internal Server Error"),
        ("alb", 502, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    ],
)
def test_each_gateway_has_its_own_words_for_a_function_that_failed(
    kind: Any, status: int, type_of_body: str, body: bytes
) -> None:
    failed = failed_reply(kind)
    assert (failed.status, failed.headers, failed.body) == (status, {"content-type": type_of_body}, body)


# A function.


def returned(handler: Any) -> Returned:
    return LocalFunction(handler, timeout=5).invoke({}, call_of())


def test_what_a_handler_returns_is_read_as_json() -> None:
    assert returned(lambda *_: {"n": Decimal(3), "x": Decimal("0.5"), 1: (2,)}).value == {"n": 3, "x": 0.5, "1": [2]}
    assert isinstance(returned(lambda *_: Decimal("3.0")).value, int)
    deep: list[Any] = []
    deep.append(deep)
    for wrong in (b"", {1, 2}, deep, {"a": object()}):
        found = returned(lambda *_: wrong)  # noqa: B023
        assert (found.failure, found.value, found.reached) == (Failure.BROKEN, None, True)
        assert str(found.error).startswith("what the handler returned is no JSON: ")


def raising(error: BaseException) -> Any:
    def handler(*_arguments: object) -> None:
        raise error

    return handler


def test_only_a_name_that_was_not_found_is_a_key() -> None:
    for error, key in (
        (KeyError("body"), "body"),
        (KeyError(5), None),
        (KeyError(), None),
        (ValueError("body"), None),
        (SystemExit(2), None),
    ):
        found = returned(raising(error))
        assert (found.key, found.exception, found.failure) == (key, error, Failure.RAISED)
    with pytest.raises(KeyboardInterrupt):
        returned(raising(KeyboardInterrupt()))


class Runtime:
    """A runtime that gives one answer, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    def invoke(self, event: bytes) -> Answer:
        self.asked.append(event)
        return self.answer


def remote(answer: Answer) -> Returned:
    runtime: Any = Runtime(answer)
    found = RemoteFunction(runtime).invoke({"a": "한"}, call_of())
    assert runtime.asked == ['{"a": "한"}'.encode()]
    return found


ERROR = {"errorMessage": "'body'", "errorType": "KeyError", "stackTrace": ["line 1\n", "line 2"]}
OF_NODE = {
    "errorMessage": "Cannot read properties of undefined (reading 'http')",
    "errorType": "TypeError",
    "trace": ["x"],
}


def test_a_runtime_answers_a_value_an_error_or_nothing_that_can_be_read() -> None:
    assert remote(Answer(200, body=b'{"statusCode": 204}')).value == {"statusCode": 204}
    lost = remote(Answer(None, error="refused", failure=Failure.REFUSED))
    assert (lost.reached, lost.error, lost.failure) == (False, "refused", Failure.REFUSED)
    for status, headers, body, words in (
        (404, {}, b" no such\n", "the runtime answered 404: no such"),
        (500, {}, b"", "the runtime answered 500"),
        (302, {"location": "/x"}, b"", "the runtime answered 302 to /x, and redirects are not followed"),
        (400, {"location": "/x"}, b"", "the runtime answered 400"),
        (300, {"location": "/x"}, b"", "the runtime answered 300 to /x, and redirects are not followed"),
        (399, {"location": "/x"}, b"", "the runtime answered 399 to /x, and redirects are not followed"),
    ):
        found = remote(Answer(status, headers, body))
        assert (found.reached, found.error) == (False, words)
    for body, words in ((b"", "nothing"), (b"<html>", "<html>"), (b"[" * 100_000, "[" * 80 + "...")):
        found = remote(Answer(200, body=body))
        assert (found.failure, found.error) == (Failure.BROKEN, f"the runtime answered no JSON: {words}")


def test_a_function_may_answer_six_megabytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert function_module._MOST == 6 * 1024 * 1024
    monkeypatch.setattr(function_module, "_MOST", 10)
    assert remote(Answer(200, body=b'"' + b"x" * 8 + b'"')).value == "x" * 8
    found = remote(Answer(200, body=b'"' + b"x" * 9 + b'"'))
    assert found.error == "the function answered more than 6 MB, which is Lambda's limit"


def test_an_error_of_a_remote_function_has_its_words_its_trace_and_the_name_it_missed() -> None:
    cases: list[tuple[Any, dict[str, str], str, str | None, list[str]]] = [
        (ERROR, {}, "KeyError: 'body'", "body", ["line 1\nline 2"]),
        (OF_NODE, {}, f"TypeError: {OF_NODE['errorMessage']}", "http", ["x"]),
        ({"errorMessage": "a", "errorType": ""}, {}, "Error: a", None, []),
        ("boom", {"x-amz-function-error": "Unhandled"}, "Error: boom", None, []),
        ({"statusCode": 200}, {"x-amz-function-error": "Unhandled"}, "Error: None", None, []),
    ]
    for value, headers, words, key, notes in cases:
        found = remote(Answer(200, headers, json.dumps(value).encode()))
        assert (found.failure, found.error, found.key) == (Failure.RAISED, f"the app raised: {words}", key)
        assert (str(found.exception), getattr(found.exception, "__notes__", [])) == (words, notes)
    values: list[Any] = [{**ERROR, "statusCode": 500}, {"errorMessage": "a"}, {"errorType": "b"}, [*ERROR]]
    for value in values:
        assert remote(Answer(200, body=json.dumps(value).encode())).value == value


def test_a_context_counts_down_to_the_timeout_and_not_below(monkeypatch: pytest.MonkeyPatch) -> None:
    at = [50.0]
    monkeypatch.setattr(function_module, "monotonic", lambda: at[0])
    context = LambdaContext(call_of(), name="shop", timeout=2.5)
    assert context.get_remaining_time_in_millis() == 2_500
    at[0] = 51.25
    assert context.get_remaining_time_in_millis() == 1_250
    at[0] = 99.0
    assert context.get_remaining_time_in_millis() == 0
    assert context.log_stream_name == "2023/11/14/[$LATEST]0123456789abcdef0123456789abcdef"
    assert (context.aws_request_id, context.client_context, context.identity) == (call_of().request_id, None, None)
