"""The page of the store: records, the actions that they allow, the clock, scenarios."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from sandbox.conftest import Inbox, Open
from sandbox.reading_portal import PortalPage, press, show

from steppay_mock import Sandbox

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def shop(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a subscription that is paid."""
    sandbox.store.checkout()
    return sandbox


def subscription_of(sandbox: Sandbox) -> str:
    return f"/store/subscription/{sandbox.store.subscriptions[0].id}"


def order_of(sandbox: Sandbox) -> str:
    return f"/store/order/{sandbox.store.orders[-1].id}"


def events_after(sandbox: Sandbox, count: int) -> list[str]:
    return [str(event.type) for event in sandbox.events[count:]]


def test_records_are_shown(shop: Sandbox) -> None:
    page = show(shop, "/store")
    assert page.headings == ["Store"]
    subscription, order, payment = shop.store.subscriptions[0], shop.store.orders[0], shop.store.payments[0]
    numbers = [row["Number"] for row in page.listed if "Number" in row]
    assert numbers == [
        str(subscription.id),
        f"{order.id} {order.code}",
        str(payment.id),
        f"{shop.store.customers[0].id} {shop.store.customers[0].code}",
    ]
    assert [row["State"] for row in page.listed[:3]] == ["ACTIVE", "PAID RECURRING_INITIAL", "COMPLETE"]
    assert page.listed[1]["Amount"] == "16,000 KRW"
    assert {"Orders (1)", "Invoices (0)"} <= set(page.links)


def test_invoices_and_products_are_shown(sandbox: Sandbox) -> None:
    product = sandbox.store.create_product(name="실버", price=3000, stock=7)
    invoice = sandbox.store.draft_invoice(product.prices[0].code, quantity=3, discount=500)
    page = show(sandbox, "/store")
    (row,) = [row for row in page.listed if row.get("Number") == str(invoice.id)]
    assert (row["State"], row["Item"], row["Amount"]) == ("TEMPORARY", "실버 3", "8,500 KRW")
    assert row["Deadline"] == f"{invoice.deadline:%Y-%m-%d %H:%M} UTC"
    first, _ = [row for row in page.listed if "Prices" in row]
    assert (first["Code"], first["State"], first["Stock"]) == (product.code, "SALE", "7")
    assert first["Prices"] == f"{product.prices[0].code} 3,000 KRW FLAT · 1 MONTH"


@pytest.mark.parametrize("gone", ["product", "customer"])
def test_a_store_without_products_or_customers_is_shown(sandbox: Sandbox, gone: str) -> None:
    if gone == "product":
        sandbox.store.delete_product(sandbox.store.price.product_code)
    else:
        sandbox.store.delete_customer()
    page = show(sandbox, "/store")
    assert page.headings == ["Store"]
    assert page.buttons_of("/store/new") == {"create_customer", "create_product"}


def test_the_newest_fifty_of_each_are_listed(sandbox: Sandbox) -> None:
    for number in range(51):
        customer = sandbox.store.create_customer(name=f"고객 {number}")
        sandbox.store.checkout(customer=customer, pays="later")
        sandbox.store.draft_invoice(customer=customer)
    page = show(sandbox, "/store")
    assert [row["Name"] for row in page.listed if "E-mail" in row] == [f"고객 {number}" for number in range(50, 0, -1)]
    listed = [link.rpartition("/")[0] for link in page.links.values()]
    assert {noun: listed.count(f"/store/{noun}") for noun in ("customer", "order", "invoice")} == {
        "customer": 50,
        "order": 50,
        "invoice": 50,
    }
    choices = page.form("/store/new", button="draft_invoice_for").choices["customer"]
    assert len(choices) == 50
    assert f"{choices[0]} · 고객 50" in page.texts


def test_the_newest_stands_first(shop: Sandbox) -> None:
    second = shop.store.checkout()
    page = show(shop, "/store")
    links = [link for link in page.links.values() if link.startswith("/store/")]
    for noun, numbers in (
        ("subscription", [one.id for one in reversed(shop.store.subscriptions)]),
        ("order", [second.id, shop.store.orders[0].id]),
        ("payment", [one.id for one in reversed(shop.store.payments)]),
    ):
        assert [link for link in links if link.startswith(f"/store/{noun}/")] == [f"/store/{noun}/{n}" for n in numbers]


def test_a_subscription_that_fails_has_the_buttons_of_dunning(open_sandbox: Open) -> None:
    with open_sandbox(store={"assumptions": {"step_cover": "pause"}}) as sandbox:
        sandbox.store.checkout()
        sandbox.fail_renewal()
        assert sandbox.store.subscriptions[0].status == "UNPAID"
        path = subscription_of(sandbox)
        assert {"postpone", "cancel", "accept"} <= show(sandbox, "/store").buttons_of(path)
        assert "move_payment_date" in show(sandbox, path).buttons_of(path)
        assert "move_payment_date" not in show(sandbox, "/store").buttons_of(path), "its page has what needs more"
        press(show(sandbox, "/store"), path, "postpone")
        assert str(sandbox.events[-1].type) == "cover.delayed_message"


def test_what_the_store_would_always_refuse_has_no_button(shop: Sandbox) -> None:
    path = subscription_of(shop)
    assert "renew" in show(shop, path).buttons_of(path)
    shop.fail_renewal()
    buttons = show(shop, path).buttons_of(path)
    assert not {"postpone", "move_payment_date"} & buttons, "StepCover is off"
    assert {"cancel", "accept"} <= buttons


def test_the_life_cycle_decides_which_actions_there_are(shop: Sandbox) -> None:
    action = subscription_of(shop)
    active = show(shop, "/store").buttons_of(action)
    assert {"cancel", "cancel_at_end", "pause", "change_quantity", "change_plan"} <= active
    assert not {"undo", "resume", "postpone"} & active
    press(show(shop, "/store"), action, "cancel_at_end")
    assert shop.store.subscriptions[0].status == "PENDING_CANCEL"
    pending = show(shop, "/store").buttons_of(action)
    assert "undo" in pending
    assert not {"cancel", "pause"} & pending
    press(show(shop, "/store"), action, "undo")
    press(show(shop, "/store"), action, "cancel")
    assert shop.store.subscriptions[0].status == "CANCELED"
    assert action not in [form.action for form in show(shop, "/store").forms]


@pytest.mark.parametrize(
    ("buttons", "status"),
    [
        ("cancel", "CANCELED"),
        ("cancel_at_end", "PENDING_CANCEL"),
        ("cancel_at_end undo", "ACTIVE"),
        ("pause", "PAUSE"),
        ("pause_at_end", "PENDING_PAUSE"),
        ("pause resume", "ACTIVE"),
        ("decline renew", "UNPAID"),
        ("decline accept renew", "ACTIVE"),
    ],
)
def test_the_quick_buttons_of_a_subscription(shop: Sandbox, buttons: str, status: str) -> None:
    for button in buttons.split():
        press(show(shop, "/store"), subscription_of(shop), button)
    assert shop.store.subscriptions[0].status == status


def test_an_action_is_an_act_whose_webhook_is_sent(shop: Sandbox, inbox: Inbox) -> None:
    page = press(show(shop, "/store"), subscription_of(shop), "change_quantity", quantity="3")
    assert "/store" in page.url
    assert shop.store.subscriptions[0].items[0].quantity == 3
    shop.settle()
    assert "subscription.updated" in inbox.events  # its run and that of the checkout go on at the same time


def test_what_changed_meanwhile_does_nothing(shop: Sandbox) -> None:
    old = show(shop, "/store")
    shop.store.cancel()
    count = len(shop.events)
    page = press(old, subscription_of(shop), "pause")
    assert page.status == 400
    assert len(page.alerts) == 1
    assert len(shop.events) == count


def test_orders_are_refunded_whole_and_in_part(shop: Sandbox) -> None:
    press(show(shop, "/store"), order_of(shop), "refund_part", amount="5000")
    assert shop.store.orders[0].status == "CANCELLATION_REFUNDED_PARTIALLY"
    press(show(shop, "/store"), order_of(shop), "refund")
    assert shop.store.orders[0].status == "CANCELLATION_REFUNDED"
    assert order_of(shop) not in [form.action for form in show(shop, "/store").forms]


def test_a_customer_orders_pays_on_the_page_or_cancels(sandbox: Sandbox) -> None:
    customer = f"/store/customer/{sandbox.store.customers[0].id}"
    press(show(sandbox, "/store"), customer, "checkout_later")
    order = sandbox.store.orders[0]
    page = show(sandbox, "/store")
    assert page.links["Payment page"] == f"/pay/{order.code}"
    press(page, order_of(sandbox), "cancel_order")
    assert sandbox.store.orders[0].status == "CANCELLED"
    press(show(sandbox, "/store"), customer, "checkout")
    assert sandbox.store.orders[1].status == "PAID"


def test_the_money_of_an_account_arrives(sandbox: Sandbox) -> None:
    sandbox.store.checkout(method="virtual_account")
    page = show(sandbox, "/store")
    assert "reject" not in page.buttons_of(order_of(sandbox))
    press(page, order_of(sandbox), "confirm")
    assert sandbox.store.orders[0].status == "PAID"


def test_customers_are_added(sandbox: Sandbox) -> None:
    press(show(sandbox, "/store"), "/store/new", "create_customer", name="김 새로", email="new@example.com")
    assert events_after(sandbox, 0) == ["customer.created"]
    assert next(row for row in show(sandbox, "/store").listed if "E-mail" in row)["Name"] == "김 새로"


# Clock and scenarios.


def test_the_clock(shop: Sandbox) -> None:
    now = shop.store.now
    press(show(shop, "/store"), "/store/clock", "hour")
    press(show(shop, "/store"), "/store/clock", "day")
    assert shop.store.now - now == timedelta(hours=25)
    count = len(shop.events)
    press(show(shop, "/store"), "/store/clock", "renewal")
    assert "payment.completed" in events_after(shop, count)
    press(show(shop, "/store"), "/store/clock", "speed", speed="2.5")
    assert shop.status()["speed"] == 2.5
    press(show(shop, "/store"), "/store/clock", "speed", speed="0")


def test_without_a_subscription_there_is_no_next_renewal(sandbox: Sandbox) -> None:
    assert "renewal" not in show(sandbox, "/store").form("/store/clock").buttons
    answer = requests.post(f"{sandbox.url}/store/clock?lang=en", data={"do": "renewal"}, timeout=5)
    assert (answer.status_code, "No subscription renews" in answer.text) == (400, True)


def test_a_scenario_is_played(sandbox: Sandbox) -> None:
    page = show(sandbox, "/store")
    assert "refund-in-full" in page.options["scenario"]
    press(page, "/store/scenario", "play", scenario="refund-in-full")
    assert "payment.canceled" in events_after(sandbox, 0)


# What is wrong.


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/store/clock", {"do": "year"}, 400),
        ("/store/clock", {"do": "speed", "speed": "fast"}, 400),
        ("/store/clock", {"do": "speed", "speed": "999999"}, 400),
        ("/store/scenario", {"scenario": "none-such"}, 400),
        ("{subscription}", {"do": "change_quantity", "quantity": "many"}, 400),
        ("{subscription}", {"do": "change_quantity", "quantity": "1"}, 400),
        ("{order}", {"do": "refund_part", "amount": "-1"}, 400),
        ("{order}", {"do": "refund_part", "amount": "999999999"}, 400),
        ("{order}", {"do": "delete"}, 400),
        ("/store/order/1", {"do": "refund"}, 404),
        ("/store/payment/1", {"do": "refund"}, 404),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    shop: Sandbox, path: str, data: dict[str, str], status: int
) -> None:
    target = path.format(subscription=subscription_of(shop), order=order_of(shop))
    state, count = shop.store.subscriptions, len(shop.events)
    answer = requests.post(f"{shop.url}{target}", data=data, timeout=5)
    page = PortalPage(html=answer.text)
    assert answer.status_code == status
    assert len(page.alerts) == (1 if status == 400 else 0)
    assert (shop.store.subscriptions, len(shop.events)) == (state, count)


def test_data_of_the_store_is_text(open_sandbox: Open) -> None:
    with open_sandbox(store={"product": {"name": EVIL}, "customer": {"name": EVIL}}) as sandbox:
        sandbox.store.checkout()
        page = show(sandbox, "/store")
        assert (page.tags.count("script"), page.tags.count("img")) == (1, 0)
        assert page.listed[1]["Item"] == EVIL
        assert [row["Name"] for row in page.listed if "Name" in row] == [EVIL, EVIL]


def test_a_form_of_another_site_does_nothing(shop: Sandbox) -> None:
    for path in ("/store/clock", subscription_of(shop), "/store/scenario"):
        data = {"do": "day", "scenario": "refund-in-full"}
        answer = requests.post(shop.url + path, data=data, headers={"Origin": "https://evil.example"}, timeout=5)
        assert answer.status_code == 403
    assert len(shop.events) == 5
