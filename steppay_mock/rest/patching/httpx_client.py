"""Answers calls of ``httpx`` in this process, those of sync and of async clients.

The classes of the default transports are patched, so that a client from before the patch is answered too. httpx is no
dependency of ours: it is patched if the process has imported it, or as soon as it does. The user's mocks (respx,
pytest_httpx) are asked first, see ``httpx_mocks``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from steppay_mock.contract.rest_calls import HOST, URL
from steppay_mock.rest.patching.httpx_mocks import HttpxAnswers, has_own_answer, pytest_httpx_joined, respx_joined
from steppay_mock.rest.patching.in_process import TooLateError, UnknownRouteError, answer_in_process
from steppay_mock.rest.patching.replacement import replaced, when_imported
from steppay_mock.rest.patching.vendor_hosts import VendorHostError, check_host, is_vendor_host
from steppay_mock.rest.refused_calls import refused

if TYPE_CHECKING:
    import httpx

    from steppay_mock.rest.responder import Responder


@contextmanager
def httpx_patched(api: Responder) -> Iterator[None]:
    """Within it, the API answers calls of ``httpx`` to StepPay's host. Calls of other hosts are sent."""
    answers = HttpxAnswers(partial(_answer, api), partial(_answer_async, api))
    patches = {
        "httpx": partial(_transports_patched, answers),
        "respx": partial(respx_joined, answers),
        "pytest_httpx": partial(pytest_httpx_joined, answers),
    }
    with when_imported(patches):
        yield


@contextmanager
def _transports_patched(answers: HttpxAnswers) -> Iterator[None]:
    import httpx

    def handled(send: Callable[..., Any]) -> Callable[..., Any]:
        def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> Any:
            if is_vendor_host(request.url.host):
                request.read()  # loads a streamed body: the matchers of mocks compare it, and need it loaded
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


def _answer(api: Responder, request: httpx.Request) -> httpx.Response:
    import httpx

    _check_is_api(request)
    patience = request.extensions.get("timeout", {}).get("read")
    token = request.headers.get("Secret-Token")
    try:
        status, headers, body = answer_in_process(
            api,
            method=request.method,
            url=str(request.url),
            token=token,
            patience=patience,
            body=request.content,
            content_type=request.headers.get("Content-Type"),
        )
    except UnknownRouteError as error:
        message = f"{error}Correct the path."
        call = f"{request.method} {URL}{request.url.path}"
        raise refused(httpx.ConnectError(message, request=request), call=call) from None
    except TooLateError as error:
        raise httpx.ReadTimeout(str(error), request=request) from None
    # HEAD: the headers keep the length of the body that GET would have.
    content = b"" if request.method == "HEAD" else body
    return httpx.Response(status, headers=headers, stream=_body_class()(content), request=request)


@cache
def _body_class() -> type[Any]:
    """The class of a response body that httpx reads as a stream.

    A response made with ``content=`` never sets ``elapsed``, which then raises RuntimeError. The class is made on first
    use, because httpx may not be installed.
    """
    import httpx

    class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __init__(self, content: bytes) -> None:
            self._content = content

        def __iter__(self) -> Iterator[bytes]:
            yield self._content

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield self._content

    return Body


async def _answer_async(api: Responder, request: httpx.Request) -> httpx.Response:
    # anyio comes with httpx. In a thread: a held or slow answer must not block the event loop.
    from anyio.to_thread import run_sync

    return await run_sync(_answer, api, request)


def _check_is_api(request: httpx.Request) -> None:
    """Raise ConnectError if it is not for the API: another host of StepPay's, another port, or plain HTTP."""
    import httpx

    url = request.url
    if url.scheme == "https" and url.host == HOST and url.port in {None, 443}:
        return
    try:
        check_host(url.host)
    except VendorHostError as error:
        call = f"{request.method} {url.scheme}://{url.netloc.decode()}"  # without the path, which may be secret
        raise refused(httpx.ConnectError(str(error), request=request), call=call) from None
