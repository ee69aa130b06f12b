"""The payment page: what the buyer chooses happens in the store, and is told by webhooks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from sandbox.buying import SHOP, led_to, look, page_of, press, told
from sandbox.conftest import Inbox, Open
from sandbox.reading_pages import read

from steppay_mock import Sandbox
from steppay_mock.store.records import Order

PAID = ["order.updated", "payment.completed", "subscription.created", "order.payment_completed"]
STANDBY = ["order.updated", "payment.standby"]


def after(sandbox: Sandbox, inbox: Inbox) -> list[str]:
    """The webhooks after order.created."""
    sandbox.settle()
    return [payload["event"] for payload in sorted(inbox.payloads, key=sandbox_order(sandbox))][1:]


def sandbox_order(sandbox: Sandbox) -> Any:
    happened = [event.payload for event in sandbox.events]
    return happened.index


def answered(sandbox: Sandbox, order: Order) -> Any:
    """The order as the REST API has it."""
    url = f"{sandbox.url}/api/v1/orders/{order.code}"
    return requests.get(url, headers={"Secret-Token": sandbox.token}, timeout=5).json()


# What the buyer chooses.


def test_pay(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    assert led_to(press(sandbox, order, "pay")) == (SHOP["successUrl"], told(order, "success"))
    assert after(sandbox, inbox) == PAID
    assert answered(sandbox, order)["paymentDate"] is not None


def test_pay_some_by_another_gateway(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    led_to(press(sandbox, order, "pay", quantity="3", means="card:KAKAO"))
    found = answered(sandbox, order)
    assert found["items"][0]["quantity"] == 3
    assert sandbox.store.payments[-1].gateway == "KAKAO"
    assert sandbox.store.payments[-1].amount == 3 * sandbox.store.price.amount


def test_recalculate_shows_what_more_would_cost_and_does_nothing(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    cost = sandbox.store.price.amount
    assert f"{cost:,} KRW" in look(sandbox, order).text
    shown = read(press(sandbox, order, "recalculate", quantity="4", means="virtual_account:KG", reason="x"))
    assert f"{4 * cost:,} KRW" in shown.text
    kept = {name: shown.fields[name] for name in ("quantity", "means", "reason")}
    assert kept == {"quantity": "4", "means": "virtual_account:KG", "reason": "x"}
    assert len(sandbox.events) == 1


def test_fail_for_a_reason(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    assert led_to(press(sandbox, order, "fail", reason="한도 초과")) == (SHOP["errorUrl"], told(order, "error"))
    assert after(sandbox, inbox) == ["payment.failed", "order.updated"]
    assert sandbox.store.payments[-1].error == "한도 초과"
    again = look(sandbox, order, lang="en")
    assert again.alerts == ["The last payment failed: 한도 초과"]
    assert "quantity" not in again.fields
    assert led_to(press(sandbox, order, "pay"))[1]["status"] == "success"


def test_fail_for_any_reason(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    led_to(press(sandbox, order, "fail"))
    assert sandbox.store.payments[-1].error


def test_money_arrives_at_once(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    answer = press(sandbox, order, "pay", means="virtual_account:NICE", deposit="now")
    assert led_to(answer) == (SHOP["successUrl"], told(order, "success"))
    assert after(sandbox, inbox) == STANDBY + PAID


def test_money_arrives_later(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    answer = press(sandbox, order, "pay", means="cms:SETTLE", deposit="later", days="2.5")
    assert led_to(answer) == (SHOP["successUrl"], told(order, "success"))
    assert answered(sandbox, order)["paymentDate"] is None
    sandbox.advance(days=2)
    assert after(sandbox, inbox) == STANDBY
    sandbox.advance(days=1)
    assert after(sandbox, inbox) == STANDBY + PAID


def test_money_never_arrives(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    led_to(press(sandbox, order, "pay", means="virtual_account:KG", deposit="never"))
    waiting = look(sandbox, order, lang="en")
    assert waiting.headings == ["Waiting for the money"]
    account = sandbox.store.payments[-1].account
    assert account is not None
    assert account.number in waiting.text
    sandbox.advance(days=30)
    assert after(sandbox, inbox) == [*STANDBY, "order.updated"]
    assert look(sandbox, order, lang="en").headings == ["This order is cancelled"]


def test_money_arrives_when_the_buyer_says_so(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    led_to(press(sandbox, order, "pay", means="virtual_account:KG", deposit="never"))
    assert look(sandbox, order).buttons == ["deposit", "close"]
    assert led_to(press(sandbox, order, "deposit")) == (SHOP["successUrl"], told(order, "success"))
    assert after(sandbox, inbox) == STANDBY + PAID


def test_a_debit_fails_when_the_buyer_says_so(sandbox: Sandbox, inbox: Inbox) -> None:
    order = sandbox.store.checkout(pays="later")
    led_to(press(sandbox, order, "pay", means="cms:NICE", deposit="never"))
    assert look(sandbox, order).buttons == ["deposit", "reject", "close"]
    assert led_to(press(sandbox, order, "reject")) == (SHOP["errorUrl"], told(order, "error"))
    assert after(sandbox, inbox) == [*STANDBY, "payment.failed", "order.updated"]


def test_close_the_window(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    answer = press(sandbox, order, "close")
    assert (answer.status_code, answer.headers["Location"]) == (303, SHOP["cancelUrl"])
    assert len(sandbox.events) == 1


# What can be chosen.


@pytest.mark.parametrize(
    ("product", "methods"),
    [
        ({}, ["card", "virtual_account", "cms"]),
        ({"billing": "one_time"}, ["card", "virtual_account", "cms", "bank"]),
        ({"trial_days": 7}, ["card"]),
    ],
)
def test_the_methods_are_those_that_gateways_offer(
    open_sandbox: Open, product: dict[str, object], methods: list[str]
) -> None:
    with open_sandbox(store={"product": product}) as sandbox:
        order = sandbox.store.checkout(pays="later")
        means = look(sandbox, order).options["means"]
        assert list(dict.fromkeys(one.partition(":")[0] for one in means)) == methods
        for one in {one.partition(":")[0]: one for one in means}.values():
            sandbox.reset()
            order = sandbox.store.checkout(pays="later")
            assert led_to(press(sandbox, order, "pay", means=one))[1]["status"] == "success"
            assert sandbox.store.order.status == "PAID"


def test_what_costs_nothing_cannot_fail(open_sandbox: Open) -> None:
    with open_sandbox(store={"product": {"trial_days": 7}}) as sandbox:
        order = sandbox.store.checkout(pays="later")
        shown = look(sandbox, order, lang="en")
        assert "free for 7 days" in shown.text
        assert "fail" not in shown.buttons
        data = {"do": "fail", "means": "card:TOSS"}
        refused = read(requests.post(page_of(sandbox, order, lang="en"), data=data, timeout=5))
        assert (refused.status, refused.alerts) == (400, ["An order that costs nothing cannot fail. Pay it."])


def test_another_payment_method_is_registered_here(sandbox: Sandbox, inbox: Inbox) -> None:
    sandbox.store.checkout()
    sandbox.store.change_payment_method(pays="later")
    order = sandbox.store.order
    shown = look(sandbox, order, lang="en")
    assert shown.headings == ["Change the payment method"]
    assert "quantity" not in shown.fields
    assert {one.partition(":")[0] for one in shown.options["means"]} == {"card", "cms"}
    assert led_to(press(sandbox, order, "pay", means="cms:NICE"))[1]["status"] == "success"
    assert after(sandbox, inbox)[-3:] == ["order.updated", "subscription.updated", "order.payment_completed"]
    assert (sandbox.store.subscription.gateway, sandbox.store.subscription.method) == ("NICE", "CMS_BILL")


def test_the_renewal_of_an_unpaid_subscription_is_paid_here(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    sandbox.store.decline_payments(times=1)
    sandbox.advance(days=31)
    order = sandbox.store.order
    shown = look(sandbox, order)
    assert "deposit" not in shown.fields
    assert {one.partition(":")[0] for one in shown.options["means"]} == {"card", "cms"}
    led_to(press(sandbox, order, "pay"))
    assert sandbox.store.subscription.status == "ACTIVE"


def test_the_order_of_an_invoice_is_paid_here(open_sandbox: Open) -> None:
    with open_sandbox(store={"product": {"billing": "one_time"}}) as sandbox:
        sandbox.store.draft_invoice()
        sandbox.store.send_invoice()
        order = sandbox.store.order
        assert "quantity" not in look(sandbox, order).fields
        assert led_to(press(sandbox, order, "pay"))[1]["status"] == "success"
        assert sandbox.store.invoice.status == "PAID"


def test_fees_and_discounts_are_shown_before_and_after(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later", setup_fee=3000, discount=1000, quantity=2)
    total = f"{2 * sandbox.store.price.amount + 2000:,} KRW"
    before = look(sandbox, order, lang="en")
    assert before.fields["quantity"] == "2"
    led_to(press(sandbox, order, "pay"))
    for shown in (before, look(sandbox, order, lang="en")):
        assert "· fee" in shown.text
        assert "3,000 KRW" in shown.text
        assert "-1,000 KRW" in shown.text
        assert total in shown.text


@pytest.mark.parametrize(
    ("changes", "told_words"),
    [
        ({"quantity": "0"}, "The quantity is a whole number from 1 to 100,000."),
        ({"quantity": "1.5"}, "The quantity is a whole number"),
        ({"quantity": "100001"}, "The quantity is a whole number"),
        ({"quantity": "-1"}, "The quantity is a whole number"),
        ({"quantity": "9" * 5000}, "The quantity is a whole number"),
        ({"means": "card:NOBODY"}, "This order cannot be paid so."),
        ({"means": "bank:NICE"}, "This order cannot be paid so."),
        ({"means": "card"}, "This order cannot be paid so."),
        ({"means": "virtual_account:NICE", "do": "fail"}, "A virtual account waits for its money"),
        ({"means": "cms:NICE", "deposit": "later", "days": "0"}, "The number of days is above 0"),
        ({"means": "cms:NICE", "deposit": "later", "days": "3650.5"}, "The number of days is above 0"),
        ({"means": "cms:NICE", "deposit": "later", "days": "nan"}, "The number of days is above 0"),
        ({"means": "cms:NICE", "deposit": "soon"}, "The number of days is above 0"),
        ({"do": "fail", "reason": "x" * 201}, "The reason has 200 letters at most."),
        ({"do": "refund"}, "This order has no such choice."),
        ({"do": "deposit"}, "This order has no such choice."),
        ({"do": "recalculate", "quantity": "many"}, "The quantity is a whole number"),
    ],
)
def test_a_wrong_choice_is_told_and_does_nothing(sandbox: Sandbox, changes: dict[str, str], told_words: str) -> None:
    order = sandbox.store.checkout(pays="later")
    data = {**look(sandbox, order).fields, "do": "pay", **changes}
    answer = requests.post(page_of(sandbox, order, lang="en"), data=data, allow_redirects=False, timeout=5)
    shown = read(answer)
    assert shown.status == 400
    assert told_words in shown.alerts[0]
    assert shown.fields["means"] in shown.options["means"]
    assert len(sandbox.events) == 1


def test_what_the_store_refuses_is_told(open_sandbox: Open) -> None:
    with open_sandbox(store={"product": {"stock": 3}}) as sandbox:
        order = sandbox.store.checkout(pays="later")
        shown = read(press(sandbox, order, "pay", {"lang": "en"}, quantity="4"))
        assert shown.status == 400
        assert "The store refused it:" in shown.alerts[0]
        assert "down to 3 in stock" in shown.alerts[0]


# An order that is over.


@pytest.mark.parametrize(
    ("ending", "heading"),
    [
        (lambda store: store.pay(), "This order is paid"),
        (lambda store: store.cancel_order(), "This order is cancelled"),
        (lambda store: (store.pay(), store.refund()), "This order is refunded"),
        (lambda store: (store.pay(), store.refund(amount=100)), "A part of this order is refunded"),
    ],
)
def test_an_order_that_is_over_says_so(sandbox: Sandbox, ending: Any, heading: str) -> None:
    order = sandbox.store.checkout(pays="later")
    ending(sandbox.store)
    shown = look(sandbox, order, lang="en", **SHOP)
    assert (shown.status, shown.headings, shown.buttons) == (200, [heading], [])
    back, _, query = shown.links["Back to the shop"].partition("?")
    if "paid" in heading or "part" in heading:
        assert (back, dict(parse_qsl(query))) == (SHOP["successUrl"], told(order, "success"))
    else:
        assert (back, query) == (SHOP["cancelUrl"], "")


def test_a_second_click_pays_nothing_and_says_that_it_is_paid(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    form = look(sandbox, order).fields
    url = page_of(sandbox, order, lang="en", **SHOP)

    def click() -> requests.Response:
        return requests.post(url, data={**form, "do": "pay"}, allow_redirects=False, timeout=30)

    assert click().status_code == 303
    count = len(sandbox.events)
    second = read(click())
    assert (second.status, second.headings) == (409, ["This order is paid"])
    assert second.alerts == ["The order had changed before. This request did nothing."]
    assert len(sandbox.events) == count


def test_of_many_clicks_at_once_one_pays(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    form, url, barrier = look(sandbox, order).fields, page_of(sandbox, order, **SHOP), Barrier(6)

    def click(_number: int) -> int:
        barrier.wait()
        return requests.post(url, data={**form, "do": "pay"}, allow_redirects=False, timeout=30).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(click, range(6))) == [303, 409, 409, 409, 409, 409]
    assert [event.type for event in sandbox.events].count("payment.completed") == 1


# Without the page.


def test_a_program_chooses_what_the_page_offers(sandbox: Sandbox) -> None:
    order = sandbox.store.checkout(pays="later")
    failed = sandbox.pay(order, pays="fails", reason="no money", quantity=2)
    assert (failed.lines[0].quantity, sandbox.store.payments[-1].error) == (2, "no money")
    url = f"{sandbox.url}/_mock/orders/{order.code}/pay"
    waits = requests.post(url, json={"method": "virtual_account", "gateway": "KG", "deposit_days": 1}, timeout=5)
    assert [event["event"] for event in waits.json()["events"]] == STANDBY
    sandbox.advance(days=2)
    assert sandbox.store.latest(order).status == "PAID"


def test_what_was_paid_on_the_page_is_paid_after_a_restart(open_sandbox: Open, file: Any) -> None:
    with open_sandbox(data=file) as sandbox:
        order = sandbox.store.checkout(pays="later")
        led_to(press(sandbox, order, "pay", quantity="2", means="virtual_account:KG", deposit="later", days="1"))
        bodies = [event.body for event in sandbox.events]
    with open_sandbox(data=file) as sandbox:
        assert [event.body for event in sandbox.events] == bodies
        sandbox.advance(days=2)
        assert sandbox.store.latest(order).status == "PAID"
