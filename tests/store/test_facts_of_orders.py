"""What the facts say of orders: how they begin, are paid, cancelled and refunded (25, 36, 41, 42, 43)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from store.bursts import burst, last_of, moment, sent_by, told

from steppay_mock import IllegalAction, SteppayMockError, Store


@pytest.mark.parametrize(
    ("options", "prepare", "pay", "effect"),
    [
        (
            {"product": {"billing": "one_time"}},
            ["draft_invoice", "send_invoice"],
            "pay_invoice",
            "invoice.updated PAID",
        ),
        ({}, [], "checkout", "subscription.created ACTIVE"),
        ({"product": {"billing": "usage", "quota": 9}}, ["checkout"], "top_up", "subscription.usage.added"),
    ],
)
def test_fact_36_order_updated_comes_first_then_the_payment_then_what_follows(
    options: Any, prepare: list[str], pay: str, effect: str
) -> None:
    store = Store(seed=1, **options)
    for action in prepare:
        getattr(store, action)()
    sent = told(sent_by(store, lambda: getattr(store, pay)(**({"quota": 5} if pay == "top_up" else {}))))
    assert sent[-4:] == ["order.updated PAID", "payment.completed COMPLETE", effect, "order.payment_completed PAID"]


def test_fact_36_order_updated_comes_again_alone_if_that_is_assumed() -> None:
    store = Store(seed=1, assumptions={"order_updated_again": (10, 20)})
    order = store.checkout()
    assert order.paid_at is not None
    events = sent_by(store, lambda: store.advance(days=1))
    assert told(events) == ["order.updated PAID"] * 2
    assert [moment(event.data["modifiedAt"]) - order.paid_at >= timedelta(seconds=10) for event in events] == [True] * 2
    first, second = (event.data for event in events)
    assert {**first, "modifiedAt": ""} == {**second, "modifiedAt": ""}
    assert second["subscriptions"] == list(order.subscriptions)
    assert events[1].timestamp - events[0].timestamp == 10


def test_fact_36_order_updated_does_not_come_again_for_an_order_that_was_refunded() -> None:
    store = Store(seed=1, product={"billing": "one_time"}, assumptions={"order_updated_again": (10, 20)})
    store.checkout()
    store.advance(seconds=15)
    store.refund()
    assert sent_by(store, lambda: store.advance(days=1)) == []
    store.checkout()
    store.delete_customer()
    assert sent_by(store, lambda: store.advance(days=1)) == []


def test_fact_36_order_updated_does_not_come_again_by_default() -> None:
    store = Store(seed=1)
    store.checkout()
    assert sent_by(store, lambda: store.advance(days=1)) == []


@pytest.mark.parametrize("wrong", [(0,), (20, 10), (1, 1), "10", 10, (True,), (3601,), None])
def test_seconds_that_cannot_be_are_refused(wrong: object) -> None:
    with pytest.raises(SteppayMockError, match=r"order_updated_again=.* \(10, 20\)\."):
        Store(assumptions={"order_updated_again": wrong})


# Facts 41 and 42: an order waits until the buyer has chosen on the page.


@pytest.mark.parametrize("billing", ["flat", "one_time", "usage"])
@pytest.mark.parametrize("method", ["card", "cms", "virtual_account"])
@pytest.mark.parametrize("pays", ["now", "later"])
def test_fact_42_an_order_is_made_with_nothing_chosen(billing: Any, method: Any, pays: Any) -> None:
    store = Store(seed=1, product={"billing": billing, "setup_fee": 3_000, "type": "BOX"})
    store.checkout(method=method, pays=pays, quantity=2, tax=10, shipping_fee=5, discount=3)
    order = store.events[0].data
    assert [(line["type"], line["status"], line["quantity"]) for line in order["items"]] == [("SKU", "CREATED", 0)]
    amounts = ("paidAmount", "returnedAmount", "leftAmount", "discountedAmount")
    assert [order[name] for name in amounts] == [0, 0, 0, 0]
    assert order["items"][0]["paidAmount"] == 0
    assert not {"paymentDueDate", "purchaseDeadline", "paymentDate"} & set(order)
    assert len(store.events) == 1 or pays == "now"


@pytest.mark.parametrize(
    ("method", "statuses"), [("card", ["CREATED", "PAID"]), ("cms", ["CREATED", "DEPOSIT_WAITING", "PAID"])]
)
def test_fact_42_the_next_event_of_the_order_tells_what_was_chosen(method: Any, statuses: list[str]) -> None:
    store = Store(seed=1, product={"price": 10_000})
    order = store.checkout(method=method, quantity=2, discount=1_500)
    if method == "cms":
        store.confirm_payment()
    told_of = [event.data for event in store.events if event.type.startswith("order.")]
    assert list(dict.fromkeys(one["items"][0]["status"] for one in told_of)) == statuses
    assert [line["paidAmount"] for line in told_of[1]["items"]] == [20_000, -1_500]
    assert [line["quantity"] for line in told_of[1]["items"]] == [2, 1]
    assert (told_of[1]["paidAmount"], told_of[1]["leftAmount"]) == (18_500, 18_500)
    assert moment(told_of[1]["paymentDueDate"]) - order.created_at == timedelta(days=7)
    assert told_of[1]["items"][0]["id"] == told_of[0]["items"][0]["id"]


@pytest.mark.parametrize(("assumptions", "seconds"), [({}, 80), ({"seconds_to_pay": 0}, 0), ({"seconds_to_pay": 7}, 7)])
def test_fact_36_the_buyer_pays_later_than_the_second_of_the_order(assumptions: Any, seconds: int) -> None:
    store = Store(seed=1, assumptions=assumptions)
    for pays in ("now", "fails"):
        created, *paid = sent_by(store, lambda: store.checkout(pays=pays))  # noqa: B023
        assert {event.timestamp - created.timestamp for event in paid} == {seconds}
        assert store.now.timestamp() - created.timestamp < seconds + 1


def test_fact_41_what_falls_due_while_the_buyer_is_on_the_page_is_done() -> None:
    store = Store(seed=1)
    first = store.checkout()
    store.advance_to(store.subscription.period.end.replace(tzinfo=UTC) - timedelta(seconds=40))
    sent = told(sent_by(store, lambda: store.checkout(customer=store.create_customer())))
    assert sent[0] == "customer.created"
    assert sent[1:3] == ["order.created CREATED"] * 2, "the renewal comes between the order and its payment"
    assert sent[-2:] == ["subscription.created ACTIVE", "order.payment_completed PAID"]
    assert store.orders[-1].subscriptions == first.subscriptions


def test_fact_41_an_order_waits_for_the_buyer_as_long_as_it_takes() -> None:
    store = Store(seed=1, product={"price": 5_000})
    order = store.checkout(pays="later", quantity=3)
    assert (order.waits, order.amount, order.status) == (True, 0, "CREATED")
    store.advance(days=30)
    paid = store.pay(order)
    assert (paid.waits, paid.amount, paid.status) == (False, 15_000, "PAID")
    assert store.subscription.items[0].quantity == 3


def test_fact_42_an_order_that_waits_can_be_cancelled() -> None:
    store = Store(seed=1)
    canceled = store.cancel_order(store.checkout(pays="later"))
    assert (canceled.status, canceled.amount, canceled.waits) == ("CANCELLED", 0, True)


def test_an_order_that_costs_nothing_waits_too_and_cannot_fail() -> None:
    store = Store(seed=1)
    order = store.checkout(pays="later", trial_days=7)
    wrong: list[Any] = [{"pays": "fails"}, {"method": "cms"}]
    for options in wrong:
        with pytest.raises(SteppayMockError, match=rf"Order {order.id} costs nothing, so that no payment can wait or"):
            store.pay(order, **options)
    sent = told(sent_by(store, lambda: store.pay(order)))
    assert sent == ["order.updated PAID", "subscription.created ACTIVE", "order.payment_completed PAID"]


def test_a_checkout_that_would_end_after_the_last_year_is_refused_before_it_begins() -> None:
    store = Store(seed=1, start=datetime(9000, 12, 31, 23, 59, 30, tzinfo=UTC))
    with pytest.raises(SteppayMockError):
        store.checkout()
    assert not store.events


# Fact 43: cancelling and refunding are one call.


@pytest.mark.parametrize("action", ["cancel_order", "refund"])
def test_fact_43_a_paid_order_is_refunded_and_takes_its_subscriptions_with_it(action: str) -> None:
    store = Store(seed=1)
    order = store.checkout([store.price, store.create_price(store.products[0], interval="WEEK")])
    refunded = ["payment.canceled CANCELED", "order.updated CANCELLATION_REFUNDED"]
    assert burst(store, lambda: getattr(store, action)(order)) == [*refunded, *["subscription.updated CANCELED"] * 2]


@pytest.mark.parametrize("action", ["cancel_order", "refund"])
@pytest.mark.parametrize("ends", [True, False])
def test_fact_43_what_a_part_does_to_subscriptions_can_be_chosen(action: str, *, ends: bool) -> None:
    store = Store(seed=1, product={"price": 9_000}, assumptions={"partial_cancel_ends_subscriptions": ends})
    order = store.checkout()
    part = ["payment.canceled PARTIAL_CANCELED", "order.updated CANCELLATION_REFUNDED_PARTIALLY"]
    ended = ["subscription.updated CANCELED"]
    assert burst(store, lambda: getattr(store, action)(order, amount=2_000)) == [*part, *(ended if ends else [])]
    assert store.latest(order).left == 7_000
    rest = ["payment.canceled CANCELED", "order.updated CANCELLATION_REFUNDED"]
    sent = burst(store, lambda: getattr(store, action)(order, amount=7_000))
    assert sent == [*rest, *([] if ends else ended)], "what is left is all of it"


def test_fact_43_an_order_that_is_not_paid_is_cancelled_and_has_no_part_to_refund() -> None:
    store = Store(seed=1)
    order = store.checkout(pays="fails")
    with pytest.raises(
        IllegalAction, match=rf"Cannot refund 5: order {order.id} is PAYMENT_FAILURE, with nothing paid"
    ):
        store.cancel_order(order, amount=5)
    with pytest.raises(IllegalAction, match="with nothing paid"):
        store.refund(order)
    assert burst(store, lambda: store.cancel_order(order)) == ["order.updated CANCELLED"]


def test_fact_43_the_order_of_a_renewal_takes_no_subscription_with_it() -> None:
    store = Store(seed=1)
    store.checkout()
    store.advance(days=32)
    for amount in (1, None):
        store.cancel_order(amount=amount)
    assert store.order.status == "CANCELLATION_REFUNDED"
    assert store.subscription.status == "ACTIVE"


# Fact 25: another payment method takes two steps.


def test_fact_25_the_method_changes_when_the_buyer_has_paid_the_order_on_the_page() -> None:
    store = Store(seed=1)
    store.checkout()
    before = store.subscription
    assert burst(store, lambda: store.change_payment_method(pays="later")) == ["order.created CREATED"]
    order = store.order
    assert (order.type, order.waits) == ("PAYMENT_METHOD", True)
    store.advance(hours=3)
    assert store.subscription == before
    changed = ["order.updated PAID", "subscription.updated ACTIVE", "order.payment_completed PAID"]
    assert burst(store, lambda: store.pay(order, method="cms", gateway="SETTLE")) == changed
    assert (store.subscription.gateway, store.subscription.method) == ("SETTLE", "CMS_BILL")
    store.advance(days=31)
    assert store.payments[-1].gateway == "SETTLE"


def test_fact_25_payments_are_declined_until_the_new_card_is_given() -> None:
    store = Store(seed=1)
    store.checkout()
    store.decline_payments()
    store.advance(days=32)
    store.change_payment_method(pays="later")
    order = store.order
    store.advance(days=3)
    assert store.subscription.status == "UNPAID"
    store.pay(order)
    store.advance(days=3)
    assert store.subscription.status == "ACTIVE"


def test_fact_25_no_card_is_given_to_a_subscription_that_has_ended() -> None:
    store = Store(seed=1)
    store.checkout()
    store.change_payment_method(pays="later")
    order = store.order
    store.cancel()
    with pytest.raises(IllegalAction, match=r"Cannot change the payment method: subscription \d+ is CANCELED"):
        store.pay(order)
    assert store.cancel_order(order).status == "CANCELLED"


def test_fact_25_a_subscription_that_ends_while_the_buyer_is_on_the_page_keeps_its_card() -> None:
    store = Store(seed=1)
    store.checkout()
    store.cancel(at_period_end=True)
    store.advance_to(store.subscription.period.end.replace(tzinfo=UTC) - timedelta(seconds=40))
    sent = told(sent_by(store, store.change_payment_method))
    assert sent == ["order.created CREATED", "subscription.updated CANCELED"]


@pytest.mark.parametrize("wrong", [{"method": "virtual_account"}, {"method": "bank"}, {"pays": "fails"}])
def test_a_method_that_renews_nothing_is_refused_in_both_steps(wrong: Any) -> None:
    store = Store(seed=1)
    store.checkout()
    with pytest.raises(SteppayMockError):
        store.change_payment_method(**wrong)
    store.change_payment_method(pays="later")
    with pytest.raises(SteppayMockError):
        store.pay(**wrong)


def test_the_link_of_an_order_is_valid_until_the_checkout_says() -> None:
    store = Store(seed=1)
    until = store.now + timedelta(days=2)
    moment = until.replace(tzinfo=None).isoformat()
    order = store.checkout(pays="later", purchase_deadline=until)
    created = last_of(store, "order.created")
    assert (created.get("paymentDueDate"), created["purchaseDeadline"]) == (None, moment)
    store.pay()
    paid = last_of(store, "order.payment_completed")
    due = order.created_at + timedelta(days=7)
    assert (paid["paymentDueDate"], paid["purchaseDeadline"]) == (due.isoformat(), moment)
    with pytest.raises(SteppayMockError, match=r"^purchase_deadline=.* Give a later moment\.$"):
        store.checkout(purchase_deadline=store.now)
