"""How does the API answer as a WSGI application?"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

from steppay_mock.store.api.request import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

    from steppay_mock.store.api.api import StoreApi

CLOSING = "steppay_mock.closing"
"""Where a server says in the environ that it stops: a flag."""


def answer_wsgi(api: StoreApi, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The answer to what the environ asks."""
    closing = environ.get(CLOSING)
    request = Request(
        method=str(environ.get("REQUEST_METHOD", "GET")),
        # WSGI carries bytes as text of Latin-1 (PEP 3333).
        path=str(environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace"),
        token=environ.get("HTTP_SECRET_TOKEN"),
        closing=closing if isinstance(closing, Flag) else Flag(),
    )
    answer = api.answer(request)
    start_response(f"{answer.status} {answer.reason}", answer.headers)
    return [] if request.method == "HEAD" else [answer.body]
