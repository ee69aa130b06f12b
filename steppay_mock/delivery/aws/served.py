"""Answers a request of a WSGI server as the gateway before a Lambda function would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from steppay_mock.delivery.aws.call import Call
from steppay_mock.delivery.aws.replies import failed_reply
from steppay_mock.wire.shown_url import shown_url

if TYPE_CHECKING:
    from steppay_mock.delivery.aws.app import LambdaApp

_NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def serve_call(app: LambdaApp, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The body of the answer; why the function failed is written to the server's error log."""
    from werkzeug.wrappers import Request

    from steppay_mock.delivery.options.settings import resolve_options

    request = Request(environ)
    query = environ.get("QUERY_STRING", "")
    settings = resolve_options({})
    call = Call(
        target=quote(request.path) + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items() if name.lower() != "host"},
        body=request.get_data(),
        now=settings.now(),
        method=request.method,
    )
    with app.transport(settings) as transport:
        answer = transport.pass_on(call)
    if answer.error is not None:
        environ["wsgi.errors"].write(f"{call.method} {shown_url(call.target)}: {answer.error}\n")
    status = failed_reply(app.shape.kind).status if answer.status is None else answer.status
    headers = [(name, value) for name, value in answer.headers.items() if name not in _NOT_PASSED_ON]
    start_response(f"{status} {_REASONS.get(status, '')}", [*headers, ("content-length", str(len(answer.body)))])
    return [answer.body]
