"""Markup in what a store, a receiver or a caller says is text on every screen: nothing of it runs.

The browser is the judge: a name that the markup would set stays undefined, and no dialog, request or error appears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from browser.conftest import OpenPage
from browser.looking import expect
from browser.watching import Watch
from sandbox.conftest import SECRET
from serving import served

from steppay_mock import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.exhaustive]

EVIL = (
    "</title></textarea></script></style></option></select><script>window.ran = 1</script>"
    "<img src=x onerror='window.ran = 2'><svg onload=\"window.ran = 3\"></svg>"
    '"\'><iframe srcdoc="<script>parent.ran = 4</script>"></iframe>{{ 7 * 7 }}<a href="javascript:window.ran = 5">x</a>'
)
_NAME = "\"'><img src=x onerror='window.ran = 7'><svg onload=\"window.ran = 8\">"  # it may have no slash
_OWN = (
    "document.querySelectorAll('img, svg, iframe, object, a[href^=javascript], script:not([src^=\"/assets/\"])').length"
)


class EvilReceiver:
    """Answers with markup, in a header and in the body."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Take a webhook, and answer."""
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("500 <script>window.ran = 6</script>", [("X-Told", EVIL), ("Content-Type", "text/html")])
        return [EVIL.encode()]


@pytest.fixture(scope="module")
def evil() -> Iterator[Sandbox]:
    """A sandbox whose product, customer, reasons, endpoint, receiver and callers have markup."""
    options = {"product": {"name": EVIL}, "customer": {"name": EVIL}}
    with served(EvilReceiver()) as url, Sandbox(seed=7, forward_to=url, secret=SECRET, store=options) as sandbox:
        sandbox.change_endpoint(_NAME, url=f"{url}/{quote(EVIL)}")
        sandbox.store.checkout()
        order = sandbox.store.checkout(pays="later")
        sandbox.pay(order, pays="fails", reason=EVIL[:200])
        sandbox.settle()
        sandbox.resend(
            1, body=b'{"event": "%s", "timestamp": 1, "version": "v1", "data": {}}' % EVIL.replace('"', "").encode()
        )
        sandbox.settle()
        token = {"Secret-Token": sandbox.token}
        requests.get(f"{sandbox.url}/api/v1/{quote(EVIL)}", headers=token, timeout=5)
        requests.post(f"{sandbox.url}/api/v1/customers", json={EVIL: EVIL}, headers=token, timeout=5)
        yield sandbox


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate("window.ran") is None
    assert page.evaluate(_OWN) == 0


def test_no_markup_runs_on_any_screen(evil: Sandbox, open_page: OpenPage, watch: Watch) -> None:
    order = evil.store.orders[-1]
    newest = requests.get(f"{evil.url}/_mock/deliveries", timeout=5).json()["deliveries"]
    shown = quote(EVIL)
    paths = (
        *(
            "/",
            f"/?search={shown}&event={shown}&endpoint={shown}&state={shown}",
            "/store",
            "/endpoints",
            "/store/actions",
        ),
        *(f"/store/order/{order.id}", f"/store/payment/{evil.store.payments[-1].id}"),
        *(f"/store/customer/{evil.store.customers[0].id}", f"/store/product/{evil.store.products[0].code}"),
        *(f"/deliveries/{one['id']}" for one in (newest[0], newest[-1])),
        *(f"/deliveries/{one['id']}" for one in newest if one["event"] in {"payment.failed", EVIL.replace('"', "")}),
        *(f"/pay/{order.code}?lang={shown}", f"/pay/{evil.store.orders[0].code}"),
    )
    page = open_page(evil.url)
    for path in paths:
        page.goto(evil.url + path)
        assert_nothing_ran(page)
    assert watch.faults == []
    watch.expect("status of 4")
    for path in (f"/{shown}", f"/pay/{shown}", f"/pay/{order.code}?successUrl={shown}", f"/?before={shown}"):
        page.goto(evil.url + path)
        assert_nothing_ran(page)
    # What was looked at is markup indeed.
    page.goto(f"{evil.url}/store")
    assert page.locator("main").inner_text().count("window.ran = 2") >= 3


def test_no_markup_of_a_form_runs(evil: Sandbox, open_page: OpenPage, watch: Watch) -> None:
    watch.expect("status of 400")
    page = open_page(f"{evil.url}/endpoints", script=False)
    page.get_by_label("Name", exact=True).fill(_NAME)  # there is one of this name
    page.get_by_placeholder("http://localhost:3000/webhooks/steppay").fill("http://localhost:3000/")
    page.get_by_role("button", name="Add", exact=True).click()
    assert _NAME in page.get_by_role("alert").inner_text()
    assert page.evaluate(_OWN) == 0
    page.goto(f"{evil.url}/deliveries/1")
    page.get_by_label("Edit and resend").fill(EVIL)
    page.get_by_role("button", name="Check", exact=True).click()
    assert page.get_by_label("Edit and resend").input_value() == EVIL
    assert page.evaluate(_OWN) == 0


def test_a_live_update_brings_no_markup_either(evil: Sandbox, open_page: OpenPage) -> None:
    page = open_page(evil.url)
    rows = page.get_by_role("row").count()
    evil.store.create_customer(name=EVIL)
    expect(page.get_by_role("row")).to_have_count(rows + 2)  # an endpoint each
    assert_nothing_ran(page)


def test_markup_that_got_into_a_page_would_not_run(evil: Sandbox, open_page: OpenPage, watch: Watch) -> None:
    """The second line: the Content-Security-Policy."""
    page = open_page(f"{evil.url}/store")
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          const box = document.createElement("div");
          document.body.append(box);
          box.innerHTML = "<button id=bad onclick='window.ran = 2'>x</button><img src=x onerror='window.ran = 3'>";
        }"""
    )
    page.locator("#bad").click()
    page.evaluate("() => fetch('http://other.test/').catch(() => 'refused')")
    assert page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in one for one in watch.faults) >= 3
    watch.expect("Content Security Policy", "status of 404")  # and no request to another host
