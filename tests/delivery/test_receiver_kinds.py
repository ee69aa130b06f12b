from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any
from unittest.mock import Mock

import pytest
from werkzeug.wrappers import Request, Response

from steppay_mock import SteppayMockError, deliver, lambda_app
from steppay_mock.delivery.options.settings import resolve_options
from steppay_mock.delivery.receiver import Receiver, app_kind, make_transport

Payloads = Callable[[int], list[dict[str, Any]]]


def wsgi(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"wsgi"]


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    await receive()
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"asgi"})


def wsgi_with_settings(_settings: Any, environ: Any, start_response: Any) -> Any:
    return wsgi(environ, start_response)


async def asgi_with_settings(_settings: Any, scope: Any, receive: Any, send: Any) -> None:
    await asgi(scope, receive, send)


def wsgi_with_more(environ: Any, start_response: Any, _more: Any = None, **_rest: Any) -> Any:
    return wsgi(environ, start_response)


async def asgi_of_anything(*arguments: Any, **options: Any) -> None:
    await asgi(*arguments, **options)


@wraps(asgi)
def asgi_decorated(*arguments: Any) -> Any:
    return asgi(*arguments)


@wraps(wsgi)
def wsgi_decorated(*arguments: Any) -> Any:
    return wsgi(*arguments)


class Apps:
    def wsgi(self, environ: Any, start_response: Any) -> Any:
        return wsgi(environ, start_response)

    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        await asgi(scope, receive, send)

    @staticmethod
    def static(environ: Any, start_response: Any) -> Any:
        return wsgi(environ, start_response)


class WsgiObject:
    def __call__(self, environ: Any, start_response: Any) -> Any:
        return wsgi(environ, start_response)


class AsgiObject:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await asgi(scope, receive, send)


class AsgiObjectOfAnything:
    async def __call__(self, *arguments: Any) -> None:
        await asgi(*arguments)


class WsgiClass:
    def __init__(self, environ: Any, start_response: Any) -> None:
        self.parts = wsgi(environ, start_response)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)


class AsgiClass:
    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.call = asgi(scope, receive, send)

    def __await__(self) -> Any:
        return self.call.__await__()


@pytest.mark.parametrize(
    ("app", "name"),
    [
        (wsgi, "wsgi"),
        (lambda environ, start_response: wsgi_with_settings(None, environ, start_response), "<lambda>"),
        (partial(wsgi_with_settings, None), "wsgi_with_settings"),
        (partial(partial(wsgi_with_settings), None), "wsgi_with_settings"),
        (wsgi_with_more, "wsgi_with_more"),
        (wsgi_decorated, "wsgi"),
        (Apps().wsgi, "wsgi"),
        (Apps.static, "static"),
        (WsgiObject(), "WsgiObject"),
        (WsgiClass, "WsgiClass"),
    ],
)
def test_what_takes_two_arguments_is_wsgi(payloads: Payloads, app: Any, name: str) -> None:
    report = deliver(payloads(1), to=app)
    assert (report[0].body, report.receiver) == (b"wsgi", f"the WSGI app {name} at /webhooks/steppay")


@pytest.mark.parametrize(
    ("app", "name"),
    [
        (asgi, "asgi"),
        (lambda scope, receive, send: asgi_with_settings(None, scope, receive, send), "<lambda>"),
        (partial(asgi_with_settings, None), "asgi_with_settings"),
        (asgi_of_anything, "asgi_of_anything"),
        (asgi_decorated, "asgi"),
        (Apps().asgi, "asgi"),
        (AsgiObject(), "AsgiObject"),
        (AsgiObjectOfAnything(), "AsgiObjectOfAnything"),
        (partial(AsgiObjectOfAnything()), "AsgiObjectOfAnything"),
        (AsgiClass, "AsgiClass"),
    ],
)
def test_what_takes_three_arguments_or_is_a_coroutine_function_is_asgi(payloads: Payloads, app: Any, name: str) -> None:
    report = deliver(payloads(1), to=app)
    assert (report[0].body, report.receiver) == (b"asgi", f"the ASGI app {name} at /webhooks/steppay")


@Request.application
def of_a_request(_request: Request) -> Response:
    return Response("wsgi")


@pytest.mark.parametrize(
    ("app", "shown"),
    [
        (lambda *_anything: None, "(*_anything)"),
        (lambda _scope: None, "(_scope)"),
        (lambda _a, _b, _c, _d: None, "(_a, _b, _c, _d)"),
        (lambda _environ, _start_response, *, _must: None, "(_environ, _start_response, *, _must)"),
        (lambda _scope, _receive=None, _send=None: None, None),
        (of_a_request, "(_request: 'Request') -> 'Response'"),
        (Mock(), "(*args, **kwargs)"),
        (asyncio.sleep, "(delay, result=None)"),
    ],
)
def test_an_app_that_does_not_show_what_it_is_must_be_wrapped(app: Any, shown: str | None) -> None:
    if shown is None:
        assert app_kind(app) == "wsgi"  # two arguments are enough for it
        return
    with pytest.raises(SteppayMockError) as caught:
        app_kind(app)
    assert f"Its signature does not tell: it is called as {shown}. Wrap it: `def receiver(environ" in str(caught.value)
    assert str(caught.value).endswith(
        "`async def receiver(scope, receive, send): await app(scope, receive, send)` for ASGI."
    )


def test_a_builtin_without_a_signature_must_be_wrapped_too() -> None:
    with pytest.raises(SteppayMockError, match="Is dict a WSGI app or an ASGI app"):
        app_kind(dict)


def test_all_but_a_url_runs_in_this_process() -> None:
    def wsgi(_environ: Any, _start_response: Any) -> list[bytes]:
        return []

    async def asgi(_scope: Any, _receive: Any, _send: Any) -> None:
        return None

    def handler(_event: Any, _context: Any) -> None:
        return None

    local, url = lambda_app(handler), "http://127.0.0.1:9"
    kinds: dict[Receiver, bool] = {wsgi: True, asgi: True, local: True, url: False, lambda_app(url): False}
    assert {to: make_transport(to, resolve_options({})).in_process for to in kinds} == kinds
