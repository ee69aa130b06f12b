"""Two mistakes of public integrations: the answer, the console of ``dev`` and the page say what to do."""

from __future__ import annotations

import pytest
from browser.clients import open_client
from browser.conftest import OpenPage
from browser.looking import expect
from browser.shop import Shop, open_shop
from browser.watching import Watch
from sandbox.conftest import Open

from steppay_mock import Sandbox
from steppay_mock.sandbox.pages.language import words_of
from steppay_mock.sandbox.remarks import CallRemark

pytestmark = pytest.mark.browser

EN = words_of("en")


def test_put_for_post_is_told_where_somebody_looks(open_sandbox: Open, open_page: OpenPage) -> None:
    told: list[CallRemark] = []
    with open_sandbox(told_call=told.append) as sandbox:
        page = open_page(sandbox.url)
        expect(page.get_by_text(EN["no_deliveries"])).to_be_visible()
        with open_client("requests", url=sandbox.url, token=sandbox.token) as client:
            answer = client.call("PUT", "/api/v1/orders", {"customerId": 1, "items": []})
        assert answer.status == 405
        advice = "PUT /api/v1/orders is no call of StepPay. It has GET or POST there."
        assert answer.data["errorMessage"] == advice
        assert [str(remark) for remark in told] == [f"PUT /api/v1/orders  405  {advice}"]
        expect(page.get_by_role("heading", name=EN["remarks"])).to_be_visible()  # it came without a reload
        expect(page.get_by_role("listitem").filter(has_text=advice)).to_be_visible()
        sandbox.reset()
        expect(page.get_by_role("heading", name=EN["remarks"])).to_have_count(0)
        page.close()  # before the sandbox, which it would miss


def test_one_look_at_an_order_that_waits_for_its_money_is_told(
    open_sandbox: Open, open_page: OpenPage, watch: Watch
) -> None:
    told: list[CallRemark] = []
    with (
        open_sandbox(told_call=told.append) as sandbox,
        open_shop() as shop,
        open_client("requests", url=sandbox.url, token=sandbox.token) as client,
    ):
        watch.own(shop.url)
        order = sandbox.store.checkout(pays="later")
        assert client.done("GET", f"/api/v1/orders/{order.code}")["paymentDate"] is None
        assert told == []  # the buyer has not been on the page yet
        _choose_an_account(sandbox, shop, open_page)
        given_up = client.done("GET", f"/api/v1/orders/{order.code}")["paymentDate"] is None
        assert given_up
        (remark,) = told
        assert remark.call == f"GET /api/v1/orders/{order.code}"
        assert order.code in remark.text
        assert "paymentDate is null" in remark.text
        assert "wait for the webhook order.payment_completed, or read the order again" in remark.text
        page = open_page(sandbox.url)
        expect(page.get_by_role("listitem").filter(has_text=remark.text)).to_be_visible()
        page.close()  # before the sandbox, which it would miss
        client.done("GET", f"/api/v1/orders/{order.code}")
        assert told == [remark]  # once an order
        sandbox.advance(days=2)
        assert client.done("GET", f"/api/v1/orders/{order.code}")["paymentDate"] is not None
        assert told == [remark]


def _choose_an_account(sandbox: Sandbox, shop: Shop, open_page: OpenPage) -> None:
    page = open_page(shop.way_to_pay(sandbox, sandbox.store.order))
    page.get_by_label(EN["means"]).select_option("virtual_account:KG")
    page.get_by_label(EN["deposit_later"]).check()
    page.get_by_role("button", name=EN["do_pay"], exact=True).click()
    page.wait_for_url(f"{shop.url}/success*")
    assert dict(shop.visits[-1][1])["status"] == "success"
