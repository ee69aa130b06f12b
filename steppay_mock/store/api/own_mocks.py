"""Mocks of requests that a test has beside the patched API: responses and requests_mock, in whatever order they begin.

What such a mock has an answer for, it answers, also where that is for StepPay's host. What it would refuse and is for
StepPay's host, the API answers. What is used of these libraries beyond their documentation is used here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from inspect import getclosurevars, isfunction
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from responses import RequestsMock

from steppay_mock.store.api.seams import beneath, replaced, when_imported
from steppay_mock.store.api.vendor_hosts import is_vendor_host

if TYPE_CHECKING:
    from requests import PreparedRequest, Response


class ApiMock(RequestsMock):
    """The mock that ``patched()`` gives, and not one of the user's own."""

    def handle(self, adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
        """The answer: what the user added to this mock, else the API's."""
        return self._on_request(adapter, request, **options)


def mock_beneath(send: Callable[..., Any]) -> RequestsMock | None:
    """The user's mock whose function stands in the place of ``HTTPAdapter.send``; None if there is none."""
    function = beneath(send)
    if not isfunction(function) or function.__module__ != "responses":
        return None
    found = getclosurevars(function).nonlocals.get("self")
    return found if isinstance(found, RequestsMock) else None


def has_own_answer(mock: RequestsMock | None, request: PreparedRequest) -> bool:
    """Whether the mock has an answer of the user's."""
    if mock is None:
        return False
    seen: Any = request  # responses prepares it in the same way, later
    seen.params = mock._parse_request_params(str(request.path_url))  # noqa: SLF001 - see the head of the file
    return any(one.matches(request)[0] for one in mock.registered())


@contextmanager
def own_mocks_joined(api_mock: ApiMock) -> Iterator[None]:
    """Within it, what a mock of the user's has no answer for is answered by this one, if it is for StepPay's host."""
    joined = replaced(RequestsMock, "_on_request", partial(_responses_joined, api_mock))
    with joined, when_imported({"requests_mock": partial(_requests_mock_joined, api_mock)}):
        yield


def _responses_joined(api_mock: ApiMock, before: Callable[..., Any]) -> Callable[..., Any]:
    def on_request(mock: RequestsMock, adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Any:
        if isinstance(mock, ApiMock) or not is_for_vendor(request) or has_own_answer(mock, request):
            return before(mock, adapter, request, **options)
        return api_mock.handle(adapter, request, **options)

    return on_request


@contextmanager
def _requests_mock_joined(api_mock: ApiMock) -> Iterator[None]:
    from requests_mock import Adapter, NoMockAddress, adapter

    def joined(before: Callable[..., Any]) -> Callable[..., Any]:
        original = beneath(before)  # of two patches the inner one answers

        def send(mock: Adapter, request: PreparedRequest, **options: Any) -> Any:
            if not is_for_vendor(request):
                return before(mock, request, **options)
            seen = len(mock.request_history)
            try:
                return original(mock, request, **options)
            except (NoMockAddress, adapter._RunRealHTTP):  # noqa: SLF001 - "send this one for real"
                del mock.request_history[seen:]  # it is none of this mock's
            return api_mock.handle(HTTPAdapter(), request, **options)

        return send

    with replaced(Adapter, "send", joined):
        yield


def is_for_vendor(request: PreparedRequest) -> bool:
    """Whether it goes to one of StepPay's hosts."""
    return is_vendor_host(urlsplit(str(request.url)).hostname)
