"""A test has ``steppay_api`` and a mock of its own among its fixtures: pytest decides which one begins first."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.exhaustive  # slow: each run is a process of its own

_WITHOUT = ("asyncio", "anyio", "django", "faker", "hypothesispytest", "randomly", "xdist")

_GETS = """
    import asyncio
    import httpx, pytest, requests, responses

    ELSEWHERE = "https://shop.example/hook"

    def url(store):
        return f"https://api.steppay.kr/api/v1/customers/{store.customer.id}"

    def by_requests(url, api):
        return requests.get(url, headers={"Secret-Token": api.token}, timeout=9).status_code

    def by_httpx(url, api):
        return httpx.get(url, headers={"Secret-Token": api.token}).status_code

    def by_httpx_async(url, api):
        async def get():
            async with httpx.AsyncClient() as client:
                return (await client.get(url, headers={"Secret-Token": api.token})).status_code
        return asyncio.run(get())

    @pytest.fixture
    def of_responses():
        with responses.RequestsMock() as mock:
            yield mock
"""

_TESTS = {
    "of_responses": ("of_responses.get(ELSEWHERE, status=418)", ["by_requests"]),
    "requests_mock": ("requests_mock.get(ELSEWHERE, status_code=418)", ["by_requests"]),
    "respx_mock": ("respx_mock.get(ELSEWHERE).respond(418)", ["by_httpx", "by_httpx_async"]),
    "httpx_mock": (
        "httpx_mock.add_response(url=ELSEWHERE, status_code=418, is_reusable=True)",
        ["by_httpx", "by_httpx_async"],
    ),
}


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-Werror", *(f"-pno:{name}" for name in _WITHOUT), *options)


@pytest.mark.parametrize("mock", _TESTS)
def test_each_answers_its_own_in_both_orders(pytester: pytest.Pytester, mock: str) -> None:
    prepare, gets = _TESTS[mock]
    tests = [
        f"""
    def test_{get}_{place}({fixtures}, steppay_store):
        {prepare}
        own = url(steppay_store)
        assert [{get}(one, steppay_api) for one in (own, ELSEWHERE, own)] == [200, 418, 200]
        assert [call.status for call in steppay_api.calls] == [200, 200]
"""
        for get in gets
        for place, fixtures in enumerate((f"steppay_api, {mock}", f"{mock}, steppay_api"))
    ]
    pytester.makepyfile("\n".join((_GETS, *tests)))
    run(pytester).assert_outcomes(passed=2 * len(gets))


def test_sockets_may_be_disabled(pytester: pytest.Pytester) -> None:
    test = """
    @pytest.mark.parametrize("get", [by_requests, by_httpx])
    def test_{place}({fixtures}, get):
        assert get(url(steppay_store), steppay_api) == 200
        with pytest.raises(Exception, match="StepPay's|socket.socket"):
            __import__("urllib.request").request.urlopen("https://api.steppay.kr")
    """
    orders = ("steppay_api, steppay_store, socket_disabled", "socket_disabled, steppay_api, steppay_store")
    after = """
    def test_after():
        import socket
        socket.create_server(("127.0.0.1", 0)).close()
        assert "connect" not in vars(socket.socket) or not hasattr(socket.socket.connect, "__wrapped__")
    """
    tests = [test.format(place=place, fixtures=fixtures) for place, fixtures in enumerate(orders)]
    pytester.makepyfile("\n".join((_GETS, *tests, after)))
    run(pytester).assert_outcomes(passed=5)
    run(pytester, "--disable-socket", "-k", "not after").assert_outcomes(passed=4, deselected=1)
    run(pytester, "--allow-hosts=127.0.0.1").assert_outcomes(passed=5)
