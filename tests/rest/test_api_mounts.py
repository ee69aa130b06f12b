"""The API is reached through each of its doors: ``responses``, WSGI and HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from steppay_mock import SteppayMockError
from steppay_mock.rest.api import StoreApi
from steppay_mock.rest.exchange import ApiCall
from steppay_mock.store.store import Store

SOON = 30  # seconds; what takes longer in these tests has failed
URL = "https://api.steppay.kr"
TOKEN = {"Secret-Token": "live_8f3a"}
ELSEWHERE = "https://shop.example/hook"


def get(url: str, **options: Any) -> requests.Response:
    return requests.get(url, **{"headers": TOKEN, "timeout": SOON, **options})


# In process.


def test_requests_are_answered_in_process(api: StoreApi, store: Store, path: str) -> None:
    with api.patched():
        answer = get(f"{URL}{path}?a=b")
        assert (answer.status_code, answer.json()["id"]) == (200, store.subscription.id)
        assert answer.headers["Content-Type"] == "application/json"
        assert get(f"{URL}:443{path}", headers={}).status_code == 403
        assert get(URL + path, headers={"secret-token": b"live_8f3a"}).status_code == 200
        assert requests.head(URL + path, headers=TOKEN, timeout=SOON).content == b""
        assert requests.post(URL + path, headers=TOKEN, timeout=SOON, json={}).status_code == 405
    assert [call.status for call in api.calls] == [200, 403, 200, 200, 405]


def test_percent_signs_in_a_path_are_undone(api: StoreApi, store: Store) -> None:
    code = store.orders[0].code
    with api.patched():
        assert get(f"{URL}/api/v1/orders/{code.replace('_', '%5F')}").json()["code"] == code
        assert "'한'" in get(f"{URL}/api/v1/orders/한").json()["errorMessage"]


def test_the_patch_ends(api: StoreApi) -> None:
    before = HTTPAdapter.send
    with pytest.raises(ZeroDivisionError), api.patched():
        1 / (HTTPAdapter.send is before)
    assert HTTPAdapter.send is before
    assert responses.mock.passthru_prefixes == ()


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/api/v1/order/7", "Did you mean GET /api/v1/orders/{idOrCode}?"),
        ("/", "Call one of: GET /api/v1/orders/{idOrCode}, GET"),
    ],
)
def test_an_unknown_path_is_loud(api: StoreApi, path: str, advice: str) -> None:
    with (
        api.patched(),
        pytest.raises(requests.exceptions.ConnectionError, match="no known route of StepPay has this path") as caught,
    ):
        get(f"{URL}{path}?key=secret")
    text = str(caught.value)
    assert text.startswith(f"GET {URL}{path}: no known route of StepPay has this path. {advice}")
    assert f'`with api.patched() as mock: mock.get("{URL}{path}", json={{...}})`' in text
    assert "secret" not in text
    assert "live_8f3a" not in text
    assert api.calls == [ApiCall("GET", path, None)]


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://user:pass@shop.example:8443/hook?key=secret", "https://shop.example:8443/hook"),
        ("http://api.steppay.kr/api/v1/orders/7", "http://api.steppay.kr/api/v1/orders/7"),
        ("https://api.steppay.kr:8443/", "https://api.steppay.kr:8443/"),
        ("https://api.steppay.kr.example/", "https://api.steppay.kr.example/"),
    ],
)
def test_other_hosts_are_refused_with_how_to_mock_them(api: StoreApi, url: str, named: str) -> None:
    with api.patched(), pytest.raises(requests.exceptions.ConnectionError) as caught:
        get(url)
    assert str(caught.value) == (
        f"GET {named}: while the API is patched, only https://api.steppay.kr and this machine can be called. Mock it "
        f'with what patched() gives: `with api.patched() as mock: mock.get("{named}", json={{...}})`, or with '
        "`responses` around patched()."
    )
    assert api.calls == []


def test_calls_of_this_machine_pass_through(api: StoreApi, store: Store, path: str) -> None:
    with StoreApi(store, token="live_8f3a").serve() as url, api.patched():
        assert get(url + path).status_code == 200
        assert get(url.replace("127.0.0.1", "localhost") + path).status_code == 200
        assert api.calls == []


def test_other_hosts_can_be_added_to_the_patch_and_what_is_added_wins(api: StoreApi, path: str) -> None:
    with api.patched() as mock:
        mock.get(ELSEWHERE, json={"shop": 1})
        assert get(ELSEWHERE).json() == get(ELSEWHERE).json() == {"shop": 1}
        assert get(URL + path).status_code == 200
        mock.get(URL + path, status=418)
        assert get(URL + path).status_code == 418


def test_a_client_that_tries_again_does_so_in_process(api: StoreApi, path: str) -> None:
    api.fail(status=503, times=2)
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503], backoff_factor=0)))
    with session, api.patched():
        assert session.get(URL + path, headers=TOKEN, timeout=SOON).status_code == 200
    assert [call.status for call in api.calls] == [503, 503, 200]


@pytest.mark.parametrize("timeout", [1, (9, 1.0), (None, 1)])
def test_a_caller_who_does_not_wait_that_long_gets_the_timeout(store: Store, path: str, timeout: Any) -> None:
    slept: list[float] = []
    api = StoreApi(store, token="live_8f3a", sleep=slept.append)
    api.slow_down(seconds=0.75)
    with api.patched():
        assert get(URL + path, timeout=timeout).status_code == 200
        api.slow_down(seconds=0.5)
        with pytest.raises(requests.exceptions.ReadTimeout, match=rf"GET {URL}{path}: no answer within 1 s: api\."):
            get(URL + path, timeout=timeout)
        assert get(URL + path, timeout=None).status_code == 200
    assert slept == [0.75, 0.75, 0.25, 0.75, 0.5]
    assert [call.status for call in api.calls] == [200, None, 200]


def test_a_held_caller_gets_the_timeout_too(api: StoreApi, path: str) -> None:
    hold = api.hold()
    with api.patched(), pytest.raises(requests.exceptions.ReadTimeout):
        get(URL + path, timeout=0.001)
    assert hold.wait(0)


def test_who_waits_for_a_call_waits_no_longer_than_until_the_release(api: StoreApi) -> None:
    hold, came = api.hold(), list[bool]()
    waiting = threading.Thread(target=lambda: came.append(hold.wait(3600)), daemon=True)
    waiting.start()
    hold.release()
    waiting.join(SOON)
    assert came == [False]


def test_many_threads_are_answered_while_one_is_held(api: StoreApi, path: str) -> None:
    hold = api.hold()
    with api.patched(), ThreadPoolExecutor(4) as pool:
        held = pool.submit(get, URL + path)
        assert hold.wait(SOON)
        assert [one.status_code for one in pool.map(get, [URL + path] * 9)] == [200] * 9
        hold.release()
        assert held.result(SOON).status_code == 200


# Together with the user's own use of `responses`.


def test_a_mock_around_the_patch_answers_every_other_host(api: StoreApi, path: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(ELSEWHERE, json={"shop": 1})
        with api.patched():
            assert get(URL + path).status_code == 200
            assert get(ELSEWHERE).json() == {"shop": 1}
            with pytest.raises(requests.exceptions.ConnectionError, match="Connection refused by Responses"):
                get("https://other.example/")
        assert [call.request.url for call in mock.calls] == [ELSEWHERE, "https://other.example/"]


@responses.activate
def test_the_patch_works_within_activate(api: StoreApi, path: str) -> None:
    responses.get(ELSEWHERE, json={"shop": 1})
    with StoreApi(api._stores[0], token="live_8f3a").serve() as url, api.patched():
        responses.add_passthru(url)
        assert get(URL + path).status_code == 200
        assert get(ELSEWHERE).json() == {"shop": 1}
        assert get(url + path).status_code == 200
    assert get(ELSEWHERE).json() == {"shop": 1}


@pytest.fixture
def patched_api(api: StoreApi) -> Iterator[StoreApi]:
    with api.patched():
        yield api


@responses.activate
def test_activate_within_the_patch_reaches_the_api_and_its_own(patched_api: StoreApi, path: str) -> None:
    responses.get(ELSEWHERE, json={"shop": 1})
    assert get(URL + path).status_code == 200
    assert get(ELSEWHERE).json() == {"shop": 1}
    assert get(URL + path).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection refused by Responses"):
        get("https://other.example/")
    responses.get(URL + path, status=418)
    assert get(URL + path).status_code == 418
    assert [call.status for call in patched_api.calls] == [200, 200]


@responses.activate(registry=responses.registries.OrderedRegistry, assert_all_requests_are_fired=True)
def test_activate_with_options_is_not_disturbed(patched_api: StoreApi) -> None:
    responses.get(ELSEWHERE, json=1)
    responses.get(ELSEWHERE, json=2)
    assert [get(ELSEWHERE).json(), get(ELSEWHERE).json()] == [1, 2]
    assert patched_api.calls == []


def test_a_mock_within_the_patch_reaches_the_api_however_it_was_made(patched_api: StoreApi, path: str) -> None:
    with responses.RequestsMock() as mock:
        mock.get(ELSEWHERE, json=1)
        assert get(ELSEWHERE).json() == 1
        assert get(URL + path).status_code == 200
    with responses.RequestsMock(real_adapter_send=HTTPAdapter.send, passthru_prefixes=(URL,)):
        assert get(URL + path).status_code == 200
    assert len(patched_api.calls) == 2


def test_of_two_patches_the_inner_one_answers(api: StoreApi, path: str) -> None:
    other = StoreApi(Store(seed=8), token="live_8f3a")
    with api.patched():
        with other.patched():
            assert get(URL + path).status_code == 404
        assert get(URL + path).status_code == 200
    assert (len(api.calls), len(other.calls)) == (1, 1)


# Over HTTP.


def test_it_is_served_on_this_machine_while_it_lasts(api: StoreApi, store: Store, path: str) -> None:
    with api.serve() as url:
        assert url.startswith("http://127.0.0.1:")
        assert get(url + path).json()["id"] == store.subscription.id
        assert get(url + path, headers={}).status_code == 403
        assert get(f"{url}/nowhere").status_code == 404
        assert requests.post(url + path, data=b"x" * 100_000, headers=TOKEN, timeout=SOON).status_code == 405
        head = requests.head(url + path, headers=TOKEN, timeout=SOON)
        assert (head.status_code, head.content) == (200, b"")
    with pytest.raises(requests.exceptions.ConnectionError):
        get(url + path)
    assert [call.status for call in api.calls] == [200, 403, 404, 405, 200]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("customers?keyword=김", 1),
        ("customers?keyword=이", 0),
        ("invoices?status=임시저장", 1),
        ("invoices?status=발송", 0),
    ],
)
def test_hangul_without_percent_signs_is_read(query: str, found: int) -> None:
    store = Store(seed=7, customer={"name": "김하늘"})
    store.draft_invoice()
    api = StoreApi(store)
    request = f"GET /api/v1/{query} HTTP/1.0\r\nSecret-Token: {api.token}\r\n\r\n"
    with api.serve() as url, socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=SOON) as curl:
        curl.sendall(request.encode())
        with curl.makefile("rb") as answer:
            head, body = answer.read().split(b"\r\n\r\n", 1)
    assert b" 200 OK" in head
    assert f'"totalElements":{found}'.encode() in body


def test_no_thread_and_no_socket_outlives_it(api: StoreApi, path: str) -> None:
    before = set(threading.enumerate())
    with api.serve() as url:
        get(url + path)
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=SOON):  # somebody who connects and says nothing
            get(url + path)
    assert set(threading.enumerate()) <= before
    with api.serve(port=port) as again:
        assert again == url
        assert get(again + path).status_code == 200


def test_a_silent_caller_does_not_keep_it_from_ending(api: StoreApi, path: str) -> None:
    with socket.socket() as silent:
        silent.settimeout(SOON)
        with api.serve() as url:
            silent.connect(("127.0.0.1", int(url.rpartition(":")[2])))
            assert get(url + path).status_code == 200
        assert silent.recv(1) == b""


def test_what_is_held_when_it_ends_is_answered_503(api: StoreApi, path: str) -> None:
    hold = api.hold(timeout=10 * SOON)
    with ThreadPoolExecutor() as pool:
        with api.serve() as url:
            held = pool.submit(get, url + path)
            assert hold.wait(SOON)
            assert get(url + path).status_code == 200  # others are answered meanwhile
        answer = held.result(SOON)
    assert answer.status_code == 503
    assert answer.json()["errorMessage"] == "The API was stopped while it held this call. Release holds before it ends."


def test_a_slow_answer_does_not_keep_it_from_ending(api: StoreApi, path: str) -> None:
    hold = api.hold()
    api.slow_down(seconds=10 * SOON)
    with ThreadPoolExecutor() as pool:
        with api.serve() as url:
            slow = pool.submit(get, url + path)
            assert hold.wait(SOON)
            hold.release()
        assert slow.result(SOON).status_code == 200


def test_two_servers_are_served_at_once_and_end_apart(api: StoreApi, path: str) -> None:
    other = StoreApi(Store(seed=8), token="live_8f3a")
    hold = api.hold()
    with ThreadPoolExecutor() as pool, api.serve() as url:
        held = pool.submit(get, url + path)
        assert hold.wait(SOON)
        with other.serve() as other_url, api.serve() as second_url:
            assert len({url, other_url, second_url}) == 3
            assert [get(one + path).status_code for one in (other_url, second_url)] == [404, 200]
        assert not held.done()
        hold.release()
        assert held.result(SOON).status_code == 200


def test_a_port_in_use_is_refused_with_the_next_step(api: StoreApi) -> None:
    with api.serve() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(SteppayMockError) as caught, api.serve(port=port):
            pass
    assert str(caught.value).startswith(f"The API cannot be served on port {port} (")
    assert str(caught.value).endswith(". Stop the program that uses it, or take another: 0 finds a free one.")


@pytest.mark.parametrize("port", [-1, 65_536, True, "8000", None])
def test_what_is_no_port_is_refused(api: StoreApi, port: Any) -> None:
    with pytest.raises(SteppayMockError, match="is not a port"), api.serve(port=port):
        pass


def test_the_token_is_never_logged(
    api: StoreApi, path: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with api.serve() as url:
        get(url + path)
        get(f"{url}/nowhere", headers={"Secret-Token": "live_wrong"})
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=SOON) as broken:
            broken.sendall(b"GARBAGE live_8f3a\r\nSecret-Token: live_8f3a\r\n\r\n")
            broken.recv(1000)
    with api.patched():
        get(URL + path)
    shown = capfd.readouterr()
    assert "live_" not in caplog.text + shown.out + shown.err + repr(api.calls)
    assert (shown.out, shown.err) == ("", "")
