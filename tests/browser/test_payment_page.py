"""The payment page in a browser: what the buyer chooses, with and without JavaScript, and the way back to the shop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser.conftest import OpenPage
from browser.looking import reach
from browser.shop import Shop, open_shop
from browser.watching import Watch

from steppay_mock import Sandbox
from steppay_mock.sandbox.pages.language import words_of
from steppay_mock.store.records import Order

pytestmark = pytest.mark.browser

EN = words_of("en")
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture
def shop(watch: Watch) -> Iterator[Shop]:
    with open_shop() as found:
        watch.own(found.url)
        yield found


@pytest.fixture
def order(sandbox: Sandbox) -> Order:
    return sandbox.store.checkout(pays="later")


def told(order: Order, status: str) -> list[tuple[str, str]]:
    return [("cart", "5"), ("order_id", str(order.id)), ("order_code", order.code), ("status", status)]


@with_and_without_script
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_pay_by_keyboard(
    sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage, lang: str, *, script: bool
) -> None:
    words = words_of(lang)
    page = open_page(shop.way_to_pay(sandbox, order), lang=lang, script=script)
    assert page.url.startswith(f"{sandbox.url}/pay/{order.code}?")
    reach(page, page.get_by_label(words["quantity"]))
    page.keyboard.type("3")
    means = page.get_by_label(words["means"])
    reach(page, means)
    while not means.input_value().startswith("virtual_account:"):
        before = means.input_value()
        page.keyboard.press("ArrowDown")
        assert means.input_value() != before, "it is not on the list"
    reach(page, page.get_by_role("button", name=words["do_pay"], exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop.url}/success*")
    assert shop.visits == [("/success", told(order, "success"))]
    assert page.url.endswith("#thanks")
    payment = sandbox.store.payments[-1]
    assert payment.status == "COMPLETE"
    assert payment.method == "VBANK"
    assert payment.amount == 3 * sandbox.store.price.amount


@with_and_without_script
def test_let_it_fail_and_pay_then(
    sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage, *, script: bool
) -> None:
    page = open_page(shop.way_to_pay(sandbox, order), script=script)
    page.get_by_label(EN["reason"]).fill("한도 초과")
    page.get_by_role("button", name=EN["do_fail"]).click()
    page.wait_for_url(f"{shop.url}/error*")
    page.go_back()
    page.reload()
    assert page.get_by_role("status").inner_text() == "The last payment failed: 한도 초과"
    page.get_by_role("button", name=EN["do_pay"], exact=True).click()
    page.wait_for_url(f"{shop.url}/success*")
    assert shop.visits == [("/error", told(order, "error")), ("/success", told(order, "success"))]


@with_and_without_script
def test_close_the_window(sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage, *, script: bool) -> None:
    page = open_page(shop.way_to_pay(sandbox, order), script=script)
    page.get_by_role("button", name=EN["do_close"]).click()
    page.wait_for_url(f"{shop.url}/cancel*")
    assert shop.visits == [("/cancel", [("cart", "5")])]
    assert len(sandbox.events) == 1


@pytest.mark.parametrize(
    ("when", "status"), [("now", "PAID"), ("later", "DEPOSIT_WAITING"), ("never", "DEPOSIT_WAITING")]
)
def test_when_the_money_of_an_account_arrives(
    sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage, *, when: str, status: str
) -> None:
    page = open_page(shop.way_to_pay(sandbox, order))
    page.get_by_label(EN["means"]).select_option("virtual_account:KG")
    page.get_by_label(EN[f"deposit_{when}"]).check()
    page.get_by_label(EN["days"]).fill("2")
    page.get_by_role("button", name=EN["do_pay"], exact=True).click()
    page.wait_for_url(f"{shop.url}/success*")
    assert sandbox.store.latest(order).status == status
    sandbox.advance(days=3)
    assert sandbox.store.latest(order).status == ("PAID" if when == "later" else status)
    if when == "never":
        page.go_back()
        page.reload()
        assert page.get_by_role("heading").inner_text() == EN["waiting"]
        page.get_by_role("button", name=EN["do_deposit"]).click()
        page.wait_for_url(f"{shop.url}/success*")
        assert sandbox.store.latest(order).status == "PAID"


def test_recalculate_keeps_what_was_chosen(sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage) -> None:
    page = open_page(shop.way_to_pay(sandbox, order))
    page.get_by_label(EN["means"]).select_option("cms:NICE")
    quantity = page.get_by_label(EN["quantity"])
    quantity.fill("7")
    quantity.press("Enter")  # it recalculates, and pays nothing
    total = page.get_by_role("row", name=EN["total"])
    total.get_by_text(f"{7 * sandbox.store.price.amount:,} KRW").wait_for()
    assert page.get_by_label(EN["means"]).input_value() == "cms:NICE"
    assert len(sandbox.events) == 1


def test_a_wrong_quantity_is_told_by_the_browser_and_without_its_help_by_the_page(
    sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage, watch: Watch
) -> None:
    watch.expect("status of 400")
    page = open_page(shop.way_to_pay(sandbox, order))
    pay = page.get_by_role("button", name=EN["do_pay"], exact=True)
    page.get_by_label(EN["quantity"]).fill("0")
    pay.click()
    assert page.locator("input:invalid").count() == 1
    page.locator("form").evaluate("(form) => { form.noValidate = true; }")
    pay.click()
    assert page.get_by_role("alert").inner_text() == EN["wrong_quantity"]
    assert len(sandbox.events) == 1


def test_a_page_that_is_open_twice_pays_once(
    sandbox: Sandbox, order: Order, shop: Shop, open_page: OpenPage, watch: Watch
) -> None:
    watch.expect("status of 409")
    first, second = (open_page(shop.way_to_pay(sandbox, order)) for _ in range(2))
    for page in (first, second):
        page.get_by_role("button", name=EN["do_pay"], exact=True).click()
    first.wait_for_url(f"{shop.url}/success*")
    assert second.get_by_role("heading").inner_text() == EN["paid"]
    assert second.get_by_role("alert").inner_text() == EN["came_late"]
    second.get_by_role("link", name=EN["back"]).click()
    second.wait_for_url(f"{shop.url}/success*")
    assert shop.visits == [("/success", told(order, "success"))] * 2
    assert [event.type for event in sandbox.events].count("payment.completed") == 1


def test_without_addresses_the_page_says_what_happened(sandbox: Sandbox, order: Order, open_page: OpenPage) -> None:
    page = open_page(f"{sandbox.url}/api/public/orders/{order.code}/pay")
    page.get_by_role("button", name=EN["do_close"]).click()
    assert page.get_by_role("heading").inner_text() == EN["closed"]
    page.get_by_role("link", name=EN["open_again"]).click()
    page.get_by_role("button", name=EN["do_pay"], exact=True).click()
    assert page.get_by_role("heading").inner_text() == EN["paid"]
