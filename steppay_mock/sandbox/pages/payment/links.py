"""The two calls of the REST API that send the buyer's browser to the payment page (fact 41)."""

from __future__ import annotations

import json
import re
from threading import Event as Flag
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from werkzeug.wrappers import Request, Response

from steppay_mock.rest.exchange import ApiRequest, Refusal
from steppay_mock.rest.responder import CLOSING
from steppay_mock.sandbox.pages.payment.return_urls import PASSED_ON

if TYPE_CHECKING:
    from steppay_mock.sandbox.core import SandboxCore

_BY_TOKEN = re.compile(r"/api/v1/orders/([^/]+)/pay")
_PUBLIC = re.compile(r"/api/public/orders/([^/]+)/pay")


def leads_to_payment(request: Request) -> bool:
    """Whether the request is one of the two calls."""
    found = _BY_TOKEN.fullmatch(request.path) or _PUBLIC.fullmatch(request.path)
    return found is not None and request.method in {"GET", "HEAD"}


def send_to_payment(sandbox: SandboxCore, request: Request) -> Response:
    """302 to the page of the order, with the URLs to go back to; what the API answers if it does not give the order.

    The API is asked for the order, so that its token and its misbehaviour count here too.
    """
    public = _PUBLIC.fullmatch(request.path)
    found = public or _BY_TOKEN.fullmatch(request.path)
    assert found is not None  # noqa: S101 - it leads to a payment
    closing = request.environ.get(CLOSING)
    asked = ApiRequest(
        method="GET",
        path=f"/api/v1/orders/{found[1]}",
        token=sandbox.token if public else request.headers.get("Secret-Token"),
        closing=closing if isinstance(closing, Flag) else Flag(),
    )
    answer = _no_code(found[1]).answer(asked) if public and found[1].isdigit() else sandbox.api.answer(asked)
    if answer.status != 200:
        return Response(answer.body, status=answer.status, headers=answer.headers)
    passed = [(name, request.args[name]) for name in PASSED_ON if name in request.args]
    query = f"?{urlencode(passed)}" if passed else ""
    code = json.loads(answer.body)["code"]
    return Response(status=302, headers={"Location": f"{request.host_url}pay/{quote(code, safe='')}{query}"})


def _no_code(key: str) -> Refusal:
    """The refusal of an id where anybody may call: it could be guessed."""
    message = f"{key!r} is no code of an order: it is an id. Call with the code (data.code), or with the Secret-Token."
    return Refusal(status=404, code="NOT_FOUND", message=message, details={"noun": "order", "orderCode": key})
