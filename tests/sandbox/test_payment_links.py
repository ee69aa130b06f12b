"""The way to the payment page and back: the calls that lead to it, and successUrl, errorUrl and cancelUrl."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from sandbox.buying import SHOP, page_of, press
from sandbox.reading_pages import read

from steppay_mock import Sandbox
from steppay_mock.sandbox.pages.payment.return_urls import ReturnUrls, WrongUrlError

# There.


@pytest.mark.parametrize("key", ["id", "code"])
def test_the_call_with_a_token_sends_the_browser_to_the_page(sandbox: Sandbox, key: str) -> None:
    order = sandbox.store.checkout(pays="later")
    query = urlencode({**SHOP, "lang": "en", "other": "x"})
    url = f"{sandbox.url}/api/v1/orders/{getattr(order, key)}/pay?{query}"
    answer = requests.get(url, headers={"Secret-Token": sandbox.token}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}" == sandbox.url
    assert parts.path == f"/pay/{order.code}"
    assert dict(parse_qsl(parts.query)) == {**SHOP, "lang": "en"}
    assert read(requests.get(answer.headers["Location"], timeout=5)).headings == ["Pay the order"]


def test_the_public_call_needs_no_token_and_takes_no_id(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    url = f"{sandbox.url}/api/public/orders"
    answer = requests.get(f"{url}/{order.code}/pay", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(sandbox, order))
    by_id = requests.get(f"{url}/{order.id}/pay", allow_redirects=False, timeout=5)
    assert by_id.status_code == 404
    assert "is no code of an order" in by_id.json()["errorMessage"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/v1/orders/order_unknown/pay", {"Secret-Token": "test_token"}, 404),
        ("/api/v1/orders/7/pay", {"Secret-Token": "test_token"}, 404),
        ("/api/v1/orders/{code}/pay", {}, 403),
        ("/api/v1/orders/{code}/pay", {"Secret-Token": "another"}, 403),
        ("/api/public/orders/order_unknown/pay", {}, 404),
    ],
)
def test_an_order_that_is_not_given_is_the_error_of_the_api(
    sandbox: Sandbox, path: str, headers: dict[str, str], status: int
) -> None:
    order = sandbox.store.checkout(pays="later")
    answer = requests.get(sandbox.url + path.format(code=order.code), headers=headers, timeout=5)
    assert answer.status_code == status
    assert set(answer.json()) == {"traceId", "errorCode", "errorMessage", "details"}


def test_the_way_to_the_page_misbehaves_as_the_api_does(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    sandbox.api.fail(status=503, times=1)
    url = f"{sandbox.url}/api/public/orders/{order.code}/pay"
    assert requests.get(url, allow_redirects=False, timeout=5).status_code == 503
    assert requests.get(url, allow_redirects=False, timeout=5).status_code == 302


# And back.


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://shop.test", "http://shop.test?{}"),
        ("https://shop.test:8443/a/b?", "https://shop.test:8443/a/b?{}"),
        ("http://shop.test/a?x=1&y=%26#part", "http://shop.test/a?x=1&y=%26&{}#part"),
        ("http://shop.test/a#/route?x=1", "http://shop.test/a?{}#/route?x=1"),
        ("http://localhost:3000/결제?상품=1", "http://localhost:3000/%EA%B2%B0%EC%A0%9C?%EC%83%81%ED%92%88=1&{}"),
        ("http://[::1]:3000/a?order_id=0", "http://[::1]:3000/a?order_id=0&{}"),
    ],
)
def test_the_query_is_joined_to_what_the_url_has(sandbox: Sandbox, url: str, expected: str) -> None:
    order = sandbox.store.checkout(pays="later")
    answer = press(sandbox, order, "pay", {"successUrl": url})
    query = f"order_id={order.id}&order_code={order.code}&status=success"
    assert answer.headers["Location"] == expected.format(query)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//shop.test/x",
        "/success",
        "shop.test",
        "http://",
        "http:///x",
        "http://shop.test:port/",
        "http://[::1/",
        "http://shop.test/\r\nSet-Cookie: x=1",
        "http://shop.test/a b",
        "http://shop.test/\u200bx",
        "http://shop.test\\@evil.test/",
        '"><script>alert(1)</script>',
        "http://shop.test/" + "x" * 4000,
    ],
)
def test_what_is_no_address_of_http_is_refused(url: str) -> None:
    with pytest.raises(WrongUrlError):
        ReturnUrls.read({"errorUrl": url})


@pytest.mark.parametrize("name", SHOP)
def test_no_browser_is_sent_to_a_refused_address(sandbox: Sandbox, name: str) -> None:
    order = sandbox.store.checkout(pays="later")
    target = page_of(sandbox, order, lang="en", **{name: "javascript:alert('<script>')"})
    for answer in (requests.get(target, timeout=5), requests.post(target, data={"do": "pay"}, timeout=5)):
        shown = read(answer)
        assert (shown.status, shown.headings) == (400, ["The address to go back to is wrong"])
        assert "script" not in shown.tags
        assert f"{name}=javascript:alert('<script>') is no whole address" in shown.text
    assert len(sandbox.events) == 1


@pytest.mark.parametrize(
    ("button", "heading"), [("pay", "This order is paid"), ("fail", "Pay the order"), ("close", "The window is closed")]
)
def test_without_a_url_a_page_says_what_happened(sandbox: Sandbox, button: str, heading: str) -> None:
    order = sandbox.store.checkout(pays="later")
    answer = press(sandbox, order, button, {"lang": "en"}, reason="" if button == "pay" else "no money")
    if button != "close":
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"/pay/{order.code}?lang=en")
        answer = requests.get(sandbox.url + answer.headers["Location"], timeout=5)
    shown = read(answer)
    assert (shown.status, shown.headings) == (200, [heading])
    assert shown.alerts == (["The last payment failed: no money"] if button == "fail" else [])
