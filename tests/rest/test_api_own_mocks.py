"""Mocks of the user's own beside the patched API: each answers its own, whichever begins or ends first."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import requests
import requests_mock
import responses
import respx
from pytest_httpx import HTTPXMock, httpx_mock
from requests.adapters import HTTPAdapter

from steppay_mock.rest.api import StoreApi
from steppay_mock.store.store import Store

URL = "https://api.steppay.kr"
ELSEWHERE = "https://shop.example/hook"
TOKEN = {"Secret-Token": "live_8f3a"}
SOON = 30  # seconds

Add = Callable[[str, int], object]
"""Lets the mock answer a URL with this status."""


@dataclass(frozen=True)
class Mock:
    """A mock of the user's own: how it is begun, and which client it is for."""

    begin: Callable[[], AbstractContextManager[tuple[Add, Callable[[], int]]]]
    """Gives a function that adds an answer, and one that counts the calls that the mock has seen."""
    get: Callable[[str], int]


def get_by_requests(url: str) -> int:
    return requests.get(url, headers=TOKEN, timeout=SOON).status_code


def get_by_httpx(url: str) -> int:
    return httpx.get(url, headers=TOKEN).status_code


def get_by_httpx_async(url: str) -> int:
    async def get() -> int:
        async with httpx.AsyncClient() as client:
            return (await client.get(url, headers=TOKEN)).status_code

    return asyncio.run(get())


@contextmanager
def of_responses(**options: Any) -> Iterator[tuple[Add, Callable[[], int]]]:
    with responses.RequestsMock(**options) as mock:
        yield lambda url, status: mock.get(url, status=status), lambda: len(mock.calls)


@contextmanager
def of_responses_started() -> Iterator[tuple[Add, Callable[[], int]]]:
    responses.start()
    try:
        yield lambda url, status: responses.get(url, status=status), lambda: len(responses.calls)
    finally:
        responses.stop()
        responses.reset()


@contextmanager
def of_requests_mock(**options: Any) -> Iterator[tuple[Add, Callable[[], int]]]:
    with requests_mock.Mocker(**options) as mock:
        yield lambda url, status: mock.get(url, status_code=status), lambda: mock.call_count


@contextmanager
def of_respx(**options: Any) -> Iterator[tuple[Add, Callable[[], int]]]:
    with respx.mock(**options) as mock:
        yield lambda url, status: mock.get(url).respond(status), lambda: len(mock.calls)


@contextmanager
def of_pytest_httpx(**options: Any) -> Iterator[tuple[Add, Callable[[], int]]]:
    """The fixture ``httpx_mock``, begun by hand; in ``tests/plugin/test_own_mocks.py`` pytest begins it."""
    marker = SimpleNamespace(kwargs={"can_send_already_matched_responses": True, **options})
    request = SimpleNamespace(node=SimpleNamespace(iter_markers=lambda _name: [marker]))
    fixture: Any = httpx_mock
    with pytest.MonkeyPatch.context() as patch:
        using = fixture.__wrapped__(patch, request)
        mock = next(using)
        yield lambda url, status: mock.add_response(url=url, status_code=status), lambda: len(mock.get_requests())
        for _ in using:
            pass


MOCKS = {
    "responses": Mock(of_responses, get_by_requests),
    "responses, in order": Mock(lambda: of_responses(registry=responses.registries.OrderedRegistry), get_by_requests),
    "responses, started": Mock(of_responses_started, get_by_requests),
    "requests_mock": Mock(of_requests_mock, get_by_requests),
    "requests_mock, real_http": Mock(lambda: of_requests_mock(real_http=True), get_by_requests),
    "respx": Mock(of_respx, get_by_httpx),
    "respx, async": Mock(of_respx, get_by_httpx_async),
    "respx, whole transports": Mock(lambda: of_respx(using="httpx"), get_by_httpx),
    "respx, not all mocked": Mock(lambda: of_respx(assert_all_mocked=False), get_by_httpx),
    "pytest_httpx": Mock(of_pytest_httpx, get_by_httpx),
    "pytest_httpx, async": Mock(of_pytest_httpx, get_by_httpx_async),
    "pytest_httpx, of some": Mock(
        lambda: of_pytest_httpx(should_mock=lambda request: request.url.host == "shop.example"), get_by_httpx
    ),
}


@pytest.fixture(params=MOCKS)
def mock(request: pytest.FixtureRequest) -> Mock:
    return MOCKS[request.param]


@pytest.fixture
def url(path: str) -> str:
    return URL + path


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Everything that any of them patches is as before."""

    def patched() -> list[object]:
        return [
            HTTPAdapter.send,
            requests.Session.send,
            requests.Session.get_adapter,
            responses.RequestsMock._on_request,
            responses.mock.passthru_prefixes,
            requests_mock.Adapter.send,
            httpx.HTTPTransport.handle_request,
            httpx.AsyncHTTPTransport.handle_async_request,
            vars(respx.mocks.Mocker)["handler"],
            HTTPXMock._handle_request,
        ]

    before = patched()
    yield
    assert patched() == before


def begun(stack: ExitStack, api: StoreApi, mock: Mock, *, api_first: bool) -> tuple[Add, Callable[[], int]]:
    if api_first:
        stack.enter_context(api.patched())
    given = stack.enter_context(mock.begin())
    if not api_first:
        stack.enter_context(api.patched())
    return given


@pytest.mark.parametrize("api_first", [True, False])
def test_each_answers_its_own(api: StoreApi, url: str, mock: Mock, *, api_first: bool) -> None:
    with ExitStack() as stack:
        add, count = begun(stack, api, mock, api_first=api_first)
        add(ELSEWHERE, 418)
        assert [mock.get(one) for one in (url, ELSEWHERE, url)] == [200, 418, 200]
        assert (len(api.calls), count()) == (2, 1)  # the mock does not see what is not its own


@pytest.mark.parametrize("api_first", [True, False])
@pytest.mark.parametrize("mock", [name for name in MOCKS if name != "pytest_httpx, of some"], indirect=True)
def test_what_a_mock_says_of_the_vendor_wins(api: StoreApi, url: str, mock: Mock, *, api_first: bool) -> None:
    with ExitStack() as stack:
        add, count = begun(stack, api, mock, api_first=api_first)
        add(url, 503)
        assert [mock.get(url), mock.get(URL + "/api/v1/customers/1")] == [503, 404]
        assert (len(api.calls), count()) == (1, 1)


@pytest.mark.parametrize("api_first", [True, False])
def test_other_hosts_of_the_vendor_are_refused(api: StoreApi, mock: Mock, *, api_first: bool) -> None:
    with ExitStack() as stack:
        add, _ = begun(stack, api, mock, api_first=api_first)
        add(ELSEWHERE, 418)
        with pytest.raises(Exception, match="while the API is patched"):
            mock.get("https://portal.steppay.kr/")
        assert mock.get(ELSEWHERE) == 418
    assert list(api.calls) == []


def test_they_may_end_in_the_order_in_which_they_began(api: StoreApi, url: str, mock: Mock) -> None:
    for first_is_api in (True, False) * 2:
        patch, own = ExitStack(), ExitStack()
        if first_is_api:
            patch.enter_context(api.patched())
        add, _ = own.enter_context(mock.begin())
        if not first_is_api:
            patch.enter_context(api.patched())
        add(ELSEWHERE, 418)
        assert [mock.get(ELSEWHERE), mock.get(url)] == [418, 200]
        (patch if first_is_api else own).close()
        (own if first_is_api else patch).close()
        calls = len(api.calls)
        with pytest.raises(ContactError), nothing_is_resolved():
            mock.get(url)
        assert len(api.calls) == calls
    with api.patched():  # what was left inert is taken away by the next one
        assert mock.get(url) == 200


class ContactError(Exception):
    """Something was about to be called for real."""


@contextmanager
def nothing_is_resolved() -> Iterator[None]:
    def refuse(host: object, *_arguments: object, **_options: object) -> Any:
        raise ContactError(host)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socket.getaddrinfo", refuse)
        yield


def test_a_mock_of_the_vendor_that_asserts_its_calls_is_called(api: StoreApi, url: str) -> None:
    with api.patched(), respx.mock(assert_all_called=True) as mock:
        mock.get(url).respond(201)
        assert get_by_httpx(url) == 201
    with responses.RequestsMock(assert_all_requests_are_fired=True) as other:
        other.get(url, status=201, match=[responses.matchers.query_param_matcher({"a": "b"})])
        with api.patched():
            assert [get_by_requests(f"{url}?a=b"), get_by_requests(url)] == [201, 200]


def test_a_route_that_lets_pass_leads_to_the_api(api: StoreApi, url: str) -> None:
    for using in ("httpcore", "httpx"):
        with api.patched(), respx.mock(using=using) as mock:
            route = mock.route(host="api.steppay.kr").pass_through()
            assert [get_by_httpx(url), get_by_httpx_async(url)] == [200, 200]
            assert route.call_count == 2
    with requests_mock.Mocker() as other, api.patched():
        other.get(re.compile(r"steppay\.kr"), real_http=True)
        assert get_by_requests(url) == 200
    with api.patched(), responses.RequestsMock(assert_all_requests_are_fired=False) as third:
        third.add_passthru("https://")
        assert get_by_requests(url) == 200


@respx.mock
def test_respx_as_a_decorator(api: StoreApi, url: str) -> None:
    respx.get(ELSEWHERE).respond(418)
    with api.patched():
        assert [get_by_httpx(one) for one in (url, ELSEWHERE)] == [200, 418]


def test_requests_mock_as_a_decorator(api: StoreApi, url: str) -> None:
    @requests_mock.Mocker(kw="own")
    def check(own: Any = None) -> None:
        own.get(ELSEWHERE, status_code=418)
        with api.patched():
            assert [get_by_requests(one) for one in (url, ELSEWHERE)] == [200, 418]

    check()
    with api.patched():
        check()


def test_of_two_patches_the_inner_one_answers_beside_every_mock(api: StoreApi, url: str, mock: Mock) -> None:
    other = StoreApi(Store(seed=8), token="live_8f3a")
    for last in (True, False):
        with ExitStack() as stack:
            stack.enter_context(api.patched())
            add, _ = begun(stack, other, mock, api_first=last)
            add(ELSEWHERE, 418)
            assert [mock.get(url), mock.get(ELSEWHERE)] == [404, 418]
    assert (len(api.calls), len(other.calls)) == (0, 2)


def test_two_kinds_of_mocks_at_once(api: StoreApi, url: str) -> None:
    with requests_mock.Mocker() as one, api.patched(), respx.mock() as two:
        one.get(ELSEWHERE, status_code=418)
        two.get(ELSEWHERE).respond(429)
        assert [get_by_requests(ELSEWHERE), get_by_httpx(ELSEWHERE)] == [418, 429]
        assert [get_by_requests(url), get_by_httpx(url)] == [200, 200]


def test_a_mock_of_responses_from_before_that_is_stopped_within_takes_the_api_away_and_nothing_is_called(
    api: StoreApi, url: str
) -> None:
    own = responses.RequestsMock(assert_all_requests_are_fired=False)
    own.start()
    with api.patched():
        own.stop()
        with pytest.raises(requests.ConnectionError, match="no call goes there"):
            requests.get(url, headers=TOKEN, timeout=SOON)
    assert api.calls == ()
