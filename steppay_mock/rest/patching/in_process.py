"""Answers a call of a client in this process; the patch of each client translates the call and the answer."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from steppay_mock.contract.rest_calls import URL
from steppay_mock.rest.exchange import LONGEST_BODY, ApiCall, ApiRequest, CallerGoneError
from steppay_mock.rest.places import place_at
from steppay_mock.rest.refusals import told_routes
from steppay_mock.rest.responder import Responder

StatusHeadersBody = tuple[int, list[tuple[str, str]], bytes]


class UnknownRouteError(Exception):
    """No route of StepPay's that is known has this path."""


class TooLateError(Exception):
    """The answer would come after the read timeout of the client."""


def answer_in_process(
    api: Responder,
    *,
    method: str,
    url: str,
    token: str | bytes | None,
    patience: float | None,
    body: bytes = b"",
    content_type: str | bytes | None = None,
) -> StatusHeadersBody:
    """The API's answer; ``patience`` is the read timeout of the client in seconds.

    An unknown path raises UnknownRouteError. A server answers 404 there, but a receiver may ignore a 404, and in a test
    the path is a typing error or a route that is not documented.
    """
    parts = urlsplit(url)
    path = unquote(parts.path, errors="replace")
    if place_at(path) is None:
        api.calls.add(ApiCall(method, path, None))
        raise UnknownRouteError(
            f"{method} {URL}{path}: no known route of StepPay has this path. {told_routes(method, path)} "
        )
    request = ApiRequest(
        method=method,
        path=path,
        query=parts.query,
        token=_text(token),
        body=body[: LONGEST_BODY + 1],
        content_type=_text(content_type),
        patience=patience,
    )
    try:
        answer = api.answer(request)
    except CallerGoneError as gone:
        raise TooLateError(f"{method} {URL}{path}: no answer within {request.patience:g} s: {gone}.") from None
    return answer.status, answer.headers, answer.body


def _text(header: str | bytes | None) -> str | None:
    return header.decode("latin-1") if isinstance(header, bytes) else header
