"""Calls of ``requests`` in this process are answered by the API, through the library ``responses``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

import responses
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ReadTimeout
from responses.registries import FirstMatchRegistry

from steppay_mock.store.api.asking import Parts, TooLateError, UnknownPathError, ask
from steppay_mock.store.api.closed_clients import clients_closed
from steppay_mock.store.api.endpoints import HOST, URL
from steppay_mock.store.api.own_mocks import ApiMock, has_own_answer, is_for_vendor, mock_beneath, own_mocks_joined
from steppay_mock.store.api.patching_httpx import httpx_patched
from steppay_mock.store.api.refused_calls import refused
from steppay_mock.store.api.seams import replaced
from steppay_mock.store.api.vendor_hosts import vendor_hosts_closed

if TYPE_CHECKING:
    from requests import PreparedRequest

    from steppay_mock.store.api.api import StoreApi

_HOW_TO_MOCK = (
    'Mock it with what patched() gives: `with api.patched() as mock: mock.{verb}("{url}", json={{...}})`, '
    "or with `responses` around patched()."
)


@contextmanager
def patched(api: StoreApi) -> Iterator[responses.RequestsMock]:
    """Within it, the API answers calls of ``requests`` and ``httpx`` to StepPay's host, and no client reaches it."""
    with ExitStack() as stack:
        mock = _mock_over(api, HTTPAdapter.send)
        stack.callback(mock.reset)
        for patch in (vendor_hosts_closed(), clients_closed(), httpx_patched(api), own_mocks_joined(mock)):
            stack.enter_context(patch)
        stack.enter_context(replaced(HTTPAdapter, "send", lambda _before: mock.unbound_on_send()))
        yield mock


def _mock_over(api: StoreApi, send: Callable[..., Any]) -> ApiMock:
    """The mock that answers for the API, and passes on to ``send`` what goes elsewhere."""
    # A mock of the user's that is active already keeps what is not StepPay's: it was asked first.
    other = mock_beneath(send)

    class Doors(FirstMatchRegistry):
        """Which answer is for which call; what the user adds to the mock goes first."""

        def find(self, request: PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
            found, reasons = super().find(request)
            if found is None:
                found = _passed_on(request) if has_own_answer(other, request) else None
            return found or _door(api, request, has_other_mock=other is not None), reasons

    return ApiMock(assert_all_requests_are_fired=False, registry=Doors, real_adapter_send=send)


def _door(api: StoreApi, request: PreparedRequest, *, has_other_mock: bool) -> responses.BaseResponse:
    method, parts = str(request.method), urlsplit(str(request.url))
    if parts.scheme == "https" and parts.hostname == HOST and parts.port in {None, 443}:
        return _called(method, lambda asked: _answer(api, asked))
    if not is_for_vendor(request) and (has_other_mock or _is_this_machine(parts.hostname)):
        return _passed_on(request)
    return _called(method, _refuse)


def _passed_on(request: PreparedRequest) -> responses.BaseResponse:
    return responses.BaseResponse(str(request.method), URL, passthrough=True)


def _called(method: str, answer: Callable[[PreparedRequest], Parts]) -> responses.BaseResponse:
    return responses.CallbackResponse(method, URL, answer, content_type=None)


def _answer(api: StoreApi, asked: PreparedRequest) -> Parts:
    method, url = str(asked.method), str(asked.url)
    patience = _read_timeout(asked.req_kwargs.get("timeout"))  # type: ignore[attr-defined] # responses puts it there
    try:
        status, headers, body = ask(
            api, method=method, url=url, token=asked.headers.get("Secret-Token"), patience=patience
        )
    except UnknownPathError as error:
        known = URL + unquote(urlsplit(url).path, errors="replace")
        told = f"{error}{_HOW_TO_MOCK.format(verb=method.lower(), url=known)}"
        raise refused(NoConnection(told, request=asked), call=f"{method} {known}") from None
    except TooLateError as error:
        raise ReadTimeout(str(error), request=asked) from None
    if method == "HEAD":
        # Older releases of responses take the length of an answer to HEAD for that of a body, and miss it.
        return status, [header for header in headers if header[0] != "Content-Length"], b""
    return status, headers, body


def _refuse(asked: PreparedRequest) -> Parts:
    parts = urlsplit(str(asked.url))
    url = f"{parts.scheme}://{_place(parts)}{parts.path}"  # without the query and the user, which may be secret
    told = f"{asked.method} {url}: while the API is patched, only {URL} and this machine can be called. "
    error = NoConnection(told + _HOW_TO_MOCK.format(verb=str(asked.method).lower(), url=url), request=asked)
    raise refused(error, call=f"{asked.method} at {parts.scheme}://{_place(parts)}")  # a path may be secret


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _is_this_machine(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _read_timeout(timeout: Any) -> float | None:
    """The patience in what ``requests`` takes as a timeout: seconds, a pair of them, or urllib3's Timeout."""
    if isinstance(timeout, tuple):
        timeout = timeout[-1]
    timeout = getattr(timeout, "read_timeout", timeout)
    return float(timeout) if isinstance(timeout, int | float) else None
