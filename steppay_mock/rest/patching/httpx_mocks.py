"""Shares ``httpx`` with the user's mocks, respx and pytest_httpx, in any order in which they start.

A call that the mock has an answer for is the mock's, also one to StepPay's host. A call to StepPay's host that the mock
would refuse is the API's. Private functions of the two libraries are used in this file only.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from inspect import getclosurevars, isfunction
from typing import TYPE_CHECKING, Any

from steppay_mock.rest.patching.replacement import beneath, replaced
from steppay_mock.rest.patching.vendor_hosts import is_vendor_host

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class HttpxAnswers:
    """The functions with which the API answers a sync and an async call of httpx."""

    answer: Callable[[httpx.Request], httpx.Response]
    answer_async: Callable[[httpx.Request], Awaitable[httpx.Response]]


def has_own_answer(send: Callable[..., Any], transport: Any, request: httpx.Request) -> bool:
    """Whether a mock that ``send`` would reach has an answer to the request."""
    mocks = sys.modules.get("respx.mocks")
    if mocks is not None and any(
        # The mocker "httpx" replaces Client._transport_for_url. If it is active, the call never comes here. The others,
        # such as the default "httpcore", act below the transport: they are asked here, before the API.
        _has_route(mocker.routers, request)
        for name, mocker in mocks.Mocker.registry.items()
        if name != "httpx"
    ):
        return True
    mock, should_mock = _pytest_httpx_of(beneath(send))
    return mock is not None and should_mock(request) and _has_response(mock, transport, request)


@contextmanager
def respx_joined(answers: HttpxAnswers) -> Iterator[None]:
    """Within it, the API answers calls to StepPay's host that no route of respx matches.

    Without it respx raises AllMockedAssertionError for them.
    """
    from respx.mocks import Mocker
    from respx.models import PassThrough

    def handled(before: Callable[..., Any]) -> Callable[..., Any]:
        original = beneath(before)  # if two APIs are patched, the inner one answers: the other is stepped over

        def handler(mocker: type[Mocker], request: httpx.Request) -> Any:
            if not is_vendor_host(request.url.host):
                return before(mocker, request)
            if _has_route(mocker.routers, request):
                with suppress(PassThrough):  # a route with pass_through() would send it to StepPay
                    return original(mocker, request)
            return answers.answer(request)

        return handler

    def handled_async(before: Callable[..., Any]) -> Callable[..., Any]:
        original = beneath(before)

        async def async_handler(mocker: type[Mocker], request: httpx.Request) -> Any:
            if not is_vendor_host(request.url.host):
                return await before(mocker, request)
            if _has_route(mocker.routers, request):
                with suppress(PassThrough):
                    return await original(mocker, request)
            return await answers.answer_async(request)

        return async_handler

    with replaced(Mocker, "handler", handled), replaced(Mocker, "async_handler", handled_async):
        yield


@contextmanager
def pytest_httpx_joined(answers: HttpxAnswers) -> Iterator[None]:
    """Within it, the API answers calls to StepPay's host for which ``httpx_mock`` has no response.

    Without it pytest_httpx raises TimeoutException for them, and fails the test at its end.
    """
    from pytest_httpx import HTTPXMock

    def handled(before: Callable[..., Any]) -> Callable[..., Any]:
        def handle(mock: HTTPXMock, transport: Any, request: httpx.Request) -> Any:
            if is_vendor_host(request.url.host):
                request.read()  # a matcher may compare the body
                if not _has_response(mock, transport, request):
                    return answers.answer(request)
            return before(mock, transport, request)

        return handle

    def handled_async(before: Callable[..., Any]) -> Callable[..., Any]:
        async def handle(mock: HTTPXMock, transport: Any, request: httpx.Request) -> Any:
            if is_vendor_host(request.url.host):
                await request.aread()
                if not _has_response(mock, transport, request):
                    return await answers.answer_async(request)
            return await before(mock, transport, request)

        return handle

    with (
        replaced(HTTPXMock, "_handle_request", handled),
        replaced(HTTPXMock, "_handle_async_request", handled_async),
    ):
        yield


def _has_route(routers: Any, request: httpx.Request) -> bool:
    # route.match() would use up the next answer of a route with side effects; its pattern only compares.
    return any(route.pattern.match(request) for router in routers for route in router.routes)


def _has_response(mock: Any, transport: Any, request: httpx.Request) -> bool:
    return any(matcher.match(transport, request) for matcher, _ in mock._callbacks)  # noqa: SLF001 - not public


def _pytest_httpx_of(send: Callable[..., Any]) -> tuple[Any, Callable[[httpx.Request], bool]]:
    """The mock of the fixture ``httpx_mock`` and its option ``should_mock``, if ``send`` is the fixture's function.

    The fixture keeps both only in the closure of the function that it puts in the place of ``handle_request``.
    """
    known = getclosurevars(send).nonlocals if isfunction(send) and send.__module__ == "pytest_httpx" else {}
    return known.get("mock"), getattr(known.get("options"), "should_mock", lambda _request: True)
