"""Lambda handlers for the tests: a right one, and those of the usual mistakes."""

from __future__ import annotations

import base64
import json
from typing import Any

from steppay_mock import SignatureError, verify

SECRET = "whsec_test"
KINDS = ("http-api", "function-url", "rest-api", "alb")


def headers_of(event: dict[str, Any]) -> dict[str, str]:
    """The headers of any event, names in lower case."""
    headers = event.get("headers") or {name: values[-1] for name, values in event["multiValueHeaders"].items()}
    return {name.lower(): value for name, value in headers.items()}


def judged(event: dict[str, Any], body: bytes) -> dict[str, Any]:
    """204 if the body is what was signed, else 401."""
    try:
        verify(headers_of(event).get("steppay-signature"), body, [SECRET])
        json.loads(body)
    except (SignatureError, ValueError) as error:
        return {"statusCode": 401, "body": str(error)}
    return {"statusCode": 204}


def right(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    body = event.get("body") or ""
    return judged(event, base64.b64decode(body) if event["isBase64Encoded"] else body.encode())


def written_again(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Verifies what it has parsed and written again."""
    return judged(event, json.dumps(json.loads(event["body"])).encode())


def not_decoded(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Forgets that the body may be base64."""
    return judged(event, event["body"].encode())
