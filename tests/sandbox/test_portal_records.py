"""The pages of records: invoices, usage, items, products, prices and customers, each with what it allows now."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from sandbox.conftest import Open
from sandbox.reading_portal import PortalPage, press, show

from steppay_mock import Sandbox

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
NOUNS = ("customer", "order", "subscription", "invoice", "payment", "product", "price")


def act(sandbox: Sandbox, path: str, button: str, **changes: str) -> PortalPage:
    """Open the page of a record, and press a button of it."""
    page = press(show(sandbox, path), path, button, **changes)
    assert page.status == 200, page.alerts
    return page


def sent(sandbox: Sandbox, count: int) -> list[str]:
    return [str(event.type) for event in sandbox.events[count:]]


def local(sandbox: Sandbox, **later: int) -> str:
    """A moment of the store as a browser writes it."""
    return f"{sandbox.store.now + timedelta(**later):%Y-%m-%dT%H:%M}"


# Invoices.


def test_an_invoice_is_drafted_changed_sent_and_paid_by_its_link(sandbox: Sandbox) -> None:
    customer = sandbox.store.customers[0].id
    press(show(sandbox, "/store"), "/store/new", "draft_invoice_for", customer=str(customer), quantity="2")
    invoice = sandbox.store.invoices[0]
    path = f"/store/invoice/{invoice.id}"
    assert (invoice.customer_id, invoice.basket.quantity, invoice.status) == (customer, 2, "TEMPORARY")
    page = act(sandbox, path, "update_invoice", memo="감사합니다", channels="SMS")
    assert page.url == sandbox.url + path
    changed = sandbox.store.invoices[0]
    assert (changed.memo, changed.channels, changed.basket.quantity) == ("감사합니다", ("SMS",), 2)
    assert "Payment page" not in page.links
    page = act(sandbox, path, "send_invoice")
    assert page.links["Payment page"] == f"/pay/{sandbox.store.invoices[0].order_code}"
    assert page.buttons_of(path) == {"delete_invoice", "pay_invoice"}
    page = act(sandbox, path, "pay_invoice", method="card")
    assert sandbox.store.invoices[0].status == "PAID"
    assert page.buttons_of(path) == set()
    assert "Payment page" not in page.links
    assert page.links[str(customer)] == f"/store/customer/{customer}"


def test_an_invoice_is_reserved_and_deleted(sandbox: Sandbox) -> None:
    path = f"/store/invoice/{sandbox.store.draft_invoice().id}"
    act(sandbox, path, "reserve_invoice", at=local(sandbox, days=1))
    assert sandbox.store.invoices[0].status == "RESERVATION"
    sandbox.advance(days=2)
    assert sandbox.store.invoices[0].status == "SENT"
    page = act(sandbox, path, "delete_invoice")
    assert page.url == f"{sandbox.url}/store"
    assert sandbox.store.invoices == ()
    assert show(sandbox, path).status == 404


def test_the_list_has_the_quick_buttons_of_an_invoice(sandbox: Sandbox) -> None:
    number = sandbox.store.draft_invoice().id
    page = press(show(sandbox, "/store"), f"/store/invoice/{number}", "send_invoice_fails")
    assert sandbox.store.invoices[0].status == "SEND_FAIL"
    assert page.url == f"{sandbox.url}/store"
    assert page.buttons_of(f"/store/invoice/{number}") == {"send_invoice", "send_invoice_fails", "delete_invoice"}


# Subscriptions: items and usage.


def test_items_are_added_changed_and_removed(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    product = sandbox.store.create_product(name="추가 상품", price=3000)
    path = f"/store/subscription/{sandbox.store.subscriptions[0].id}"
    assert "remove_item" in show(sandbox, path).buttons_of(path)
    act(sandbox, path, "add_item", price=product.prices[0].code, quantity="2")
    first, second = sandbox.store.subscriptions[0].items
    assert (second.price.code, second.quantity, second.is_additional) == (product.prices[0].code, 2, True)
    act(sandbox, path, "change_quantity", item=str(second.id), quantity="5")
    assert [one.quantity for one in sandbox.store.subscriptions[0].items] == [1, 5]
    act(sandbox, path, "remove_item", item=str(first.id))
    assert [one.id for one in sandbox.store.subscriptions[0].items] == [second.id]


def test_usage_is_recorded_taken_back_and_bought(sandbox: Sandbox) -> None:
    product = sandbox.store.create_product(name="호출", billing="usage", quota=1000, price=10)
    sandbox.store.checkout(product.prices[0].code)
    path = f"/store/subscription/{sandbox.store.subscriptions[0].id}"
    act(sandbox, path, "add_usage", amount="300", via="MANAGER")
    page = act(sandbox, path, "add_usage", amount="-100")
    assert [row["Usage"] for row in page.listed if "Usage" in row and "Added by" not in row] == ["200"]
    entries = [row for row in page.listed if "Added by" in row]
    assert [row["Change"] for row in entries] == ["-100", "300", "0"]
    assert [row["Added by"] for row in entries] == ["V1", "MANAGER", "SYSTEM"]
    count = len(sandbox.events)
    act(sandbox, path, "top_up", quota="500")
    assert "subscription.usage.added" in sent(sandbox, count)
    refused = press(show(sandbox, path), path, "add_usage", amount="99999")
    assert (refused.status, "Add at most 1300" in refused.text) == (400, True)


def test_what_is_not_metered_has_no_usage(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    path = f"/store/subscription/{sandbox.store.subscriptions[0].id}"
    assert not {"add_usage", "top_up"} & show(sandbox, path).buttons_of(path)


def test_dates_and_intervals_change(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    path = f"/store/subscription/{sandbox.store.subscriptions[0].id}"
    act(sandbox, path, "change_interval", interval="WEEK", count="2")
    assert (sandbox.store.subscriptions[0].unit, sandbox.store.subscriptions[0].count) == ("WEEK", 2)
    act(sandbox, path, "move_next_payment", to=local(sandbox, days=3))
    count = len(sandbox.events)
    act(sandbox, path, "renew")
    assert "payment.completed" in sent(sandbox, count)
    act(sandbox, path, "cancel_at", at=local(sandbox, days=1))
    assert sandbox.store.subscriptions[0].status == "PENDING_CANCEL"


# Products and prices.


def test_products_and_prices_are_made_and_changed(sandbox: Sandbox) -> None:
    press(
        show(sandbox, "/store"), "/store/new", "create_product", name="골드", price="9900", interval="YEAR", stock="3"
    )
    product = sandbox.store.products[-1]
    (price,) = product.prices
    assert (product.name, product.stock, price.amount, price.unit) == ("골드", 3, 9900, "YEAR")
    path = f"/store/product/{product.code}"
    act(sandbox, path, "update_product", status="UNSOLD")
    assert (sandbox.store.products[-1].status, sandbox.store.products[-1].stock) == ("UNSOLD", 3)
    page = act(sandbox, path, "create_price", price="500", billing="usage")
    made = sandbox.store.products[-1].prices[-1]
    assert (made.billing, page.links[made.code]) == ("USAGE_BASED", f"/store/price/{made.code}")
    of_price = f"/store/price/{made.code}"
    act(sandbox, of_price, "update_price", amount="700")
    assert sandbox.store.prices[-1].amount == 700
    assert act(sandbox, of_price, "delete_price").url == f"{sandbox.url}/store"
    assert len(sandbox.store.products[-1].prices) == 1


def test_what_a_subscription_needs_has_no_button_that_deletes_it(sandbox: Sandbox) -> None:
    product, customer = sandbox.store.products[0], sandbox.store.customers[0]
    paths = {
        "delete_product": f"/store/product/{product.code}",
        "delete_price": f"/store/price/{product.prices[0].code}",
        "delete_customer": f"/store/customer/{customer.id}",
    }
    assert all(button in show(sandbox, path).buttons_of(path) for button, path in paths.items())
    sandbox.store.checkout()
    assert not any(button in show(sandbox, path).buttons_of(path) for button, path in paths.items())


# Customers.


def test_a_customer_is_changed_buys_and_gets_other_cards(sandbox: Sandbox) -> None:
    path = f"/store/customer/{sandbox.store.customers[0].id}"
    phone = sandbox.store.customers[0].words["phone"]
    act(sandbox, path, "update_customer", email="other@example.com")
    words = sandbox.store.customers[0].words
    assert (words["email"], words["phone"]) == ("other@example.com", phone)
    act(sandbox, path, "checkout_as", quantity="2", method="virtual_account", discount="1000")
    order = sandbox.store.orders[0]
    assert (order.status, order.amount) == ("DEPOSIT_WAITING", 31000)
    sandbox.store.confirm_payment()
    page = act(sandbox, path, "add_method")
    cards = page.form(path, button="remove_method").choices["card"]
    assert len(cards) == 2
    act(sandbox, path, "replace_method", method="cms")
    assert sandbox.store.subscriptions[0].method == "CMS_BILL"
    act(sandbox, path, "remove_method", card=cards[1])


def test_an_order_is_paid_with_a_reason_to_fail(sandbox: Sandbox) -> None:
    sandbox.store.checkout(pays="later")
    path = f"/store/order/{sandbox.store.orders[0].id}"
    act(sandbox, path, "pay", pays="fails", reason="한도 초과")
    assert sandbox.store.payments[-1].error == "한도 초과"
    page = act(sandbox, path, "pay")
    assert sandbox.store.orders[0].status == "PAID"
    assert page.buttons_of(path) == {"refund", "refund_part"}


def test_the_order_of_an_invoice_is_not_cancelled_by_itself(sandbox: Sandbox) -> None:
    sandbox.store.draft_invoice()
    order = sandbox.store.send_invoice().order_id
    assert show(sandbox, "/store").buttons_of(f"/store/order/{order}") == set()


def test_a_form_begins_with_what_the_record_says(sandbox: Sandbox) -> None:
    store = sandbox.store
    store.checkout(quantity=2)
    invoice = store.draft_invoice(quantity=4, discount=300, memo="메모", days_to_pay=9)
    customer, product = store.customers[0], store.create_product(name="실버", stock=7, price=3000)
    price = product.prices[0]

    def filled(path: str, button: str) -> dict[str, str]:
        return show(sandbox, path).form(path, button=button).fields

    words = customer.words
    contact = filled(f"/store/customer/{customer.id}", "update_customer")
    assert (contact["name"], contact["email"], contact["phone"]) == (words["name"], words["email"], words["phone"])
    terms = filled(f"/store/invoice/{invoice.id}", "update_invoice")
    assert [terms[name] for name in ("quantity", "discount", "memo", "days_to_pay")] == ["4", "300", "메모", "9"]
    goods = filled(f"/store/product/{product.code}", "update_product")
    assert [goods[name] for name in ("name", "status", "stock")] == ["실버", "SALE", "7"]
    assert filled(f"/store/price/{price.code}", "update_price")["amount"] == "3000"
    assert filled(f"/store/order/{store.orders[0].id}", "refund_part")["amount"] == "32000"
    path = f"/store/subscription/{store.subscriptions[0].id}"
    assert filled(path, "change_quantity")["quantity"] == "2"
    assert filled(f"/store/customer/{customer.id}", "checkout_as")["quantity"] == "1"


# What all have.


@pytest.mark.parametrize("noun", NOUNS)
def test_a_record_is_shown_as_a_webhook_has_it(open_sandbox: Open, noun: str) -> None:
    product = {"name": EVIL, "code": "a b/?ü"}
    with open_sandbox(store={"product": product, "customer": {"name": EVIL}}) as sandbox:
        sandbox.store.checkout()
        sandbox.store.draft_invoice(memo=EVIL)
        record = getattr(sandbox.store, f"{noun}s")[0]
        listed = next(link for link in show(sandbox, "/store").links.values() if link.startswith(f"/store/{noun}/"))
        page = show(sandbox, listed)
        assert page.headings[0].endswith(str(record.key))
        assert (page.tags.count("script"), page.tags.count("img")) == (1, 0)
        names = {row["Field"] for row in page.listed if "Meaning" in row}
        assert names & {"id", "code", "priceCode", "paymentId", "subscriptionId"}
        answer = requests.post(sandbox.url + listed, data={"do": "explode"}, timeout=5)
        assert answer.status_code == 400
        if noun == "product":
            assert press(page, listed, "update_product", name="다른 이름").headings == page.headings
            assert sandbox.store.products[0].name == "다른 이름"


@pytest.mark.parametrize("noun", NOUNS)
def test_what_is_not_there_is_no_page(sandbox: Sandbox, noun: str) -> None:
    for method in ("GET", "POST"):
        answer = requests.request(method, f"{sandbox.url}/store/{noun}/999", data={"do": "cancel"}, timeout=5)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("button", "changes", "said"),
    [
        ("change_quantity", {"quantity": "many"}, "Quantity is a whole number"),
        ("change_quantity", {"quantity": ""}, "Quantity is empty"),
        ("change_plan", {"price": "price_other"}, "Price is none of the list"),
        ("cancel_at", {"at": ""}, "Moment (UTC) is empty"),
        ("move_next_payment", {"to": ""}, "Moment (UTC) is empty"),
        ("move_next_payment", {"to": "tomorrow"}, "is a moment in UTC"),
        ("move_next_payment", {"to": "2026-13-40T25:00"}, "is a moment in UTC"),
        ("move_next_payment", {"to": "1999-01-01T00:00"}, "The store refused it:"),
        ("change_interval", {"interval": "CENTURY"}, "Interval is none of the list"),
    ],
)
def test_a_wrong_field_is_told_by_its_name(sandbox: Sandbox, button: str, changes: dict[str, str], said: str) -> None:
    sandbox.store.checkout()
    path, count = f"/store/subscription/{sandbox.store.subscriptions[0].id}", len(sandbox.events)
    page = press(show(sandbox, path), path, button, **changes)
    assert (page.status, len(page.alerts)) == (400, 1)
    assert said in page.alerts[0]
    assert len(sandbox.events) == count


def test_a_form_of_another_site_does_nothing(sandbox: Sandbox) -> None:
    sandbox.store.checkout()
    count = len(sandbox.events)
    number = sandbox.store.subscriptions[0].id
    for path, button in (
        (f"/store/subscription/{number}", "cancel"),
        ("/store/new", "create_customer"),
        ("/store/reset", "reset"),
        ("/store/actions?action=cancel", "act"),
        ("/holding", "hold"),
    ):
        answer = requests.post(
            sandbox.url + path, data={"do": button}, headers={"Origin": "https://evil.example"}, timeout=5
        )
        assert answer.status_code == 403
    assert len(sandbox.events) == count
    assert not sandbox.status()["held"]
