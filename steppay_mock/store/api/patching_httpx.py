"""Calls of ``httpx`` in this process are answered by the API, those of sync and of async clients.

The default transports are patched, wherever a client was made. httpx is no dependency: it is patched if the process has
imported it, and when it imports it later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

from steppay_mock.store.api.asking import TooLateError, UnknownPathError, ask
from steppay_mock.store.api.endpoints import HOST

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

    from steppay_mock.store.api.api import StoreApi

_NAME = "httpx"


@contextmanager
def httpx_patched(api: StoreApi) -> Iterator[None]:
    """Within it, ``httpx`` calls to StepPay's API are answered by this one; all others go where they go."""
    with ExitStack() as stack:
        if _NAME in sys.modules:
            stack.enter_context(_transports_patched(api))
        else:
            finder = _Finder(lambda: stack.enter_context(_transports_patched(api)))
            sys.meta_path.insert(0, finder)
            stack.callback(sys.meta_path.remove, finder)
        yield


@contextmanager
def _transports_patched(api: StoreApi) -> Iterator[None]:
    import httpx

    send, send_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def handle_request(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        return _answer(api, request) if _is_for_api(request) else send(self, request)

    async def handle_async_request(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        if not _is_for_api(request):
            return await send_async(self, request)
        from anyio.to_thread import run_sync  # of httpx; a call that is held must not hold up the event loop

        return await run_sync(_answer, api, request)

    httpx.HTTPTransport.handle_request = handle_request  # type: ignore[method-assign]
    httpx.AsyncHTTPTransport.handle_async_request = handle_async_request  # type: ignore[method-assign]
    try:
        yield
    finally:
        httpx.HTTPTransport.handle_request = send  # type: ignore[method-assign]
        httpx.AsyncHTTPTransport.handle_async_request = send_async  # type: ignore[method-assign]


def _is_for_api(request: httpx.Request) -> bool:
    url = request.url
    return url.scheme == "https" and url.host == HOST and url.port in {None, 443}


def _answer(api: StoreApi, request: httpx.Request) -> httpx.Response:
    import httpx

    patience = request.extensions.get("timeout", {}).get("read")
    token = request.headers.get("Secret-Token")
    try:
        status, headers, body = ask(api, method=request.method, url=str(request.url), token=token, patience=patience)
    except UnknownPathError as error:
        raise httpx.ConnectError(f"{error}Correct the path.", request=request) from None
    except TooLateError as error:
        raise httpx.ReadTimeout(str(error), request=request) from None
    content = b"" if request.method == "HEAD" else body
    return httpx.Response(status, headers=headers, content=content, request=request)


class _Finder(MetaPathFinder):
    """Calls a function once httpx was imported."""

    def __init__(self, imported: Any) -> None:
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """That of the finders behind this one, if it is httpx that is imported."""
        if name != _NAME:
            return None
        others = (one for one in sys.meta_path if one is not self)
        specs = (one.find_spec(name, path, target) for one in others)
        found = next((spec for spec in specs if spec is not None), None)
        if found is not None and found.loader is not None:
            loader: Any = found.loader
            loader.exec_module = partial(self._execute, loader)
        return found

    def _execute(self, loader: Any, module: ModuleType) -> None:
        del loader.exec_module  # that of its class again: to reload the module is not to import it
        loader.exec_module(module)
        self._imported()
