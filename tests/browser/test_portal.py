"""The portal in a browser: the list that follows what happens, filters, the store, the endpoints, and the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.conftest import OpenPage
from browser.looking import expect, reach
from browser.watching import Watch
from sandbox.conftest import Inbox, Open

from steppay_mock import Sandbox
from steppay_mock.sandbox.pages.language import words_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

EN = words_of("en")


@pytest.fixture
def shop(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a subscription that is paid, and whose webhooks are delivered."""
    sandbox.store.checkout()
    sandbox.settle()
    return sandbox


# Deliveries.


def test_the_list_follows_what_happens_without_a_reload(sandbox: Sandbox, open_page: OpenPage) -> None:
    page = open_page(sandbox.url)
    expect(page.get_by_text(EN["no_deliveries"])).to_be_visible()
    page.evaluate("window.loaded = 'once'")
    sandbox.store.checkout()
    expect(page.get_by_role("link", name="payment.completed")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + len(sandbox.events))
    sandbox.store.cancel()
    expect(page.get_by_role("row").filter(has_text="CANCELED").first).to_be_visible()
    assert page.evaluate("window.loaded") == "once"


def test_a_link_that_has_the_focus_keeps_it_when_the_list_is_renewed(shop: Sandbox, open_page: OpenPage) -> None:
    page = open_page(shop.url)
    first = page.get_by_role("link", name="order.created")
    reach(page, first)
    before = page.get_by_role("row").count()
    shop.store.cancel()
    expect(page.get_by_role("row")).to_have_count(before + 1)
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("order.created")


@pytest.mark.parametrize(("path", "button"), [("/store", "act_pause_at_end"), ("/endpoints", "do_remove")])
def test_a_button_that_has_the_focus_keeps_it(shop: Sandbox, open_page: OpenPage, path: str, button: str) -> None:
    shop.change_endpoint("second", url=shop.endpoints["webhooks"].url)
    page = open_page(shop.url + path)
    wanted = page.get_by_role("button", name=EN[button], exact=True).last
    reach(page, wanted)
    for number in (1, 2):  # once as soon as the page listens, and once more
        shop.store.create_customer(name=f"하늘 {number}")
        shop.settle()
        if path == "/store":
            expect(page.get_by_role("cell", name=f"하늘 {number}")).to_be_visible()
        else:
            expect(page.get_by_role("link", name="customer.created")).to_have_count(2 * number)
        expect(wanted).to_be_focused()


def test_a_sandbox_that_ends_is_told_and_one_that_comes_back_is_shown(
    open_sandbox: Open, open_page: OpenPage, watch: Watch, free_port: int
) -> None:
    watch.expect("net::ERR_")
    with open_sandbox(port=free_port) as sandbox:
        page = open_page(sandbox.url)
        expect(page.get_by_text(EN["no_deliveries"])).to_be_visible()
        assert not page.get_by_text(EN["lost"]).is_visible()
    expect(page.get_by_text(EN["lost"])).to_be_visible()
    with open_sandbox(port=free_port) as sandbox:
        sandbox.store.checkout()
        expect(page.get_by_text(EN["lost"])).not_to_be_visible()
        expect(page.get_by_role("link", name="payment.completed")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_filters_and_search(shop: Sandbox, open_page: OpenPage, *, script: bool) -> None:
    page = open_page(shop.url, script=script)
    page.get_by_label(EN["event"], exact=True).select_option("payment.completed")
    page.get_by_role("button", name=EN["do_filter"], exact=True).click()
    assert page.get_by_role("row").count() == 2
    assert "event=payment.completed" in page.url
    page.get_by_role("link", name=EN["no_filter"]).click()
    page.get_by_label(EN["search"]).fill(str(shop.store.subscription.id))
    page.get_by_label(EN["search"]).press("Enter")
    assert 1 < page.get_by_role("row").count() < 1 + len(shop.events)
    page.get_by_label(EN["state"], exact=True).select_option("FAIL")
    page.get_by_role("button", name=EN["do_filter"], exact=True).click()
    assert page.get_by_text(EN["no_deliveries"]).is_visible()


def test_badges(open_sandbox: Open, open_page: OpenPage) -> None:
    with open_sandbox() as sandbox:
        sandbox.hold()
        sandbox.store.checkout()
        sandbox.store.cancel()
        sandbox.flush(order="reversed", duplicates=1.0)
        page = open_page(sandbox.url)
        for part in ("signature valid", "duplicate of #", "out of order: #", "same second as #"):
            assert page.locator(".badge", has_text=part).first.is_visible(), part
        sandbox.change_endpoint("webhooks", fault="signature-missing")
        sandbox.hold(held=False)
        sandbox.store.checkout()
        sandbox.settle()
        page.reload()
        assert page.locator(".badge", has_text="fault: signature-missing").first.is_visible()
        assert page.locator("td", has_text="Failed").first.is_visible()
        page.close()  # before the sandbox, which it would miss


# The store.


def test_the_life_of_a_subscription_by_keyboard(sandbox: Sandbox, inbox: Inbox, open_page: OpenPage) -> None:
    page = open_page(f"{sandbox.url}/store")

    def press(name: str) -> None:
        reach(page, page.get_by_role("button", name=name, exact=True).first)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    press(EN["act_checkout"])
    (subscription,) = sandbox.store.subscriptions
    expect(page.get_by_role("row").filter(has_text="ACTIVE").first).to_contain_text(str(subscription.id))
    press(EN["act_cancel_at_end"])
    assert sandbox.store.subscription.status == "PENDING_CANCEL"
    expect(page.get_by_role("button", name=EN["act_undo"], exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=EN["act_cancel"], exact=True)).to_have_count(0)
    press(EN["act_undo"])
    assert sandbox.store.subscription.status == "ACTIVE"
    press(EN["act_pause"])
    press(EN["act_resume"])
    press(EN["act_cancel"])
    assert sandbox.store.subscription.status == "CANCELED"
    sandbox.settle()
    assert inbox.events.count("subscription.updated") >= 5


def test_the_clock(shop: Sandbox, open_page: OpenPage) -> None:
    page = open_page(f"{shop.url}/store")
    before = shop.store.now
    page.get_by_role("button", name=EN["one_hour"]).click()
    page.get_by_role("button", name=EN["one_day"]).click()
    assert (shop.store.now - before).total_seconds() == pytest.approx(25 * 3600, abs=1)
    page.get_by_role("button", name=EN["to_renewal"].partition(":")[0]).click()
    assert [order.type for order in shop.store.orders] == ["RECURRING_INITIAL", "RECURRING"]
    page.get_by_label(EN["speed"]).fill("60")
    page.get_by_role("button", name=EN["do_speed"]).click()
    assert shop.status()["speed"] == 60


def test_a_scenario_is_played_and_another_window_shows_it(shop: Sandbox, open_page: OpenPage) -> None:
    page, other = (open_page(f"{shop.url}/store") for _ in range(2))
    other.evaluate("window.loaded = 'once'")
    page.get_by_label(EN["scenario"], exact=True).select_option("virtual-account-deposit")
    page.get_by_role("button", name=EN["do_play"], exact=True).click()
    for window in (page, other):
        expect(window.get_by_text(shop.store.orders[-1].code).first).to_be_visible()
    assert other.evaluate("window.loaded") == "once"


def test_what_the_store_refuses_is_told(shop: Sandbox, open_page: OpenPage, watch: Watch) -> None:
    watch.expect("status of 400")
    page, other = (open_page(f"{shop.url}/store", script=False) for _ in range(2))
    for window in (page, other):
        window.get_by_role("button", name=EN["act_cancel"], exact=True).first.click()
    assert page.get_by_role("alert").count() == 0
    assert other.get_by_role("alert").inner_text() == EN["wrong_store_button"]


# The endpoints.


def test_an_endpoint_is_added_changed_switched_and_removed(sandbox: Sandbox, inbox: Inbox, open_page: OpenPage) -> None:
    page = open_page(f"{sandbox.url}/endpoints")
    page.get_by_label(EN["name"], exact=True).fill("둘째")
    page.get_by_label(EN["url"], exact=True).last.fill(inbox.url)
    page.get_by_role("button", name=EN["do_add"], exact=True).click()
    assert page.get_by_role("heading", name="둘째").is_visible()
    change = _open_last_form(page)
    change.get_by_label(EN["state"]).select_option("off")
    change.get_by_label(EN["fault"]).select_option("signature-missing")
    change.get_by_role("button", name=EN["do_save"]).click()
    found = sandbox.endpoints["둘째"]
    assert (found.enabled, found.fault) == (False, "signature-missing")
    assert page.get_by_role("definition").filter(has_text=EN["switched_off"]).is_visible()
    change = _open_last_form(page)
    change.get_by_label(EN["state"]).select_option("on")
    change.get_by_role("button", name=EN["do_save"]).click()
    assert sandbox.endpoints["둘째"].enabled
    page.get_by_role("button", name=EN["do_remove"], exact=True).last.click()
    assert page.get_by_role("heading", name="둘째").count() == 0


def test_the_key_is_shown_copied_and_replaced(shop: Sandbox, open_page: OpenPage) -> None:
    page = open_page(f"{shop.url}/endpoints", permissions=["clipboard-read", "clipboard-write"])
    key = shop.endpoints["webhooks"].secret
    assert key not in page.content()
    reach(page, page.get_by_role("button", name=EN["do_show_key"]))
    page.keyboard.press("Enter")
    expect(page.get_by_text(key, exact=True)).to_be_visible()
    page.get_by_role("button", name=EN["do_copy"], exact=True).click()
    expect(page.get_by_role("button", name=EN["copied"], exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    change = _open_last_form(page)
    change.get_by_label(EN["key"]).fill("whsec_of_tomorrow")
    change.get_by_role("button", name=EN["do_save"]).click()
    assert shop.endpoints["webhooks"].secret == "whsec_of_tomorrow"
    assert "whsec_of_tomorrow" not in page.content()


def test_a_key_stays_in_sight_while_webhooks_are_sent(shop: Sandbox, open_page: OpenPage) -> None:
    page = open_page(f"{shop.url}/endpoints")
    page.get_by_role("button", name=EN["do_show_key"]).click()
    shown = page.get_by_text(shop.endpoints["webhooks"].secret, exact=True)
    expect(shown).to_be_visible()
    with page.expect_response(lambda answer: answer.url == f"{shop.url}/endpoints"):
        shop.store.cancel()
        shop.settle()
    expect(shown).to_be_visible()


def _open_last_form(page: Page) -> Locator:
    page.get_by_text(EN["do_change"], exact=True).last.click()
    return page.locator("details[open] form").last
