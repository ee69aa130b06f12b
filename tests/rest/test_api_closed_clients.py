"""Clients that find StepPay's address by themselves or leave it to a proxy: each is refused, with the next step."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from textwrap import dedent
from typing import Any
from urllib.request import ProxyHandler, build_opener

import aiohttp
import httpcore
import httpx
import pytest
import requests
import urllib3
import uvloop
from extras import needing

from steppay_mock.rest.api import StoreApi
from steppay_mock.rest.patching.vendor_hosts import VendorHostError

URL = "https://api.steppay.kr"
PLAIN = "http://api.steppay.kr"
PATH = "/api/v1/orders/7"
TOKEN = {"Secret-Token": "live_8f3a"}
SOON = 5  # seconds


class Proxy:
    """A proxy that takes connections, writes down what it is asked, and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = self._listener.accept()
                with client:
                    client.settimeout(SOON)
                    with suppress(OSError):
                        self.asked += [asked] if (asked := client.recv(1000)) else []

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    """The proxy, as companies give it to every process."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv(name.lower(), proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


async def get_aiohttp(url: str, **options: Any) -> None:
    resolver = aiohttp.ThreadedResolver()
    async with (
        aiohttp.ClientSession(trust_env=True, connector=aiohttp.TCPConnector(resolver=resolver)) as session,
        session.get(url, **options),
    ):
        pass


async def get_aiohttp_by_aiodns(url: str) -> None:
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=aiohttp.AsyncResolver())) as session,
        session.get(url),
    ):
        pass


async def get_httpcore(url: str, proxy: str) -> None:
    async with httpcore.AsyncConnectionPool(proxy=httpcore.Proxy(proxy)) as pool:
        await pool.request("GET", url)


async def get_httpx(url: str) -> None:
    async with httpx.AsyncClient() as client:
        await client.get(url)


async def connect() -> None:
    await asyncio.open_connection("api.steppay.kr", 443)


async def resolve() -> None:
    await asyncio.get_running_loop().getaddrinfo("api.steppay.kr", 443)


async def connect_sock() -> None:
    with socket.socket() as one:
        one.settimeout(0)
        await asyncio.get_running_loop().sock_connect(one, ("api.steppay.kr", 443))


def tunnel(proxy: str) -> None:
    connection = HTTPSConnection(proxy.removeprefix("http://"))
    connection.set_tunnel("api.steppay.kr", 443)
    connection.request("GET", PATH)


def ask_proxy(proxy: str) -> None:
    HTTPConnection(proxy.removeprefix("http://")).request("GET", PLAIN + PATH)


def perform(url: str, *, proxy: str = "") -> None:
    import pycurl

    handle = pycurl.Curl()
    handle.setopt(pycurl.PROXY, proxy)
    handle.setopt(pycurl.CONNECTTIMEOUT, SOON)
    handle.setopt(pycurl.URL, url)
    handle.perform()


def set_url(method: str, url: str | bytes) -> None:
    import pycurl

    getattr(pycurl.Curl(), method)(pycurl.URL, url)


BY_PROXY: dict[str, Callable[[str], object]] = {
    "http.client, a tunnel": tunnel,
    "http.client, a full URL": ask_proxy,
    "urllib": lambda proxy: build_opener(ProxyHandler({"https": proxy})).open(URL + PATH),
    "urllib, without TLS": lambda proxy: build_opener(ProxyHandler({"http": proxy})).open(PLAIN + PATH),
    "urllib3": lambda proxy: urllib3.ProxyManager(proxy, retries=False).request("GET", URL + PATH),
    "urllib3, without TLS": lambda proxy: urllib3.ProxyManager(proxy, retries=False).request("GET", PLAIN + PATH),
    "urllib3, which tries again": lambda proxy: urllib3.ProxyManager(proxy, retries=1).request("GET", URL + PATH),
    "aiohttp": lambda proxy: asyncio.run(get_aiohttp(URL + PATH, proxy=proxy)),
    "aiohttp, without TLS": lambda proxy: asyncio.run(get_aiohttp(PLAIN + PATH, proxy=proxy)),
    "httpcore": lambda proxy: asyncio.run(get_httpcore(URL + PATH, proxy)),
    "httpx, another host": lambda proxy: httpx.get("https://portal.steppay.kr/", proxy=proxy),
    "httpx, without TLS": lambda proxy: httpx.get(PLAIN + PATH, proxy=proxy),
    "pycurl": lambda proxy: perform(URL + PATH, proxy=proxy),
}

# Not urlopen(): its first call in a process reads the environment for all calls after it, those of other tests too.
BY_ENVIRONMENT: dict[str, Callable[[], object]] = {
    "urllib": lambda: build_opener().open(URL + PATH),
    "urllib, without TLS": lambda: build_opener().open(PLAIN + PATH),
    "aiohttp": lambda: asyncio.run(get_aiohttp(URL + PATH)),
    "httpx, another host": lambda: httpx.get("https://portal.steppay.kr/"),
    "httpx, async": lambda: asyncio.run(get_httpx("https://portal.steppay.kr/")),
    "pycurl": lambda: perform(URL + PATH),
}

BY_ITSELF: dict[str, Callable[[], object]] = {
    "aiohttp": lambda: asyncio.run(get_aiohttp(URL + PATH)),
    "aiohttp, by aiodns": lambda: asyncio.run(get_aiohttp_by_aiodns(URL + PATH)),
    "urllib3": lambda: urllib3.PoolManager(retries=False).request("GET", URL + PATH),
    "pycurl": lambda: perform(URL + PATH),
    "pycurl, bytes without a scheme": lambda: set_url("setopt", b"API.steppay.kr:443/api"),
    "pycurl, a string": lambda: set_url("setopt_string", URL),
    "uvloop, a connection": lambda: uvloop.run(connect()),
    "uvloop, a name": lambda: uvloop.run(resolve()),
    "uvloop, a socket": lambda: uvloop.run(connect_sock()),
    "uvloop, aiohttp": lambda: uvloop.run(get_aiohttp(URL + PATH)),
}


def refused(call: Callable[[], object]) -> None:
    with pytest.raises(Exception, match=r"steppay\.kr is StepPay's") as caught:
        call()
    assert "`with api.serve() as url: ...`" in str(caught.value)


@pytest.mark.parametrize("name", needing("fast", "pycurl", BY_PROXY))
def test_no_client_leaves_the_vendor_to_a_proxy(api: StoreApi, proxy: Proxy, name: str) -> None:
    with api.patched():
        refused(lambda: BY_PROXY[name](proxy.url))
    assert (proxy.asked, list(api.calls)) == ([], [])


@pytest.mark.parametrize("name", needing("fast", "pycurl", BY_ENVIRONMENT))
@pytest.mark.usefixtures("environment")
def test_nor_to_the_proxy_of_the_environment(api: StoreApi, proxy: Proxy, name: str) -> None:
    with api.patched():
        refused(BY_ENVIRONMENT[name])
    assert (proxy.asked, list(api.calls)) == ([], [])


@pytest.mark.parametrize("name", needing("fast", "pycurl", BY_ITSELF))
def test_no_client_finds_the_address_by_itself(api: StoreApi, name: str) -> None:
    with api.patched():
        refused(BY_ITSELF[name])
    assert list(api.calls) == []


@pytest.mark.usefixtures("environment")
def test_requests_and_httpx_are_answered_beside_a_proxy(api: StoreApi, proxy: Proxy) -> None:
    code = api._stores[0].orders[0].code
    url = f"{URL}/api/v1/orders/{code}"

    async def get_async() -> int:
        async with httpx.AsyncClient(
            http2=False, mounts={"https://": httpx.AsyncHTTPTransport(proxy=proxy.url)}
        ) as one:
            return (await one.get(url, headers=TOKEN)).status_code

    with api.patched():
        assert requests.get(url, headers=TOKEN, timeout=SOON).status_code == 200
        with requests.Session() as session:
            session.proxies = {"https": proxy.url}
            asked = session.prepare_request(requests.Request("GET", url, headers=TOKEN))
            assert session.send(asked, timeout=SOON, proxies={"https": proxy.url}).status_code == 200
        assert httpx.get(url, headers=TOKEN).status_code == 200
        with httpx.Client(proxy=proxy.url) as client:
            assert client.get(url, headers=TOKEN).status_code == 200
        assert asyncio.run(get_async()) == 200
    assert (proxy.asked, len(api.calls)) == ([], 5)


def test_httpx_keeps_transports_of_the_users_own(api: StoreApi) -> None:
    class Twice(httpx.BaseTransport):
        """Asks twice, as transports that try again do."""

        def __init__(self) -> None:
            self.inner = httpx.HTTPTransport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.inner.handle_request(request)
            return self.inner.handle_request(request)

        def close(self) -> None:
            self.inner.close()

    code = api._stores[0].orders[0].code
    fake = httpx.MockTransport(lambda _request: httpx.Response(418))
    with api.patched():
        with httpx.Client(transport=Twice(), headers=TOKEN) as client:
            assert client.get(f"{URL}/api/v1/orders/{code}").status_code == 200
        with httpx.Client(mounts={"all://*.steppay.kr": fake}) as client:
            assert client.get(URL).status_code == 418
    assert len(api.calls) == 2


def test_a_connection_from_before_is_refused(api: StoreApi) -> None:
    """A module-level client may be connected to the real StepPay already."""
    with HTTPSConnectionTo("api.steppay.kr") as (connection, other_end), api.patched():
        refused(lambda: connection.request("GET", PATH, headers=TOKEN))
        other_end.settimeout(0)
        with pytest.raises(BlockingIOError):
            other_end.recv(1)


class HTTPSConnectionTo:
    """A connection that believes that it is connected to this host."""

    def __init__(self, host: str) -> None:
        self._connection = HTTPConnection(host)
        self._connection.sock, self._other_end = socket.socketpair()

    def __enter__(self) -> tuple[HTTPConnection, socket.socket]:
        return self._connection, self._other_end

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()
        self._other_end.close()


def test_a_resolver_of_the_users_own_is_let_be(api: StoreApi) -> None:
    """aiohttp's documentation builds fake servers so."""

    class Nowhere(aiohttp.abc.AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
            raise OSError(5, f"no {host} at {port} of {family!r} here")

        async def close(self) -> None:
            pass

    async def get() -> None:
        connector = aiohttp.TCPConnector(resolver=Nowhere())
        async with aiohttp.ClientSession(connector=connector) as session, session.get(URL):
            pass

    with api.patched(), pytest.raises(aiohttp.ClientConnectorError, match=r"no api\.steppay\.kr at 443"):
        asyncio.run(get())


def test_other_hosts_are_reached_as_ever(api: StoreApi) -> None:
    code = api._stores[0].orders[0].code
    path = f"/api/v1/orders/{code}"

    async def get(url: str) -> int:
        async with aiohttp.ClientSession() as session, session.get(url + path, headers=TOKEN) as answer:
            return answer.status

    with StoreApi(api._stores[0], token="live_8f3a").serve() as url, api.patched():
        assert asyncio.run(get(url)) == 200
        assert uvloop.run(get(url.replace("127.0.0.1", "localhost"))) == 200
        assert urllib3.request("GET", url + path, headers=TOKEN, retries=False).status == 200
    assert list(api.calls) == []


def test_all_is_as_it_was_afterwards(api: StoreApi) -> None:
    def patched() -> list[Any]:
        methods = [
            (HTTPConnection, "putrequest"), (HTTPConnection, "set_tunnel"), (aiohttp.TCPConnector, "connect"),
            (httpcore.HTTPProxy, "create_connection"), (httpcore.AsyncHTTPProxy, "create_connection"),
            (uvloop.Loop, "getaddrinfo"), (uvloop.Loop, "create_connection"), (uvloop.Loop, "sock_connect"),
        ]  # fmt: skip
        return [vars(owner).get(name) for owner, name in methods]

    before = patched()
    with api.patched():
        assert not any(one is other for one, other in zip(patched(), before, strict=True))
    assert all(one is other for one, other in zip(patched(), before, strict=True))


@pytest.mark.extra("fast")
def test_pycurl_reaches_other_hosts_as_ever_and_is_as_it_was_afterwards(api: StoreApi) -> None:
    import pycurl

    before, path = pycurl.Curl, f"/api/v1/orders/{api._stores[0].orders[0].code}"
    with StoreApi(api._stores[0], token="live_8f3a").serve() as url, api.patched():
        assert pycurl.Curl is not before
        kept = pycurl.Curl()
        kept.setopt(pycurl.URL, url + path)
        kept.setopt(pycurl.HTTPHEADER, ["Secret-Token: live_8f3a"])
        kept.setopt(pycurl.WRITEFUNCTION, lambda _body: None)
        kept.perform()
        assert kept.getinfo(pycurl.RESPONSE_CODE) == 200
    assert list(api.calls) == []
    assert pycurl.Curl is before
    kept.setopt(pycurl.URL, URL)
    kept.close()


LATER = {
    "pycurl": "module.Curl().setopt(module.URL, 'https://steppay.kr')",
    "uvloop": "module.run(connect())",
}


@pytest.mark.parametrize("name", needing("fast", "pycurl", LATER))
def test_a_client_that_is_imported_later_is_refused_too(name: str) -> None:
    script = f"""
        import asyncio, sys
        from importlib import import_module
        from steppay_mock.rest.api import StoreApi
        from steppay_mock.store.store import Store

        async def connect():
            await asyncio.open_connection("api.steppay.kr", 443)

        finders = list(sys.meta_path)
        with StoreApi(Store(seed=7)).patched():
            assert not {{"{name}", "aiohttp"}} & set(sys.modules)
            import aiohttp
            module = import_module("{name}")
            try:
                {LATER[name]}
            except OSError as error:
                print("StepPay's" in str(error))
        assert sys.meta_path == finders
        if "{name}" == "pycurl":
            {LATER["pycurl"]}
    """
    done = subprocess.run([sys.executable, "-c", dedent(script)], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["True"], "")


def test_a_tunnel_with_a_port_leads_nowhere_either(api: StoreApi) -> None:
    with api.patched(), pytest.raises(VendorHostError):
        HTTPSConnection("127.0.0.1", 9).set_tunnel("api.steppay.kr:443")
