"""Shares ``requests`` with the user's mocks, responses and requests_mock, in any order in which they start.

A call that the mock has an answer for is the mock's, also one to StepPay's host. A call to StepPay's host that the mock
would refuse is the API's. Private functions of the two libraries are used in this file only.
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

from steppay_mock.rest.patching.replacement import beneath, replaced, when_imported
from steppay_mock.rest.patching.vendor_hosts import is_vendor_host

if TYPE_CHECKING:
    from requests import PreparedRequest, Response


class ApiMock(RequestsMock):
    """The mock that ``patched()`` gives. Its class tells it from mocks of the user's."""

    def handle(self, adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
        """The answer that the user added to this mock, else the API's."""
        return self._on_request(adapter, request, **options)


def mock_beneath(send: Callable[..., Any]) -> RequestsMock | None:
    """The mock of the user's that has replaced ``HTTPAdapter.send``; None if there is none.

    responses keeps no list of active mocks. It replaces ``send`` by a closure of ``unbound_on_send``, in which the mock
    is the variable ``self``.
    """
    function = beneath(send)
    if not isfunction(function) or function.__module__ != "responses":
        return None
    found = getclosurevars(function).nonlocals.get("self")
    return found if isinstance(found, RequestsMock) else None


def has_own_answer(mock: RequestsMock | None, request: PreparedRequest) -> bool:
    """Whether the user gave the mock an answer to this request.

    ``matches`` only compares. ``find`` of the registry would remove the first of several equal answers.
    """
    if mock is None:
        return False
    seen: Any = request  # responses sets ``params`` before it matches; its matchers fail without
    seen.params = mock._parse_request_params(str(request.path_url))  # noqa: SLF001 - see the module docstring
    return any(one.matches(request)[0] for one in mock.registered())


@contextmanager
def own_mocks_joined(api_mock: ApiMock) -> Iterator[None]:
    """Within it, ``api_mock`` answers calls to StepPay's host for which a mock of the user's has no answer.

    For mocks that start later than the API's: they replace ``HTTPAdapter.send`` above ours, so calls reach them first.
    """
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
    # requests_mock replaces Session.get_adapter by its own Adapter, so that HTTPAdapter.send is never called.
    from requests_mock import Adapter, NoMockAddress, adapter

    def joined(before: Callable[..., Any]) -> Callable[..., Any]:
        original = beneath(before)  # if two APIs are patched, the inner one answers: the other is stepped over

        def send(mock: Adapter, request: PreparedRequest, **options: Any) -> Any:
            if not is_for_vendor(request):
                return before(mock, request, **options)
            seen = len(mock.request_history)
            try:
                return original(mock, request, **options)
            except (NoMockAddress, adapter._RunRealHTTP):  # noqa: SLF001 - raised by an answer with real_http=True
                del mock.request_history[seen:]  # send() logs the request first; the mock did not answer it
            return api_mock.handle(HTTPAdapter(), request, **options)

        return send

    with replaced(Adapter, "send", joined):
        yield


def is_for_vendor(request: PreparedRequest) -> bool:
    """Whether the request is for one of StepPay's hosts."""
    return is_vendor_host(urlsplit(str(request.url)).hostname)
