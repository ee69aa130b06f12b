"""The event that each gateway of AWS makes from a webhook.

The shapes are those that AWS documents: the payload format 1.0 of REST APIs, 2.0 of HTTP APIs and of function URLs, and
the one of Application Load Balancers. ``docs/lambda.md`` lists what is assumed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steppay_mock.delivery.aws.call import ACCOUNT, REGION, Kind, LambdaCall
from steppay_mock.delivery.in_process.wsgi import HOST

_SOURCE = "127.0.0.1"
_API = "steppaymock"
_STAGE = "prod"
_TARGET_GROUP = (
    f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/steppay-mock/0123456789abcdef"  # of no real account
)
_TEXTS = ("text/", "application/json", "application/javascript", "application/xml")
_IDENTITY = (
    *("cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "accessKey", "cognitoAuthenticationType"),
    *("cognitoAuthenticationProvider", "userArn", "user"),
)
_AS_CLOUDFRONT_WRITES = {"te": "TE", "dnt": "DNT", "www-authenticate": "WWW-Authenticate"}
_WELL_KNOWN = {
    *("accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control", "connection"),
    *("content-encoding", "content-length", "content-type", "cookie", "date", "host", "origin", "referer", "te"),
    *("transfer-encoding", "user-agent", "via"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The settings of a gateway that change the event."""

    kind: Kind
    base64: bool | None = None
    """Whether the body is base64: True, False, or None for the rule of the gateway."""
    multi_value_headers: bool = False
    """For a load balancer: whether multi-value headers are on in its target group."""
    edge: bool = False
    """For a REST API: whether CloudFront is before it."""


def make_event(call: LambdaCall, shape: Shape) -> dict[str, Any]:
    """The event for the handler: plain JSON, a new object in each call."""
    make = {"rest-api": _rest_api, "alb": _alb}.get(shape.kind, _version_2)
    return make(call, shape)


def _rest_api(call: LambdaCall, shape: Shape) -> dict[str, Any]:
    headers = {_sent_name(name, edge=shape.edge): value for name, value in call.headers.items()}
    headers |= {
        "Host": HOST,
        "X-Amzn-Trace-Id": call.trace_id,
        "X-Forwarded-For": _SOURCE,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    parameters = call.parameters()
    return {
        "resource": call.path,
        "path": call.path,
        "httpMethod": call.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": _API,
            "domainName": HOST,
            "domainPrefix": HOST,
            "extendedRequestId": call.digest[:15] + "=",
            "httpMethod": call.method,
            "identity": {**dict.fromkeys(_IDENTITY), "sourceIp": _SOURCE, "userAgent": call.headers.get("user-agent")},
            "path": f"/{_STAGE}{call.path}",
            "protocol": "HTTP/1.1",
            "requestId": call.request_id,
            "requestTime": call.request_time,
            "requestTimeEpoch": int(call.now * 1000),
            "resourceId": "abc123",
            "resourcePath": call.path,
            "stage": _STAGE,
        },
        # Without binary media types the body is text, whatever it was.
        **_body(call, as_base64=bool(shape.base64), empty=None),
    }


def _version_2(call: LambdaCall, shape: Shape) -> dict[str, Any]:
    is_url = shape.kind == "function-url"
    route = "$default" if is_url else f"{call.method} {call.path}"
    parameters = call.parameters()
    headers = _lowered(call)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": call.path,
        "rawQueryString": call.query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous" if is_url else ACCOUNT,
            "apiId": _API,
            "domainName": HOST,
            "domainPrefix": HOST,
            "http": {
                "method": call.method,
                "path": call.path,
                "protocol": "HTTP/1.1",
                "sourceIp": _SOURCE,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": call.request_id,
            "routeKey": route,
            "stage": "$default",
            "time": call.request_time,
            "timeEpoch": int(call.now * 1000),
        },
        **_body(call, as_base64=_is_binary(headers, shape)),
    }
    if parameters:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in parameters.items()}
    if not call.body:
        del event["body"]
    return event


def _alb(call: LambdaCall, shape: Shape) -> dict[str, Any]:
    headers, parameters = _lowered(call), call.parameters(decoded=False)
    if shape.multi_value_headers:
        told: dict[str, Any] = {
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "multiValueQueryStringParameters": parameters,
        }
    else:
        told = {
            "headers": headers,
            "queryStringParameters": {name: values[-1] for name, values in parameters.items()},
        }
    return {
        "requestContext": {"elb": {"targetGroupArn": _TARGET_GROUP}},
        "httpMethod": call.method,
        "path": call.path,
        **told,
        **_body(call, as_base64=_is_binary(headers, shape)),
    }


def _lowered(call: LambdaCall) -> dict[str, str]:
    """The headers with names in lower case, and those that the gateway adds."""
    return {name.lower(): value for name, value in call.headers.items()} | {
        "host": HOST,
        "x-amzn-trace-id": call.trace_id,
        "x-forwarded-for": _SOURCE,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def _sent_name(name: str, *, edge: bool) -> str:
    """The name of a header in a REST API's event: as it was sent, and behind CloudFront as that writes it."""
    known = name.lower()
    if not edge or known not in _WELL_KNOWN:
        return name
    return _AS_CLOUDFRONT_WRITES.get(known) or known.title()


def _is_binary(headers: Mapping[str, str], shape: Shape) -> bool:
    """Whether the gateway makes base64 of the body: AWS documents this rule for load balancers."""
    if shape.base64 is not None:
        return shape.base64
    return "content-encoding" in headers or not headers.get("content-type", "").lower().startswith(_TEXTS)


def _body(call: LambdaCall, *, as_base64: bool, empty: str | None = "") -> dict[str, Any]:
    """The body; as text it is exactly the bytes that were signed. JSON can hold no other bytes than UTF-8."""
    if not call.body:
        return {"body": empty, "isBase64Encoded": False}
    text = b64encode(call.body).decode() if as_base64 else call.body.decode("utf-8", "replace")
    return {"body": text, "isBase64Encoded": as_base64}
