"""Mocks of httpx that a test has beside the patched API: respx and pytest_httpx, in whatever order they begin.

What such a mock has an answer for, it answers, also where that is for StepPay's host. What it would refuse and is for
StepPay's host, the API answers. What is used of these libraries beyond their documentation is used here alone.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from inspect import getclosurevars, isfunction
from typing import TYPE_CHECKING, Any

from steppay_mock.store.api.seams import beneath, replaced
from steppay_mock.store.api.vendor_hosts import is_vendor_host

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Answers:
    """The API's answer to a call of httpx, for clients that wait for it and for those that await it."""

    answer: Callable[[httpx.Request], httpx.Response]
    answer_async: Callable[[httpx.Request], Awaitable[httpx.Response]]


def has_own_answer(send: Callable[..., Any], transport: Any, request: httpx.Request) -> bool:
    """Whether a mock that would be asked by ``send`` has an answer to the request."""
    mocks = sys.modules.get("respx.mocks")
    if mocks is not None and any(
        # That which replaces whole transports was asked before.
        _has_route(mocker.routers, request)
        for name, mocker in mocks.Mocker.registry.items()
        if name != "httpx"
    ):
        return True
    mock, should_mock = _pytest_httpx_of(beneath(send))
    return mock is not None and should_mock(request) and _has_response(mock, transport, request)


@contextmanager
def respx_joined(answers: Answers) -> Iterator[None]:
    """Within it, what no route of respx is for is answered, if it is for StepPay's host."""
    from respx.mocks import Mocker
    from respx.models import PassThrough

    def handled(before: Callable[..., Any]) -> Callable[..., Any]:
        original = beneath(before)  # of two patches the inner one answers

        def handler(mocker: type[Mocker], request: httpx.Request) -> Any:
            if not is_vendor_host(request.url.host):
                return before(mocker, request)
            if _has_route(mocker.routers, request):
                with suppress(PassThrough):
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
def pytest_httpx_joined(answers: Answers) -> Iterator[None]:
    """Within it, what ``httpx_mock`` has no response to is answered, if it is for StepPay's host."""
    from pytest_httpx import HTTPXMock

    def handled(before: Callable[..., Any]) -> Callable[..., Any]:
        def handle(mock: HTTPXMock, transport: Any, request: httpx.Request) -> Any:
            if is_vendor_host(request.url.host):
                request.read()
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
    # The pattern is asked, and not the route: that would give its next answer away.
    return any(route.pattern.match(request) for router in routers for route in router.routes)


def _has_response(mock: Any, transport: Any, request: httpx.Request) -> bool:
    return any(matcher.match(transport, request) for matcher, _ in mock._callbacks)  # noqa: SLF001 - not public


def _pytest_httpx_of(send: Callable[..., Any]) -> tuple[Any, Callable[[httpx.Request], bool]]:
    """The mock of the function that the fixture ``httpx_mock`` puts into httpx, and what is for it."""
    known = getclosurevars(send).nonlocals if isfunction(send) and send.__module__ == "pytest_httpx" else {}
    return known.get("mock"), getattr(known.get("options"), "should_mock", lambda _request: True)
