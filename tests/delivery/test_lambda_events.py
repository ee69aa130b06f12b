"""The event of each gateway: its shape, the case of its headers, and a body that is exactly what was signed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from delivery.lambdas import KINDS, SECRET

from steppay_mock import deliver, lambda_app, make_event
from steppay_mock.delivery.aws.call import LambdaCall
from steppay_mock.delivery.aws.events import Shape
from steppay_mock.delivery.aws.events import make_event as make_gateway_event

EVENT = make_event("payment.completed", seed=7, data={"payer": "홍길동 😀"})
NOW = 1_700_000_000


def event_of(*, path: str = "/webhooks/steppay", fault: str | None = None, **options: Any) -> Any:
    """The event that a handler gets; it went through JSON as at AWS."""
    seen: list[str] = []

    def handler(event: Any, _context: Any) -> Any:
        seen.append(json.dumps(event))
        return {"statusCode": 200}

    app = lambda_app(handler, **options)
    deliver(EVENT, to=app, secret=SECRET, path=path, seed=7, now=lambda: NOW, fault=fault, control=False)
    return json.loads(seen[0])


def test_a_rest_api_has_the_format_1() -> None:
    event = event_of(kind="rest-api", path="/hooks/%EC%83%81%EC%A0%90?a=1&a=b%20c")
    path = "/hooks/%EC%83%81%EC%A0%90"
    assert set(event) == {
        *("resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters"),
        *("multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body"),
        "isBase64Encoded",
    }
    assert (event["resource"], event["path"], event["httpMethod"]) == (path, path, "POST")
    assert event["queryStringParameters"] == {"a": "b c"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "b c"]}
    assert event["multiValueHeaders"] == {name: [value] for name, value in event["headers"].items()}
    context = event["requestContext"]
    assert (context["path"], context["resourcePath"], context["stage"]) == (f"/prod{path}", path, "prod")
    assert (context["requestTime"], context["requestTimeEpoch"]) == ("14/Nov/2023:22:13:20 +0000", NOW * 1000)
    assert (context["identity"]["sourceIp"], context["identity"]["userAgent"]) == ("127.0.0.1", None)
    bare = event_of(kind="rest-api")
    assert bare["queryStringParameters"] is bare["multiValueQueryStringParameters"] is None


@pytest.mark.parametrize(("kind", "route"), [("http-api", "POST /hooks"), ("function-url", "$default")])
def test_http_apis_and_function_urls_have_the_format_2(kind: Any, route: str) -> None:
    event = event_of(kind=kind, path="/hooks?a=1&a=b%20c")
    assert set(event) == {
        *("version", "routeKey", "rawPath", "rawQueryString", "headers", "queryStringParameters", "requestContext"),
        *("body", "isBase64Encoded"),
    }
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", route, "/hooks")
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("a=1&a=b%20c", {"a": "1,b c"})
    context = event["requestContext"]
    http = {"method": "POST", "path": "/hooks", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""}
    assert (context["http"], context["stage"], context["routeKey"]) == (http, "$default", route)
    assert (context["time"], context["timeEpoch"]) == ("14/Nov/2023:22:13:20 +0000", NOW * 1000)
    assert "queryStringParameters" not in event_of(kind=kind)


def test_a_load_balancer_has_its_own_format() -> None:
    event = event_of(kind="alb", path="/hooks?a=1&a=b%20c")
    assert set(event) == {
        *("requestContext", "httpMethod", "path", "queryStringParameters", "headers", "body", "isBase64Encoded"),
    }
    assert event["requestContext"]["elb"]["targetGroupArn"].startswith("arn:aws:elasticloadbalancing:")
    assert event["queryStringParameters"] == {"a": "b%20c"}, "a load balancer decodes nothing"
    assert event_of(kind="alb")["queryStringParameters"] == {}


def test_a_load_balancer_may_have_multi_value_headers() -> None:
    event = event_of(kind="alb", path="/hooks?a=1&a=2", multi_value_headers=True)
    assert "headers" not in event
    assert "queryStringParameters" not in event
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert event["multiValueHeaders"]["content-type"] == ["application/json"]


@pytest.mark.parametrize("kind", ["http-api", "function-url", "alb"])
def test_names_of_headers_are_in_lower_case(kind: Any) -> None:
    headers = event_of(kind=kind)["headers"]
    assert all(name == name.lower() for name in headers)
    assert {"host", "x-forwarded-for", "x-forwarded-proto", "steppay-signature", "content-type"} <= set(headers)


def test_a_rest_api_has_the_names_that_were_sent_and_behind_cloudfront_the_well_known_ones_in_its_case() -> None:
    sent = event_of(kind="rest-api")["headers"]
    assert {"content-type", "te", "steppay-signature", "x-b3-traceid", "Host", "X-Forwarded-For"} <= set(sent)
    behind = event_of(kind="rest-api", edge=True)["headers"]
    assert {"Content-Type", "TE", "Accept", "steppay-signature", "x-b3-traceid", "Host"} <= set(behind)
    assert "content-type" not in behind


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_is_exactly_the_bytes_that_were_signed(kind: Any) -> None:
    text = event_of(kind=kind, base64=False)
    assert (text["body"].encode(), text["isBase64Encoded"]) == (EVENT.body, False)
    binary = event_of(kind=kind, base64=True)
    assert (base64.b64decode(binary["body"], validate=True), binary["isBase64Encoded"]) == (EVENT.body, True)
    assert event_of(kind=kind)["isBase64Encoded"] is False


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_text_becomes_base64_where_the_gateway_does_that_by_itself(kind: Any) -> None:
    assert event_of(kind=kind, fault="body-gzip")["isBase64Encoded"] is (kind != "rest-api")


@pytest.mark.parametrize(("kind", "told"), [("rest-api", {"body": None}), ("alb", {"body": ""}), ("http-api", {})])
def test_an_empty_body_is_told_as_the_gateway_tells_it(kind: Any, told: dict[str, Any]) -> None:
    call = LambdaCall(target="/", headers={"content-type": "application/json"}, body=b"", now=NOW)
    event = make_gateway_event(call, Shape(kind=kind, base64=True))
    assert {name: value for name, value in event.items() if name == "body"} == told
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_handler_does_to_its_event_is_forgotten(kind: Any) -> None:
    seen: list[str] = []

    def handler(event: Any, _context: Any) -> Any:
        seen.append(event["body"])
        event.clear()
        return {"statusCode": 200}

    deliver([EVENT, EVENT], to=lambda_app(handler, kind=kind)).assert_ok()
    assert seen == [EVENT.body.decode()] * 2
