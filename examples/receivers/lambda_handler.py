"""A StepPay receiver as a function of AWS Lambda, called by an HTTP API, a REST API or a load balancer.

Deploy it with ``steppay_webhook.py``, and with a database of your own in the place of ``sqlite_store.py``: a function's
disk does not last. Handler: ``lambda_handler.handler``.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any

from sqlite_store import create_tables, save
from steppay_webhook import parse, verify

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_handler(database: str, secret: str) -> Handler:
    """The handler: rows in the SQLite file ``database``."""
    create_tables(database)

    def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        body = raw_body(event)  # what was signed: JSON that was parsed and written again has another signature
        if not verify(header(event, "steppay-signature"), body, secret):
            return answer(401, "the signature does not match")
        envelope = parse(body)
        if envelope is None:
            return answer(400, "the body is not a JSON object")
        save(database, envelope)
        return answer(200)  # event types not known here too: anything else would show as a failed delivery

    return handle


def raw_body(event: dict[str, Any]) -> bytes:
    """The bytes that were sent: a REST API with binary media types gives base64."""
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def header(event: dict[str, Any], name: str) -> str:
    """The header's value. Its case differs: REST APIs have what was sent, the others lower case."""
    headers = event.get("headers") or {one: values[-1] for one, values in event["multiValueHeaders"].items()}
    return next((value for one, value in headers.items() if one.lower() == name), "")


def answer(status: int, text: str = "") -> dict[str, Any]:
    """What every gateway understands: a number as status, and a body that is text."""
    return {"statusCode": status, "headers": {"content-type": "text/plain"}, "body": text}


_made: list[Handler] = []


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls; the settings are variables of the function, and are read at its first event."""
    if not _made:
        _made.append(create_handler(os.environ["STEPPAY_DATABASE"], os.environ["STEPPAY_WEBHOOK_SECRET"]))
    return _made[0](event, context)
