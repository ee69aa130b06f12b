"""Starts all patches, and answers calls of ``requests`` through the library ``responses``."""

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

from steppay_mock.contract.rest_calls import HOST, URL
from steppay_mock.rest.patching.closed_clients import clients_closed
from steppay_mock.rest.patching.httpx_client import httpx_patched
from steppay_mock.rest.patching.in_process import (
    StatusHeadersBody,
    TooLateError,
    UnknownRouteError,
    answer_in_process,
)
from steppay_mock.rest.patching.replacement import replaced
from steppay_mock.rest.patching.requests_mocks import (
    ApiMock,
    has_own_answer,
    is_for_vendor,
    mock_beneath,
    own_mocks_joined,
)
from steppay_mock.rest.patching.vendor_hosts import vendor_hosts_closed
from steppay_mock.rest.refused_calls import refused

if TYPE_CHECKING:
    from requests import PreparedRequest

    from steppay_mock.rest.responder import Responder

_HOW_TO_MOCK = (
    'Mock it with what patched() gives: `with api.patched() as mock: mock.{verb}("{url}", json={{...}})`, '
    "or with `responses` around patched()."
)


@contextmanager
def patched(api: Responder) -> Iterator[responses.RequestsMock]:
    """Within it, the API answers calls of ``requests`` and ``httpx``, and no client reaches StepPay."""
    with ExitStack() as stack:
        # ``send`` as it is now: a mock that is active already, or the library's function.
        mock = _mock_over(api, HTTPAdapter.send)
        stack.callback(mock.reset)
        for patch in (vendor_hosts_closed(), clients_closed(), httpx_patched(api), own_mocks_joined(mock)):
            stack.enter_context(patch)
        # Not mock.start(): its stop() puts back the function that it found, and would undo a mock that started later.
        # unbound_on_send() is what start() puts there. ``send`` comes last, when all refusals are in place.
        stack.enter_context(replaced(HTTPAdapter, "send", lambda _before: mock.unbound_on_send()))
        yield mock


def _mock_over(api: Responder, send: Callable[..., Any]) -> ApiMock:
    """The mock that answers with the API, and passes calls of other hosts on to ``send``."""
    # A mock of the user's that was started before ours keeps all calls to other hosts, as it had them before.
    other = mock_beneath(send)

    class ApiRegistry(FirstMatchRegistry):
        """Finds the answer to a call: the user's in this mock, else in the other mock, else the API's."""

        def find(self, request: PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
            found, reasons = super().find(request)
            if found is None:
                found = _passed_on(request) if has_own_answer(other, request) else None
            return found or _response(api, request, has_other_mock=other is not None), reasons

    # An answer that no call used is no error here: the default of responses is one.
    return ApiMock(assert_all_requests_are_fired=False, registry=ApiRegistry, real_adapter_send=send)


def _response(api: Responder, request: PreparedRequest, *, has_other_mock: bool) -> responses.BaseResponse:
    method, parts = str(request.method), urlsplit(str(request.url))
    if parts.scheme == "https" and parts.hostname == HOST and parts.port in {None, 443}:
        return _computed(method, lambda request: _answer(api, request))
    if not is_for_vendor(request) and (has_other_mock or _is_this_machine(parts.hostname)):
        return _passed_on(request)
    return _computed(method, _refuse)


def _passed_on(request: PreparedRequest) -> responses.BaseResponse:
    # A registry must return a response; its URL is not compared again. passthrough makes responses call ``send``.
    return responses.BaseResponse(str(request.method), URL, passthrough=True)


def _computed(method: str, answer: Callable[[PreparedRequest], StatusHeadersBody]) -> responses.BaseResponse:
    # content_type=None: the headers of the answer have one, and responses would add a second.
    return responses.CallbackResponse(method, URL, answer, content_type=None)


def _answer(api: Responder, request: PreparedRequest) -> StatusHeadersBody:
    method, url = str(request.method), str(request.url)
    patience = _read_timeout(request.req_kwargs.get("timeout"))  # type: ignore[attr-defined] # set by responses
    try:
        status, headers, body = answer_in_process(
            api,
            method=method,
            url=url,
            token=request.headers.get("Secret-Token"),
            patience=patience,
            body=_body_of(request),
            content_type=request.headers.get("Content-Type"),
        )
    except UnknownRouteError as error:
        known = URL + unquote(urlsplit(url).path, errors="replace")
        message = f"{error}{_HOW_TO_MOCK.format(verb=method.lower(), url=known)}"
        raise refused(NoConnection(message, request=request), call=f"{method} {known}") from None
    except TooLateError as error:
        raise ReadTimeout(str(error), request=request) from None
    if method == "HEAD":
        # Older releases of responses compare Content-Length with the body, also for HEAD, where the body is empty.
        return status, [header for header in headers if header[0] != "Content-Length"], b""
    return status, headers, body


def _body_of(request: PreparedRequest) -> bytes:
    """The body, also one that is sent in parts: a file, or a generator."""
    body: Any = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    parts = [body.read()] if hasattr(body, "read") else body
    return b"".join(part.encode() if isinstance(part, str) else part for part in parts)


def _refuse(request: PreparedRequest) -> StatusHeadersBody:
    parts = urlsplit(str(request.url))
    url = f"{parts.scheme}://{_host_and_port(parts)}{parts.path}"  # without query and user, which may be secret
    message = f"{request.method} {url}: while the API is patched, only {URL} and this machine can be called. "
    error = NoConnection(message + _HOW_TO_MOCK.format(verb=str(request.method).lower(), url=url), request=request)
    # Notes appear in reports, so without the path, which may be secret.
    raise refused(error, call=f"{request.method} at {parts.scheme}://{_host_and_port(parts)}")


def _host_and_port(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _is_this_machine(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _read_timeout(timeout: Any) -> float | None:
    """The read timeout in a ``timeout`` of requests: seconds, a pair (connect, read), or urllib3's Timeout."""
    if isinstance(timeout, tuple):
        timeout = timeout[-1]
    timeout = getattr(timeout, "read_timeout", timeout)
    return float(timeout) if isinstance(timeout, int | float) else None
