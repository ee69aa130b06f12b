"""Real clients while the API is patched: httpx is answered, sync and async, and StepPay's names lead to no address."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from http.client import HTTPSConnection
from textwrap import dedent
from typing import Any
from urllib.request import urlopen

import httpx
import pytest
import requests
import urllib3

from steppay_mock.rest.api import StoreApi
from steppay_mock.rest.exchange import ApiCall
from steppay_mock.rest.patching.vendor_hosts import VendorHostError, is_vendor_host
from steppay_mock.store.store import Store

URL = "https://api.steppay.kr"
TOKEN = {"Secret-Token": "live_8f3a"}
SOON = 30  # seconds


async def get_async(url: str, **options: Any) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(url, **options)


def test_httpx_is_answered_in_process(api: StoreApi, store: Store, path: str) -> None:
    with api.patched():
        answer = httpx.get(f"{URL}{path}?a=b", headers=TOKEN)
        assert (answer.status_code, answer.json()["id"]) == (200, store.subscription.id)
        assert answer.headers["Content-Type"] == "application/json"
        assert httpx.get(f"{URL}:443{path}").status_code == 403
        assert httpx.head(URL + path, headers=TOKEN).content == b""
        assert httpx.post(URL + path, headers=TOKEN, json={}).status_code == 405
        assert requests.get(URL + path, headers=TOKEN, timeout=SOON).status_code == 200
    assert [call.status for call in api.calls] == [200, 403, 200, 405, 200]


def test_httpx_is_answered_in_an_event_loop(api: StoreApi, store: Store, path: str) -> None:
    with api.patched():
        answer = asyncio.run(get_async(URL + path, headers=TOKEN))
    assert answer.json()["id"] == store.subscription.id


def test_an_answer_is_like_one_of_the_network(api: StoreApi, path: str) -> None:
    with api.patched():
        for answer in (httpx.get(URL + path, headers=TOKEN), asyncio.run(get_async(URL + path, headers=TOKEN))):
            assert answer.elapsed.total_seconds() >= 0
            assert answer.num_bytes_downloaded == len(answer.content) > 0


def test_a_client_that_was_made_before_is_answered_too(api: StoreApi, path: str) -> None:
    with httpx.Client(base_url=URL, headers=TOKEN) as client, api.patched():
        assert client.get(path).status_code == 200


def test_percent_signs_in_a_path_are_undone(api: StoreApi, store: Store) -> None:
    code = store.orders[0].code
    with api.patched():
        answer = httpx.get(f"{URL}/api/v1/orders/{code.replace('_', '%5F')}", headers=TOKEN)
    assert answer.json()["code"] == code


def test_an_unknown_path_is_loud(api: StoreApi) -> None:
    with api.patched(), pytest.raises(httpx.ConnectError, match="no known route of StepPay has this path") as caught:
        httpx.get(f"{URL}/api/v1/order/7?key=secret", headers=TOKEN)
    assert str(caught.value).endswith("Correct the path.")
    assert "secret" not in str(caught.value)
    assert api.calls == [ApiCall("GET", "/api/v1/order/7", None)]


def test_the_advice_to_mock_an_unknown_endpoint_works(api: StoreApi) -> None:
    with api.patched(), pytest.raises(requests.ConnectionError) as caught:
        requests.post(f"{URL}/api/v1/coupons", timeout=SOON)
    assert 'as mock: mock.post("https://api.steppay.kr/api/v1/coupons", json={...})`' in str(caught.value)
    with api.patched() as mock:
        mock.post("https://api.steppay.kr/api/v1/coupons", json={})
        assert requests.post(f"{URL}/api/v1/coupons", timeout=SOON).json() == {}


def test_misbehaviour_reaches_httpx(api: StoreApi, path: str) -> None:
    api.slow_down(seconds=60)
    with api.patched():
        with pytest.raises(httpx.ReadTimeout, match=r"no answer within 0\.01 s"):
            httpx.get(URL + path, headers=TOKEN, timeout=0.01)
        api.behave()
        api.fail(status=503)
        assert httpx.get(URL + path, headers=TOKEN).status_code == 503


def test_a_held_call_holds_up_no_event_loop(api: StoreApi, path: str) -> None:
    async def both() -> list[int]:
        held = asyncio.create_task(get_async(URL + path, headers=TOKEN))
        await asyncio.to_thread(hold.wait, SOON)
        free = await get_async(URL + path, headers=TOKEN)
        hold.release()
        return [(await held).status_code, free.status_code]

    hold = api.hold()
    with api.patched():
        assert asyncio.run(both()) == [200, 200]


def test_httpx_reaches_this_machine_as_ever(api: StoreApi, store: Store, path: str) -> None:
    with StoreApi(store, token="live_8f3a").serve() as url, api.patched():
        assert httpx.get(url + path, headers=TOKEN).status_code == 200
        assert asyncio.run(get_async(url.replace("127.0.0.1", "localhost") + path, headers=TOKEN)).status_code == 200
        assert api.calls == []


def test_the_patch_ends(api: StoreApi, monkeypatch: pytest.MonkeyPatch) -> None:
    if "connect" in vars(socket.socket):  # pytest-socket leaves it there after each test
        monkeypatch.delattr(socket.socket, "connect")

    def patched() -> tuple[Any, ...]:
        transports = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request
        return (*transports, socket.getaddrinfo, socket.gethostbyname, socket.socket.connect, len(sys.meta_path))

    before = patched()
    with pytest.raises(ZeroDivisionError), api.patched(), api.patched():
        1 / (patched()[:-1] == before[:-1])
    assert patched() == before
    assert "connect" not in vars(socket.socket)


async def connect_in_a_loop() -> None:
    await asyncio.open_connection("api.steppay.kr", 443)


async def resolve_in_a_loop() -> None:
    await asyncio.get_running_loop().getaddrinfo("api.steppay.kr", 443)


def connect_by_name() -> None:
    with socket.socket() as one:
        one.connect(("api.steppay.kr", 443))


def call_by_http_client() -> None:
    HTTPSConnection("api.steppay.kr").request("GET", "/")


def call_by_urllib3() -> None:
    urllib3.request("GET", f"{URL}/api/v1/orders/7", retries=False)


CALLS: dict[str, Callable[[], object]] = {
    "create_connection": lambda: socket.create_connection(("api.steppay.kr", 443)),
    "connect": connect_by_name,
    "gethostbyname": lambda: socket.gethostbyname("api.steppay.kr"),
    "asyncio": lambda: asyncio.run(connect_in_a_loop()),
    "getaddrinfo of a loop": lambda: asyncio.run(resolve_in_a_loop()),
    "http.client": call_by_http_client,
    "urllib": lambda: urlopen(f"{URL}/api/v1/orders/7"),
    "urllib3": call_by_urllib3,
    "httpx, another host": lambda: httpx.get("https://portal.steppay.kr/"),
    "httpx, another port": lambda: httpx.get(f"{URL}:8443/"),
    "httpx, without TLS": lambda: httpx.get("http://api.steppay.kr/api/v1/orders/7"),
    "httpx, async": lambda: asyncio.run(get_async("https://portal.steppay.kr/")),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_client_reaches_the_vendor_and_each_is_told_how_to_mount(api: StoreApi, name: str) -> None:
    with api.patched(), pytest.raises(Exception, match=r"steppay\.kr is StepPay's") as caught:
        CALLS[name]()
    assert "`with api.serve() as url: ...`" in str(caught.value)
    assert api.calls == []


def test_the_error_is_one_of_name_resolution(api: StoreApi) -> None:
    with api.patched(), pytest.raises(VendorHostError) as caught:
        socket.getaddrinfo(b"API.steppay.kr.", 443)
    assert isinstance(caught.value, socket.gaierror)
    assert caught.value.errno == socket.EAI_NONAME


def test_other_names_are_resolved_as_ever(api: StoreApi) -> None:
    with api.patched():
        assert socket.getaddrinfo("localhost", 80)
        assert socket.gethostbyname("localhost").startswith("127.")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            socket.create_connection(listener.getsockname()).close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.steppay.kr", True),
        ("steppay.kr", True),
        ("API.StepPay.KR.", True),
        ("ａpi。steppay.kr", True),
        (b"dev.api.steppay.kr", True),
        ("notsteppay.kr", False),
        ("steppay.kr.example", False),
        ("", False),
        (None, False),
        ("a" * 80, False),
    ],
)
def test_every_name_of_the_vendor_is_known(host: object, *, expected: bool) -> None:
    assert is_vendor_host(host) is expected


def test_httpx_that_is_imported_later_is_answered_too() -> None:
    script = """
        import sys
        from steppay_mock.rest.api import StoreApi
        from steppay_mock.store.store import Store

        store = Store(seed=7)
        order = store.checkout()
        api = StoreApi(store)
        finders = list(sys.meta_path)
        with api.patched():
            assert "httpx" not in sys.modules
            import httpx
            before = httpx.HTTPTransport.handle_request
            url = f"https://api.steppay.kr/api/v1/orders/{store.orders[0].code}"
            print(httpx.get(url, headers={"Secret-Token": api.token}).status_code)
        assert httpx.HTTPTransport.handle_request is not before
        assert sys.meta_path == finders
        with api.patched():
            print(httpx.get(url).status_code)
    """
    done = subprocess.run([sys.executable, "-c", dedent(script)], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["200", "403"], "")


def test_threads_are_closed_off_too(api: StoreApi) -> None:
    found: list[BaseException] = []

    def call() -> None:
        try:
            socket.create_connection(("api.steppay.kr", 443))
        except OSError as error:
            found.append(error)

    with api.patched():
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    assert [type(error) for error in found] == [VendorHostError]
