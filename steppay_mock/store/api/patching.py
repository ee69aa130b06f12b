"""Calls of ``requests`` in this process are answered by the API, through the library ``responses``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

import responses
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ReadTimeout
from responses.registries import FirstMatchRegistry

from steppay_mock.store.api.asking import Parts, TooLateError, UnknownPathError, ask
from steppay_mock.store.api.endpoints import HOST, URL
from steppay_mock.store.api.patching_httpx import httpx_patched
from steppay_mock.store.api.vendor_hosts import vendor_hosts_closed

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

    from steppay_mock.store.api.api import StoreApi

_HOW_TO_MOCK = (
    'Mock it with what patched() gives: `with api.patched() as mock: mock.get("{url}", json={{...}})`, '
    "or with `responses` around patched()."
)


@contextmanager
def patched(api: StoreApi) -> Iterator[responses.RequestsMock]:
    """Within it, the API answers calls of ``requests`` and ``httpx`` to StepPay's host, whose name has no address."""
    before = HTTPAdapter.send
    # A mock of the user's that is active already keeps what is not StepPay's: it was asked first.
    has_other_mock = getattr(before, "__module__", None) == "responses"

    class Doors(FirstMatchRegistry):
        """Which answer is for which call; what the user adds to the mock goes first."""

        def find(self, request: PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
            found, reasons = super().find(request)
            return found or _door(api, request, has_other_mock=has_other_mock), reasons

    mock = responses.RequestsMock(
        assert_all_requests_are_fired=False,
        registry=Doors,
        real_adapter_send=before,
    )
    with vendor_hosts_closed(), httpx_patched(api), mock, _back_door():
        yield mock


def _door(api: StoreApi, request: PreparedRequest, *, has_other_mock: bool) -> responses.BaseResponse:
    method, parts = str(request.method), urlsplit(str(request.url))
    if parts.scheme == "https" and parts.hostname == HOST and parts.port in {None, 443}:
        return _called(method, lambda asked: _answer(api, asked))
    if parts.hostname != HOST and (has_other_mock or _is_this_machine(parts.hostname)):
        return responses.BaseResponse(method, URL, passthrough=True)
    return _called(method, _refuse)


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
        raise NoConnection(f"{error}{_HOW_TO_MOCK.format(url=known)}", request=asked) from None
    except TooLateError as error:
        raise ReadTimeout(str(error), request=asked) from None
    if method == "HEAD":
        # Older releases of responses take the length of an answer to HEAD for that of a body, and miss it.
        return status, [header for header in headers if header[0] != "Content-Length"], b""
    return status, headers, body


def _refuse(asked: PreparedRequest) -> Parts:
    parts = urlsplit(str(asked.url))
    url = f"{parts.scheme}://{_place(parts)}{parts.path}"  # without the query and the user, which may be secret
    raise NoConnection(
        f"{asked.method} {url}: while the API is patched, only {URL} and this machine can be called. "
        + _HOW_TO_MOCK.format(url=url),
        request=asked,
    )


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


@contextmanager
def _back_door() -> Iterator[None]:
    """Let ``@responses.activate`` within the patch keep reaching StepPay, as it takes the place of the patch.

    The library's own mock sends what passes through straight to the network, wherever it stands; it has no public
    option for that, so the place where it keeps the network is changed while the patch lasts.
    """
    default = responses.mock
    here, network = HTTPAdapter.send, default._real_send  # noqa: SLF001 - see above

    def send(adapter: HTTPAdapter, request: PreparedRequest, *arguments: Any, **options: Any) -> Response:
        is_steppay = urlsplit(str(request.url)).hostname == HOST
        return (here if is_steppay else network)(adapter, request, *arguments, **options)

    default.add_passthru(URL)
    default._real_send = send  # noqa: SLF001 - see above
    try:
        yield
    finally:
        default._real_send = network  # noqa: SLF001 - see above
        prefixes = list(default.passthru_prefixes)
        if URL in prefixes:  # a reset() may have taken it
            prefixes.remove(URL)
        default.passthru_prefixes = tuple(prefixes)
