"""The page of one delivery in a browser: its parts, its buttons, its copies, with and without JavaScript."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from browser.conftest import OpenPage
from browser.looking import expect, reach
from browser.watching import Watch
from sandbox.conftest import Inbox

from steppay_mock import Sandbox, verify
from steppay_mock.sandbox.pages.language import words_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

EN = words_of("en")
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture
def paid(sandbox: Sandbox) -> Sandbox:
    sandbox.store.checkout()
    sandbox.settle()
    return sandbox


def open_delivery(paid: Sandbox, open_page: OpenPage, event: str, **options: object) -> Page:
    page = open_page(paid.url, **options)
    page.get_by_role("link", name=event, exact=True).first.click()
    return page


def test_tree_signature_and_difference(paid: Sandbox, open_page: OpenPage) -> None:
    page = open_delivery(paid, open_page, "order.updated")
    payload = next(one.payload for one in paid.events if one.type == "order.updated")
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name="code", exact=True)).first
    assert payload["data"]["code"] in row.inner_text()
    steps = page.get_by_role("listitem")
    assert [step for step in (EN["step_time"], EN["step_key"], EN["step_result"]) if step not in page.content()] == []
    assert EN["badge_signature_valid"] in steps.last.inner_text()
    assert page.get_by_role("heading", name=EN["changes"]).is_visible()
    before = page.get_by_role("table", name=EN["changes"]).get_by_role("row").filter(has_text="status")
    assert "CREATED" in before.first.inner_text()
    page.get_by_text(EN["show"], exact=True).click()
    assert json.loads(page.locator("details[open] pre").inner_text()) == payload


@with_and_without_script
def test_send_again_twice_and_late(paid: Sandbox, inbox: Inbox, open_page: OpenPage, *, script: bool) -> None:
    for button, count in (("do_again", 1), ("do_twice", 3), ("do_late", 4)):
        page = open_delivery(paid, open_page, "payment.completed", script=script)
        page.get_by_label(EN["seconds"]).fill("0.2")
        reach(page, page.get_by_role("button", name=EN[button], exact=True))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        paid.settle()
        assert inbox.events.count("payment.completed") == 1 + count
        if not script:
            page.get_by_role("link", name=EN["refresh"], exact=True).click()
        row = page.get_by_role("row").filter(has_text="payment.completed").filter(has_text=EN["state_SUCCESS"])
        expect(row).to_have_count(1 + count)  # with JavaScript, without a reload
        expect(page.locator(".badge", has_text="duplicate of #")).to_have_count(count)


@with_and_without_script
def test_edit_check_and_send(paid: Sandbox, inbox: Inbox, open_page: OpenPage, *, script: bool) -> None:
    page = open_delivery(paid, open_page, "payment.completed", script=script)
    body = page.get_by_label(EN["edit"])
    edited = json.loads(body.input_value())
    edited["data"]["status"] = 5
    before = len(inbox.payloads)
    body.fill(json.dumps(edited))
    page.get_by_role("button", name=EN["do_check"], exact=True).click()
    assert "status" in page.get_by_role("alert").first.inner_text()
    assert json.loads(body.input_value()) == edited
    page.get_by_role("button", name=EN["do_edited"], exact=True).click()
    page.get_by_role("heading", name=EN["deliveries"], exact=True).wait_for()
    paid.settle()
    assert inbox.payloads[before:] == [edited]  # the inbox verifies: it is signed anew
    page.reload()
    assert page.locator(".badge", has_text="breaks the contract").count() == 1


def test_what_is_no_event_is_told_and_kept(paid: Sandbox, inbox: Inbox, open_page: OpenPage, watch: Watch) -> None:
    watch.expect("status of 400")
    page = open_delivery(paid, open_page, "payment.completed")
    before = len(inbox.payloads)
    page.get_by_label(EN["edit"]).fill("{ half")
    page.get_by_role("button", name=EN["do_edited"], exact=True).click()
    page.get_by_role("alert").first.wait_for()
    assert page.get_by_label(EN["edit"]).input_value() == "{ half"
    assert len(inbox.payloads) == before


def test_the_copies_are_copied(paid: Sandbox, open_page: OpenPage) -> None:
    page = open_delivery(paid, open_page, "payment.completed", permissions=["clipboard-read", "clipboard-write"])
    for name, part in (("curl", "curl "), ("pytest", "def test_payment_completed"), ("vitest", "expect(answer.ok)")):
        summary = page.get_by_text(name, exact=True)
        copy = page.locator("details", has=summary)
        summary.click()
        copy.get_by_role("button", name=EN["do_copy"], exact=True).click()
        copy.get_by_role("button", name=EN["copied"], exact=True).wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert part in copied
        assert copied == copy.locator("pre").text_content()


def test_a_page_that_may_not_copy_selects_the_text(paid: Sandbox, open_page: OpenPage) -> None:
    page = open_delivery(paid, open_page, "payment.completed")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no')); }")
    page.get_by_text("curl", exact=True).click()
    page.locator("details[open]").get_by_role("button", name=EN["do_copy"], exact=True).click()
    selected = page.evaluate("getSelection().toString()")
    assert selected.startswith(page.locator("details[open] pre").inner_text()[:40])


def test_without_script_there_is_no_button_that_does_nothing(paid: Sandbox, open_page: OpenPage) -> None:
    page = open_delivery(paid, open_page, "payment.completed", script=False)
    page.get_by_text("curl", exact=True).click()
    assert page.locator("details[open] pre").is_visible()
    assert page.get_by_role("button", name=EN["do_copy"], exact=True).count() == 0


def test_the_signature_of_a_copy_is_right(paid: Sandbox, open_page: OpenPage) -> None:
    """The steps of the page are those that a receiver takes: what they end with is verified here."""
    page = open_delivery(paid, open_page, "payment.completed")
    header = page.get_by_role("listitem").filter(has_text=EN["step_result"]).locator("code").inner_text()
    body = next(one.body for one in paid.events if one.type == "payment.completed")
    verify(header, body, paid.endpoints["webhooks"].secret)
