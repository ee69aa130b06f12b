"""Calls of ``httpx`` in this process are answered by the API, those of sync and of async clients.

The default transports are patched, wherever a client was made. httpx is no dependency: it is patched if the process has
imported it, and when it imports it later. Mocks of the user's own (respx, pytest_httpx) go first, in
``own_mocks_httpx``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from steppay_mock.store.api.asking import TooLateError, UnknownPathError, ask
from steppay_mock.store.api.endpoints import HOST, URL
from steppay_mock.store.api.own_mocks_httpx import Answers, has_own_answer, pytest_httpx_joined, respx_joined
from steppay_mock.store.api.refused_calls import refused
from steppay_mock.store.api.seams import replaced, when_imported
from steppay_mock.store.api.vendor_hosts import VendorHostError, check_host, is_vendor_host

if TYPE_CHECKING:
    import httpx

    from steppay_mock.store.api.api import StoreApi


@contextmanager
def httpx_patched(api: StoreApi) -> Iterator[None]:
    """Within it, ``httpx`` calls to StepPay's API are answered by this one; those of other hosts go where they go."""
    answers = Answers(partial(_answer, api), partial(_answer_async, api))
    patches = {
        "httpx": partial(_transports_patched, answers),
        "respx": partial(respx_joined, answers),
        "pytest_httpx": partial(pytest_httpx_joined, answers),
    }
    with when_imported(patches):
        yield


@contextmanager
def _transports_patched(answers: Answers) -> Iterator[None]:
    import httpx

    def handled(send: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> Any:
            if is_vendor_host(request.url.host):
                request.read()  # mocks may ask for the body
                if not has_own_answer(send, transport, request):
                    return answers.answer(request)
            return send(transport, request)

        return handle_request

    def handled_async(send: Callable[..., Any]) -> Callable[..., Any]:
        async def handle_async_request(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> Any:
            if is_vendor_host(request.url.host):
                await request.aread()
                if not has_own_answer(send, transport, request):
                    return await answers.answer_async(request)
            return await send(transport, request)

        return handle_async_request

    with (
        replaced(httpx.HTTPTransport, "handle_request", handled),
        replaced(httpx.AsyncHTTPTransport, "handle_async_request", handled_async),
    ):
        yield


def _answer(api: StoreApi, request: httpx.Request) -> httpx.Response:
    import httpx

    _check_is_api(request)
    patience = request.extensions.get("timeout", {}).get("read")
    token = request.headers.get("Secret-Token")
    try:
        status, headers, body = ask(api, method=request.method, url=str(request.url), token=token, patience=patience)
    except UnknownPathError as error:
        told = f"{error}Correct the path."
        call = f"{request.method} {URL}{request.url.path}"
        raise refused(httpx.ConnectError(told, request=request), call=call) from None
    except TooLateError as error:
        raise httpx.ReadTimeout(str(error), request=request) from None
    content = b"" if request.method == "HEAD" else body
    return httpx.Response(status, headers=headers, stream=_body_class()(content), request=request)


@cache
def _body_class() -> type[Any]:
    """A body that is read as one off the network is, so that ``elapsed`` and ``num_bytes_downloaded`` are there."""
    import httpx

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __init__(self, content: bytes) -> None:
            self._content = content

        def __iter__(self) -> Iterator[bytes]:
            yield self._content

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield self._content

    return Body


async def _answer_async(api: StoreApi, request: httpx.Request) -> httpx.Response:
    from anyio.to_thread import run_sync  # of httpx; a call that is held must not hold up the event loop

    return await run_sync(_answer, api, request)


def _check_is_api(request: httpx.Request) -> None:
    """Raise a ConnectError, unless it is for the API: another host of StepPay's, another port or no TLS."""
    import httpx

    url = request.url
    if url.scheme == "https" and url.host == HOST and url.port in {None, 443}:
        return
    try:
        check_host(url.host)
    except VendorHostError as error:
        call = f"{request.method} {url.scheme}://{url.netloc.decode()}"  # a path may be secret
        raise refused(httpx.ConnectError(str(error), request=request), call=call) from None
